package raster_test

import (
	"errors"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster"
)

// openFile opens a file of testdata.
func openFile(t testing.TB, r *raster.Rasterizer, name string, opts document.Options) (*document.Pages, error) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return r.Open(t.Context(), document.NewSource(name, data), opts)
}

// allPages renders every page; a page that fails is an error of the test.
func allPages(t testing.TB, pages *document.Pages, err error) []*document.Page {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	var all []*document.Page
	for page, err := range pages.Seq {
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(page.Release)
		all = append(all, page)
	}
	return all
}

// What the images in testdata show in their quarters.
var (
	red   = [3]int{200, 0, 0}
	green = [3]int{0, 160, 0}
	blue  = [3]int{0, 0, 200}
	white = [3]int{255, 255, 255}
	black = [3]int{0, 0, 0}

	colors   = [4][3]int{red, green, blue, white}
	grays    = [4][3]int{{59, 59, 59}, {93, 93, 93}, {22, 22, 22}, white}
	bilevel  = [4][3]int{black, white, white, white}
	darkness = [4][3]int{black, black, black, black}
)

// quarters returns the colors in the middle of an image's quarters, row by row.
func quarters(img image.Image) (q [4][3]int) {
	b := img.Bounds()
	for i := range q {
		x, y := b.Min.X+b.Dx()*(1+2*(i%2))/4, b.Min.Y+b.Dy()*(1+2*(i/2))/4
		r, g, bl, _ := img.At(x, y).RGBA()
		q[i] = [3]int{int(r >> 8), int(g >> 8), int(bl >> 8)}
	}
	return q
}

// near allows for lossy compression and conversions of color.
func near(a, b [4][3]int, tolerance int) bool {
	for i := range a {
		for j := range a[i] {
			if d := a[i][j] - b[i][j]; d > tolerance || d < -tolerance {
				return false
			}
		}
	}
	return true
}

func TestPictures(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	cases := []struct {
		files     string
		want      [4][3]int
		tolerance int
	}{
		{"exif1.jpg exif2.jpg exif3.jpg exif4.jpg exif5.jpg exif6.jpg exif7.jpg exif8.jpg", colors, 6},
		{"exif6.png exif6.webp plain.png plain.bmp plain.gif plain.webp palette.png animated.gif animated.webp", colors, 1},
		{"progressive.jpg mpo.jpg lossy.webp plain.avif exif5.avif exif6.avif plain.heic irot5.heic irot6.heic", colors, 8},
		{"cmyk.jpg", colors, 12},
		{"gray16.png", grays, 1},
		{"bilevel.png", bilevel, 0},
		{"dark_on_transparent.png dark_on_transparent.webp pale_on_transparent.png pale_on_transparent.webp", bilevel, 0},
		{"lzw.tif lzw_predictor.tif adobe_deflate.tif packbits.tif tiled.tif rgb16.tif rgb16be.tif", colors, 1},
		{"jpeg.tif old_jpeg.tif palette.tif alpha.tif orientation3.tif orientation6.tif", colors, 8},
		{"cmyk.tif", colors, 80}, // converted by a profile of a press,
		{"gray.tif jpeg_gray.tif gray16.tif white_is_zero.tif", grays, 1},
		{"group3.tif group4.tif", bilevel, 0},
	}
	for _, c := range cases {
		for file := range strings.FieldsSeq(c.files) {
			t.Run(file, func(t *testing.T) {
				pages, err := openFile(t, r, file, document.Options{})
				all := allPages(t, pages, err)
				if len(all) != 1 || pages.Total != 1 {
					t.Fatalf("%d pages of %d, want 1", len(all), pages.Total)
				}
				page := all[0]
				if page.Number != 1 || page.Width <= page.Height || page.Width*2 != page.Height*3 ||
					page.Image.Bounds() != image.Rect(0, 0, page.Width, page.Height) {
					t.Errorf("page %d: %d x %d, image %v", page.Number, page.Width, page.Height, page.Image.Bounds())
				}
				if page.Took <= 0 {
					t.Errorf("took %s", page.Took)
				}
				switch img := page.Image.(type) {
				case *image.Gray:
				case *image.RGBA:
					if !img.Opaque() {
						t.Error("not opaque")
					}
				default:
					t.Errorf("image is %T", img)
				}
				if got := quarters(page.Image); !near(got, c.want, c.tolerance) {
					t.Errorf("quarters %v, want %v", got, c.want)
				}
			})
		}
	}
}

func TestEveryDirectoryOfTIFFIsPage(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	pages, err := openFile(t, r, "pages.tif", document.Options{})
	all := allPages(t, pages, err)
	if len(all) != 3 {
		t.Fatalf("%d pages, want 3", len(all))
	}
	for i, want := range [][4][3]int{colors, darkness, bilevel} {
		if got := quarters(all[i].Image); !near(got, want, 0) {
			t.Errorf("page %d: quarters %v, want %v", i+1, got, want)
		}
	}
}

// wantProblem fails unless err is a problem for people with a code.
func wantProblem(t *testing.T, err error, code document.Code) *document.Problem {
	t.Helper()
	var problem *document.Problem
	if !errors.As(err, &problem) || problem.Code != code {
		t.Fatalf("got %v, want a problem with code %s", err, code)
	}
	if strings.Contains(problem.Detail, "raster child") || strings.Contains(problem.Detail, "/") && !strings.Contains(problem.Detail, "field") {
		t.Errorf("detail not for people: %s", problem.Detail)
	}
	return problem
}
