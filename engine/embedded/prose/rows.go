package prose

import (
	"cmp"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// InOrder sorts lines by rows, or by columns of vertical writing from the right.
func InOrder(lines []document.Line) []document.Line {
	if len(lines) == 0 || !MostlyTall(lines) {
		return slices.Concat(Rows(lines)...)
	}
	lines = slices.Concat(Rows(asRows(lines))...)
	for i, l := range lines {
		lines[i].BBox = document.BBox{-l.BBox[3], l.BBox[0], -l.BBox[1], l.BBox[2]}
	}
	return lines
}

// Rows groups lines that are side by side, from top to bottom, each row from left to right.
func Rows(lines []document.Line) [][]document.Line {
	sorted := slices.Clone(lines)
	slices.SortStableFunc(sorted, func(a, b document.Line) int {
		return cmp.Compare(a.BBox[1]+a.BBox[3], b.BBox[1]+b.BBox[3])
	})
	var rows [][]document.Line
	for _, l := range sorted {
		if n := len(rows); n > 0 && SameRow(rows[n-1][0].BBox, l.BBox) {
			rows[n-1] = append(rows[n-1], l)
			continue
		}
		rows = append(rows, []document.Line{l})
	}
	for _, row := range rows {
		slices.SortStableFunc(row, func(a, b document.Line) int { return cmp.Compare(a.BBox[0], b.BBox[0]) })
	}
	return rows
}

// SameRow reports whether two boxes overlap vertically by half of the lower one.
func SameRow(a, b document.BBox) bool {
	return 2*(min(a[3], b[3])-max(a[1], b[1])) > min(a[3]-a[1], b[3]-b[1])
}

// MostlyTall reports whether most of the text runs downwards.
func MostlyTall(lines []document.Line) bool {
	var tall, wide float64
	for _, l := range lines {
		switch w, h := pixels.QuadSize(l.Quad); {
		case h >= pixels.TallLine*w:
			tall += h
		case w >= pixels.TallLine*h:
			wide += w
		}
	}
	return tall > wide
}

// asRows turns columns of vertical writing into rows, the right one on top.
func asRows(lines []document.Line) []document.Line {
	if len(lines) == 0 || !MostlyTall(lines) {
		return lines
	}
	lines = slices.Clone(lines)
	for i, l := range lines {
		lines[i].BBox = document.BBox{l.BBox[1], -l.BBox[2], l.BBox[3], -l.BBox[0]}
	}
	return lines
}
