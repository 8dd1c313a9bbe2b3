package paddleocrvl

import (
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/assemble"
)

// Assemble turns what the model read on a page into its content, in place.
func (Profile) Assemble(page *document.PageResult) {
	for i := range page.Regions {
		clean(&page.Regions[i])
	}
	assemble.TagFormulas(page.Regions)
	assemble.JoinHyphens(page.Regions)
}

// labelNumber is the detector's label of a formula's number in the margin.
const labelNumber = "formula_number"

// newlines converts every line ending to one character.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// clean repairs the content of one region. A region that was not read is left alone.
func clean(r *document.Region) {
	if r.Status != document.StatusOK && r.Status != document.StatusTruncated {
		return
	}
	r.Content = strings.TrimSpace(newlines.Replace(r.Content))
	if r.Source == document.SourcePDF { // it was not written by a model
		return
	}
	if r.Format != document.FormatHTML { // a blank form repeats itself
		assemble.CutRepetition(r)
	}
	switch {
	case r.Type == document.RegionImage, r.Format == document.FormatLaTeX:
	case r.Format == document.FormatHTML:
		r.Content = assemble.CloseTable(r.Content)
	case r.Type == document.RegionTitle:
		r.Content = assemble.SpaceFormulas(dollars(r.Content))
		if r.Level == 0 {
			r.Level = 1
		}
	case r.Label == labelNumber:
		r.Content = strings.TrimSpace(strings.ReplaceAll(dollars(r.Content), "$", ""))
	default:
		r.Content = assemble.CloseFence(assemble.OutsideFences(r.Content, func(s string) string {
			return assemble.SpaceFormulas(dollars(s))
		}))
	}
}

// dollars replaces the model's delimiters of formulas, \( \) and \[ \], by dollars. Only pairs are changed.
func dollars(s string) string {
	s = delimited(s, `\(`, `\)`, "$")
	return delimited(s, `\[`, `\]`, "$$")
}

func delimited(s, open, end, mark string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, open)
		body, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(before + mark + strings.TrimSpace(body) + mark)
		s = after
	}
}
