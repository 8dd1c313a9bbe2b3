package embedded_test

import (
	"image"
	"os"
	"path/filepath"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// marketText is what stands on market.png, in four columns.
const marketText = "朝の市場には、近くの村から多くの人がやってくる。魚と野菜が並び、子どもたちは菓子を買って帰った。"

// TestVerticalWriting reads columns with their stops, commas and small kana, upright and
// on pages that lie on their side.
func TestVerticalWriting(t *testing.T) {
	e := newEngine(t)
	f, err := os.Open(filepath.Join("testdata", "market.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, turned := range []int{0, 90, 270} {
		page := pageOf(pixels.Turn(img, turned))
		if _, _, err := e.Find(t.Context(), page); err != nil {
			t.Fatal(err)
		}
		if want := (360 - turned) % 360; page.Rotation != want {
			t.Errorf("turned by %d: turned back by %d, want %d", turned, page.Rotation, want)
			continue
		}
		region := document.Region{Type: document.RegionText, BBox: document.BBox{0, 0, page.Width, page.Height}}
		got, err := e.Recognize(t.Context(), page, region, document.Options{Task: document.TaskText})
		if err != nil {
			t.Fatal(err)
		}
		if got.Content != marketText {
			t.Errorf("turned by %d: read %q, want %q", turned, got.Content, marketText)
		}
	}
}
