package record

import (
	"encoding/json"
	"fmt"
	"slices"

	"ocr-gateway/document"
)

// page is a page with the parts that answers leave out and that are needed all the same.
type page struct {
	document.PageResult
	Regions []region         `json:"regions"`
	Text    string           `json:"text,omitempty"`
	Usage   document.Usage   `json:"usage"`
	Answer  *document.Answer `json:"answer,omitempty"`
}

type region struct {
	document.Region
	Lines   []line           `json:"lines,omitempty"`
	Grid    *document.Grid   `json:"grid,omitempty"`
	Outline []document.Point `json:"outline,omitempty"`
}

type line struct {
	document.Line
	Quad   [4]document.Point `json:"quad"`
	Spine  []document.Point  `json:"spine,omitempty"`
	Missed float64           `json:"missed,omitempty"`
}

// EncodePage encodes all of a page except the causes of its problems, which are for the log.
func EncodePage(p document.PageResult) ([]byte, error) {
	stored := page{PageResult: p, Text: p.Text, Usage: p.Usage, Answer: p.Answer}
	for _, r := range p.Regions {
		s := region{Region: r, Grid: r.Grid, Outline: r.Outline}
		for _, l := range r.Lines {
			s.Lines = append(s.Lines, line{l, l.Quad, l.Spine, l.Missed})
		}
		stored.Regions = append(stored.Regions, s)
	}
	return json.Marshal(stored)
}

// DecodePage decodes what EncodePage wrote.
func DecodePage(b []byte) (document.PageResult, error) {
	var stored page
	if err := json.Unmarshal(b, &stored); err != nil {
		return document.PageResult{}, fmt.Errorf("decode page: %w", err)
	}
	p := stored.PageResult
	p.Text, p.Usage, p.Answer, p.Regions = stored.Text, stored.Usage, stored.Answer, nil
	for _, s := range stored.Regions {
		r := s.Region
		r.Grid, r.Outline, r.Lines = s.Grid, s.Outline, nil
		for _, l := range s.Lines {
			l.Line.Quad, l.Line.Spine, l.Line.Missed = l.Quad, l.Spine, l.Missed
			r.Lines = append(r.Lines, l.Line)
		}
		p.Regions = append(p.Regions, r)
	}
	p.Regions = slices.Clip(p.Regions)
	return p, nil
}
