package verified

import (
	"context"
	"strings"
	"testing"

	"ocr-gateway/document"
)

// glance is a view that knows passages and repeats the answers.
type glance []document.Passage

func (g glance) Passages([]document.BBox) []document.Passage { return g }
func (g glance) Lessons(answers []string) []byte             { return []byte(strings.Join(answers, "|")) }

// seer is a ledger with a glance of every page.
type seer struct {
	*notebook
	view glance
}

func (s seer) Look(*document.Page) View { return s.view }

func looked(t *testing.T, passages ...document.Passage) *Turn {
	turn := NewCourse(seer{&notebook{}, passages}).Next()
	if err := turn.Look(context.Background(), &document.Page{}); err != nil {
		t.Fatal(err)
	}
	return turn
}

func lines(region *document.Region, own []document.LayerLine) { region.Content = own[0].Text }

// layerLine is a line of a PDF's own text.
func layerLine(text string, box document.BBox) document.LayerLine {
	return document.LayerLine{Line: document.Line{Text: text, BBox: box}}
}

// TestWhatIsTakenAndWhatTeaches shows what becomes of regions of each kind.
func TestWhatIsTakenAndWhatTeaches(t *testing.T) {
	own := document.Passage{Lines: []document.LayerLine{layerLine("own", document.BBox{0, 0, 9, 9})}, Believed: true, Clear: true, Characters: 3}
	with := func(change func(*document.Passage)) document.Passage {
		p := own
		change(&p)
		return p
	}
	number := with(func(p *document.Passage) {
		p.Lines = []document.LayerLine{layerLine("1", document.BBox{}), layerLine("12345678901", document.BBox{10, 0, 19, 0})}
	})
	low := .5
	for name, c := range map[string]struct {
		kind    document.RegionType
		passage document.Passage
		answer  document.Region // of the model
		content string          // at the end
		teaches string
		counts  document.LayerCounts
	}{
		"believed":       {document.RegionText, own, document.Region{}, "own", "", document.LayerCounts{Verified: 3, Regions: 1}},
		"a title":        {document.RegionTitle, own, document.Region{}, "own", "", document.LayerCounts{Verified: 3, Regions: 1}},
		"not believed":   {document.RegionText, with(func(p *document.Passage) { p.Believed, p.Refuted = false, 2 }), document.Region{Content: "seen"}, "seen", "seen", document.LayerCounts{Read: 3, Refuted: 2}},
		"something else": {document.RegionText, with(func(p *document.Passage) { p.Clear = false }), document.Region{Content: "seen"}, "seen", "seen", document.LayerCounts{Read: 3}},
		"a sample":       {document.RegionText, with(func(p *document.Passage) { p.Sampled = true }), document.Region{Content: "seen"}, "seen", "seen", document.LayerCounts{Read: 3}},
		"read before":    {document.RegionHeader, with(func(p *document.Passage) { p.Believed, p.Answer = false, "before" }), document.Region{}, "before", "", document.LayerCounts{Read: 3, Regions: 1}},
		"not sure":       {document.RegionText, with(func(p *document.Passage) { p.Believed = false }), document.Region{Content: "seen", Confidence: &low}, "seen", "", document.LayerCounts{Read: 3}},
		"failed":         {document.RegionText, with(func(p *document.Passage) { p.Believed = false }), document.Region{Status: document.StatusFailed}, "", "", document.LayerCounts{Read: 3}},
		"cut":            {document.RegionText, with(func(p *document.Passage) { p.Believed = false }), document.Region{Status: document.StatusTruncated, Content: "se"}, "se", "", document.LayerCounts{Read: 3}},
		"a table": {
			document.RegionTable, number,
			document.Region{Content: "<table><tr><td>1</td><td>12345678907</td></tr></table>"},
			"<table><tr><td>1</td><td>12345678901</td></tr></table>", "   1  12345678907   ",
			document.LayerCounts{Read: 3, Digits: 1},
		},
	} {
		turn := looked(t, c.passage)
		regions := []document.Region{{Type: c.kind, BBox: document.BBox{1, 1, 9, 9}}}
		got := turn.Take(&document.Page{Width: 10, Height: 10}, regions, lines)
		r := &regions[0]
		if r.Status == "" { // the model is asked
			r.Content, r.Confidence, r.Status = c.answer.Content, c.answer.Confidence, document.StatusOK
			if c.answer.Status != "" {
				r.Status = c.answer.Status
			}
		}
		teaches := ""
		if got != nil {
			teaches = string(got.Settle(regions))
			if *got.Counts() != c.counts {
				t.Errorf("%s: counted %+v", name, *got.Counts())
			}
		}
		if r.Content != c.content || teaches != c.teaches {
			t.Errorf("%s: %q, teaches %q", name, r.Content, teaches)
		}
		turn.End()
	}
}

// TestWholePagesAreNotTaken wants pages without a layout, turned pages and pages without text to be read as they are.
func TestWholePagesAreNotTaken(t *testing.T) {
	own := document.Passage{Lines: []document.LayerLine{layerLine("own", document.BBox{})}, Believed: true, Clear: true}
	page := document.Page{Width: 10, Height: 10}
	for name, c := range map[string]struct {
		page   document.Page
		region document.Region
	}{
		"whole":    {page, document.Region{Type: document.RegionText, BBox: document.BBox{0, 0, 10, 10}}},
		"by model": {page, document.Region{Type: document.RegionPage, BBox: document.BBox{0, 0, 10, 10}}},
		"turned":   {document.Page{Width: 10, Height: 10, Rotation: 90}, document.Region{Type: document.RegionText, BBox: document.BBox{0, 0, 5, 5}}},
	} {
		regions := []document.Region{c.region}
		if got := looked(t, own).Take(&c.page, regions, lines); got != nil || regions[0].Content != "" {
			t.Errorf("%s: %+v", name, regions[0])
		}
	}
}
