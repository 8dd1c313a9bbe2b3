package assemble_test

import (
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/internal/assemble"
)

func headed(number int, head string) document.PageResult {
	p := page(number, "header: "+head, "text: The committee met on the second of March.", "footer: Page 1 of 3")
	for i, height := range []int{24, 16, 16} {
		b := &p.Regions[i].BBox
		p.Regions[i].Lines = []document.Line{{BBox: document.BBox{b[0], b[1], b[2], b[1] + height}}}
	}
	return p
}

// TestTitleOfAFirstPageIsKept: what stands apart at the top of a first page is its title
// until other pages have it too, or it has a number.
func TestTitleOfAFirstPageIsKept(t *testing.T) {
	aside := headed(1, "Downloaded from the archive of the harbour")
	aside.Regions[0].Label = "aside_text"
	for name, c := range map[string]struct {
		page document.PageResult
		want document.RegionType
	}{
		"a title":         {headed(1, "Minutes of the harbour committee"), document.RegionTitle},
		"with a number":   {headed(1, "Minutes of the harbour committee 17"), document.RegionHeader},
		"up the edge":     {aside, document.RegionHeader},
		"of a later page": {headed(2, "Minutes of the harbour committee"), document.RegionHeader},
	} {
		assemble.Plain(&c.page)
		if got := c.page.Regions[0].Type; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestHeadsOfOtherPagesSettleTheFirst(t *testing.T) {
	for name, c := range map[string]struct {
		heads   []string
		want    document.RegionType
		changed int
	}{
		"the same":     {[]string{"Handbook of the harbour", "Handbook of the harbour"}, document.RegionHeader, 1},
		"others":       {[]string{"Handbook of the harbour", "Tides"}, document.RegionTitle, 0},
		"no other":     {[]string{"Handbook of the harbour"}, document.RegionTitle, 0},
		"with numbers": {[]string{"Handbook", "Handbook 2"}, document.RegionHeader, 1},
	} {
		var pages []document.PageResult
		for i, head := range c.heads {
			p := headed(i+1, head)
			assemble.Plain(&p)
			pages = append(pages, p)
		}
		changed := assemble.SettleHeads(pages)
		if got := pages[0].Regions[0].Type; got != c.want || len(changed) != c.changed {
			t.Errorf("%s: %s, changed %v, want %s, %d", name, got, changed, c.want, c.changed)
		}
	}
}
