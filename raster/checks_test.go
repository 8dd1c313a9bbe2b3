package raster_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/raster/rastertest"
)

// formPage is a page with a form whose widgets are objects from number 7 on; 5 and 6 are
// what is drawn in one that is on and off.
func formPage(keys string, widgets ...string) []byte {
	var refs strings.Builder
	for i := range widgets {
		fmt.Fprintf(&refs, "%d 0 R ", 7+i)
	}
	look := "/Type/XObject/Subtype/Form/BBox[0 0 12 12]"
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[" + refs.String() + "]>>>>", onePage,
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Annots[" + refs.String() + "]/Contents 4 0 R" + keys + ">>", rastertest.StreamObject("", ""),
		rastertest.StreamObject(look, "0 0 12 12 re S 2 2 m 10 10 l S"), rastertest.StreamObject(look, "0 0 12 12 re S"),
	}
	return rastertest.Objects(append(objects, widgets...)...)
}

// widget is a button of a form, drawn 12 x 12 points with its left bottom corner at x, y.
func widget(x, y int, keys string) string {
	return fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Btn/T(f%d)/Rect[%d %d %d %d]/F 4/AP<</N<</Yes 5 0 R/Off 6 0 R>>>>%s>>", x, x, y, x+12, y+12, keys)
}

func TestWordsOfCheckBoxes(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	for _, c := range []struct {
		name, keys string
		widgets    []string
		want       []string
	}{
		{"ticked and not", "", []string{widget(20, 150, "/AS/Yes/V/Yes"), widget(60, 150, "/AS/Off/V/Off")}, []string{"☐ 60", "☒ 20"}},
		{"a value that is not drawn", "", []string{widget(20, 150, "/AS/Off/V/Yes"), widget(60, 150, "/V/Yes"), widget(100, 150, "/V/Other")}, []string{"☐ 100", "☒ 20", "☒ 60"}},
		{
			"radio buttons of one name", "",
			[]string{widget(20, 150, "/Ff 32768/AS/Off/V/Yes"), widget(60, 150, "/Ff 32768/AS/Yes/V/Yes")},
			[]string{"◉ 60", "◯ 20"},
		},
		{"a hidden box, a push button", "", []string{strings.Replace(widget(20, 150, "/AS/Yes"), "/F 4", "/F 2", 1), widget(60, 150, "/Ff 65536/AS/Yes")}, nil},
		{"a page with an origin of its own", "/CropBox[10 0 300 200]", []string{widget(20, 150, "/AS/Yes")}, []string{"☒ 10"}},
		{"a box off the page", "", []string{widget(900, 150, "/AS/Yes"), widget(20, 150, "/AS/Yes")}, []string{"☒ 20"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			pages, err := r.Open(t.Context(), document.NewSource("", formPage(c.keys, c.widgets...)), document.Options{DPI: 144})
			page := allPages(t, pages, err)[0]
			var got []string
			for _, w := range page.Words {
				got = append(got, fmt.Sprint(w.Text, " ", (w.BBox[0]+1)/2))
				if size := w.BBox.Rect().Size(); size.X < 22 || size.X > 26 || size.Y < 22 || size.Y > 26 {
					t.Errorf("%s is %v", w.Text, w.BBox)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("words %q, want %q", got, c.want)
			}
		})
	}
}
