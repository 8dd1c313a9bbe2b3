package columns

import (
	"ocr-gateway/internal/plane"
	"ocr-gateway/layout/geometry/upright"
)

// Pieces returns the number of pieces of text that wide gaps divide a row into.
func Pieces(page *upright.Page, r upright.Row) int {
	n := 1
	for i, it := range r {
		n += len(wideBlanks(page, it))
		if i > 0 && it.X0-r[i-1].X1 > pieceWhite*page.Size {
			n++
		}
	}
	return n
}

// piecesOf returns the extents of the pieces of text in each row.
func piecesOf(page *upright.Page, rows []upright.Row) [][]plane.Span {
	all := make([][]plane.Span, len(rows))
	blanks := wideBlanks
	if len(rows) >= closeRows {
		blanks = closeBlanks
	}
	for i, r := range rows {
		for _, it := range r {
			from := it.X0
			for _, b := range blanks(page, it) {
				all[i] = append(all[i], plane.Span{From: from, To: b.From})
				from = b.To
			}
			all[i] = append(all[i], plane.Span{From: from, To: it.X1})
		}
	}
	return all
}

// wideBlanks returns the blanks in a line that are wider than those between words.
func wideBlanks(page *upright.Page, it *upright.Item) []plane.Span {
	var wide []plane.Span
	for _, b := range page.Blanks(it) {
		if b.Length() > pieceWhite*it.Size {
			wide = append(wide, b)
		}
	}
	return wide
}

// closeBlanks returns the wide blanks in a line. Of a line of two words it returns the space
// between them if that is not too narrow.
func closeBlanks(page *upright.Page, it *upright.Item) []plane.Span {
	if s := page.Spaces(it); len(s) == 1 && s[0].Length() > closeWhite*it.Size {
		return s
	}
	return wideBlanks(page, it)
}
