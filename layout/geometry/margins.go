package geometry

import (
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/rulings"
	"ocr-gateway/layout/geometry/upright"
)

// Running heads, footers and page numbers repeat on every page and are kept apart from the text. They
// are looked for only in the margins of a page, and accepted only with the model's word or white space
// around them: text that is taken for a footer by mistake is lost.

const (
	marginShare  = 0.12  // of the page's height
	outerShare   = 0.06  // of the page's height, where there is little else than running heads
	asideShare   = 0.045 // of the page's width, at either side, where a line that runs up or down says where the copy comes from
	cornerShare  = 0.05  // of the page's width, at either side, where a page number stands in a corner
	cornerWhite  = 1.0   // text heights of white around a page number in a corner
	marginRows   = 2     // at most, at either end
	leastRows    = 6     // of a page, at least, to tell margins from text
	smallEnough  = 1.1   // of the body's text height: running heads are not set larger
	letterhead   = 1.3   // of the body's text height: no running head, whatever the model says
	farApart     = 2.5   // text heights of white that set a margin row apart if the model does not
	smallPrint   = 0.9   // of the body's text height: a row above the text of a plain page that is set no larger is its head
	rowApart     = 1.5   // text heights of white that set it apart if the model does, too
	runningApart = 0.8   // text heights of white that set it apart if it is laid out as a running head
	closeApart   = 0.2   // text heights of white that suffice near the page's edge, if the model says so
	runningWhite = 3.0   // text heights of white between the pieces of a running head
)

// takeSideways takes out lines that run up or down the page beside its text, such as a stamp in the
// margin. Elsewhere such lines belong to the text around them. At the very edge they are like running
// heads: the source of the copy, its number in an archive.
func takeSideways(p *upright.Page) []block {
	const (
		compared = 32  // steep lines, at most; more are not a stamp in a margin
		steep    = 2.5 // of its width, from which a line's height makes it steep
		few      = 0.1 // of the lines, at most, that stand in the margins
	)
	var turned []*upright.Item
	var lefts, rights []float64
	for _, it := range p.Items {
		if it.Height() > steep*it.Width() && it.Height() > 2*p.Size {
			turned = append(turned, it)
		} else {
			lefts, rights = append(lefts, it.X0), append(rights, it.X1)
		}
	}
	if len(turned) == 0 || 2*len(turned) > len(p.Items) {
		return nil
	}
	slices.Sort(lefts)
	slices.Sort(rights)
	text := plane.Span{From: upright.Quantile(lefts, few), To: upright.Quantile(rights, 1-few)}
	turned = turned[:min(len(turned), compared)]
	var sideways []block
	var level []*upright.Item
	for _, it := range p.Items {
		// Detectors break such lines into pieces, some of which are hardly higher than wide.
		beside := it.CenterX() < text.From || it.CenterX() > text.To
		if beside && it.Height() > it.Width() && slices.ContainsFunc(turned, func(o *upright.Item) bool {
			return it.OverlapX(o.Box) > 0.7*min(it.Width(), o.Width()) && it.OverlapY(o.Box) > -3*p.Size
		}) {
			aside := block{kind: document.RegionText, rows: []upright.Row{{it}}}
			if min(it.CenterX(), float64(p.Width)-it.CenterX()) < asideShare*float64(p.Width) {
				aside.kind, aside.label = document.RegionHeader, "aside_text"
			}
			sideways = append(sideways, aside)
		} else {
			level = append(level, it)
		}
	}
	p.Items = level
	return sideways
}

// takeMargins takes running heads and footers out of the page, unless they have blanks to be filled in.
func takeMargins(p *upright.Page, found rulings.Rulings) (header, footer []block) {
	if len(upright.RowsOf(p.Items)) < leastRows {
		return nil, nil
	}
	corner := takeCorner(p)
	defer func() { footer = append(footer, corner...) }()
	rows := upright.RowsOf(p.Items)
	for len(header) < marginRows && !found.HasBlank(rows[0].Box()) && inMargin(p, rows[0], rows[1], "header") {
		header = append(header, marginBlocks(p, rows[0], document.RegionHeader)...)
		rows = rows[1:]
	}
	for range marginRows {
		last := len(rows) - 1
		if found.HasBlank(rows[last].Box()) || !inMargin(p, rows[last], rows[last-1], "footer") {
			break
		}
		footer = append(marginBlocks(p, rows[last], document.RegionFooter), footer...)
		rows = rows[:last]
	}
	if len(header)+len(footer) == 0 {
		return nil, nil
	}
	p.Items = slices.Concat(rows...)
	return header, footer
}

// takeCorner takes out a page number that stands by itself in a lower corner of the page, as on slides,
// whatever else is level with it.
func takeCorner(p *upright.Page) []block {
	width, height := float64(p.Width), float64(p.Height)
	number := -1
	for i, it := range p.Items {
		if it.Object != nil || it.Width() >= upright.NumberWidth*p.Size || height-it.CenterY() > outerShare*height ||
			min(it.CenterX(), width-it.CenterX()) > cornerShare*width {
			continue
		}
		white := cornerWhite * p.Size
		around := plane.Box{X0: it.X0 - white, Y0: it.Y0 - white, X1: it.X1 + white, Y1: it.Y1 + white}
		alone := !slices.ContainsFunc(p.Items, func(o *upright.Item) bool { return o != it && o.OverlapX(around) > 0 && o.OverlapY(around) > 0 })
		if alone {
			if number >= 0 {
				return nil // marks in both corners
			}
			number = i
		}
	}
	if number < 0 {
		return nil
	}
	it := p.Items[number]
	p.Items = slices.Delete(slices.Clone(p.Items), number, number+1)
	return marginBlocks(p, upright.Row{it}, document.RegionFooter)
}

// inMargin reports whether r is a running head, if label is "header", or foot, if it is "footer". next
// is the next row toward the middle of the page.
func inMargin(p *upright.Page, r, next upright.Row, label string) bool {
	b := r.Box()
	white := whiteBeside(p, r, label) / p.Size
	edge := b.CenterY() / float64(p.Height)
	if label == "footer" {
		edge = 1 - edge
	}
	number := len(r) == 1 && b.Width() < upright.NumberWidth*p.Size
	if edge > marginShare {
		// The end of a short page: only a page number alone in the middle counts.
		return label == "footer" && number && white > rowApart && math.Abs(b.CenterX()-upright.Bounds(p.Items).CenterX()) < p.Size
	}
	tallest := 0.0
	for _, it := range r {
		tallest = max(tallest, it.Size/p.Size)
	}
	switch {
	case number:
		return white > whiteOfNumber(p, b)
	case tallest > letterhead:
		return false
	case isRunning(p, r):
		// Books set it as close to the text as its lines are to each other.
		return white > runningApart || label == "header" && len(next) == 1 && next.Box().Width() > 2*upright.ProseWidth*p.Size
	case label == "header" && p.Unruled && len(p.Zones) == 0 && tallest < smallPrint:
		return white > rowApart // a plain page, for which the model was not run
	case labeled(p, r, label):
		return white > rowApart || white > closeApart && edge < outerShare
	default:
		return white > farApart && edge < outerShare && tallest < smallEnough &&
			!labeled(p, r, "title") && !labeled(p, r, "text") && !labeled(p, r, "table")
	}
}

// whiteBeside returns the height of the white between a margin row and the text above or below any of
// its pieces.
func whiteBeside(p *upright.Page, r upright.Row, label string) float64 {
	white := float64(p.Height)
	for _, it := range r {
		for _, o := range p.Items {
			if it.OverlapX(o.Box) < min(p.Size, it.Width())/2 {
				continue
			}
			switch {
			case label == "footer" && o.CenterY() < r[0].CenterY() && !slices.Contains(r, o):
				white = min(white, it.Y0-o.Y1)
			case label == "header" && o.CenterY() > r[0].CenterY() && !slices.Contains(r, o):
				white = min(white, o.Y0-it.Y1)
			}
		}
	}
	return white
}

// whiteOfNumber returns how much white, in text heights, sets a page number apart. In the middle or at
// the right edge little is enough; at the left it could be the last word of a paragraph.
func whiteOfNumber(p *upright.Page, b plane.Box) float64 {
	text := upright.Bounds(p.Items)
	switch {
	case math.Abs(b.CenterX()-text.CenterX()) < p.Size, text.X1-b.X1 < p.Size:
		return runningApart
	default:
		return farApart
	}
}

// isRunning reports whether a row is laid out as a running head: pieces far from each other, one of them
// a number.
func isRunning(p *upright.Page, r upright.Row) bool {
	number := false
	for i, it := range r {
		number = number || it.Width() < upright.NumberWidth*p.Size
		if i > 0 && it.X0-r[i-1].X1 < runningWhite*p.Size {
			return false
		}
	}
	return number && len(r) >= 2 && len(r) <= 3
}

// labeled reports whether the whole row lies in the model's boxes of that label.
func labeled(p *upright.Page, r upright.Row, label string) bool {
	for _, it := range r {
		if !slices.ContainsFunc(p.Zones, func(z upright.Zone) bool { return z.Labeled(label) && z.HoldsCenter(it.Box) }) {
			return false
		}
	}
	return true
}

// marginBlocks makes a block of each piece of a margin row.
func marginBlocks(p *upright.Page, r upright.Row, kind document.RegionType) []block {
	var blocks []block
	for _, it := range r {
		b := block{kind: kind, rows: []upright.Row{{it}}}
		if it.Width() < upright.NumberWidth*p.Size {
			b.kind = document.RegionPageNumber
		}
		if z, ok := p.ZoneAround(it.Box); ok {
			b.label, b.score = z.Label, &z.Score
		}
		blocks = append(blocks, b)
	}
	return blocks
}
