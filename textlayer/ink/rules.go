// Package ink examines the map of a page's unexplained ink, which belongs to no character of the page's own
// text: what of it is a rule, and where it may be text that has to be looked for.
package ink

import (
	"image"
	"iter"

	"ocr-gateway/document"
)

const (
	ruleLength = 12 // squares: from this length a thin stroke is a rule
	ruleThick  = 2  // squares
)

// WithoutRules removes long thin strokes from a map, and returns where they were.
func WithoutRules(b document.Blocks) (rest document.Blocks, rules []document.BBox) {
	if b.Width <= 0 || b.Height <= 0 || b.Step <= 0 || len(b.Bits)*8 < b.Width*b.Height {
		return document.Blocks{}, nil
	}
	rest = b
	rest.Bits = append([]byte(nil), b.Bits...)
	for _, down := range []bool{false, true} {
		rules = append(rules, takeRules(b, rest, down)...)
	}
	return rest, rules
}

// takeRules clears the strokes that run across, or down, in rest.
func takeRules(b, rest document.Blocks, down bool) (rules []document.BBox) {
	at := func(along, across int) bool { return b.At(along, across) }
	length, marks := b.Width, marksOf(b, down)
	if down {
		at = func(along, across int) bool { return b.At(across, along) }
		length = b.Height
	}
	for across, n := range marks {
		if n < ruleLength {
			continue
		}
		for from := 0; from < length; {
			if !at(from, across) {
				from++
				continue
			}
			to := from
			thick := 0 // squares of the run that belong to something thicker
			for ; to < length && at(to, across); to++ {
				n := 1
				for k := 1; k <= ruleThick && at(to, across-k); k++ {
					n++
				}
				for k := 1; k <= ruleThick && at(to, across+k); k++ {
					n++
				}
				if n > ruleThick {
					thick++
				}
			}
			if to-from >= ruleLength && 4*thick < to-from {
				box := image.Rect(from, across, to, across+1)
				if down {
					box = image.Rect(across, from, across+1, to)
				}
				unmark(rest, box)
				rules = append(rules, document.BBox{box.Min.X * b.Step, box.Min.Y * b.Step, box.Max.X * b.Step, box.Max.Y * b.Step})
			}
			from = to
		}
	}
	return rules
}

// marksOf counts the marked squares of each row, or column.
func marksOf(b document.Blocks, down bool) []int {
	rows, columns := make([]int, b.Height), make([]int, b.Width)
	for i := range marked(b.Bits, 0, b.Width*b.Height) {
		rows[i/b.Width]++
		columns[i%b.Width]++
	}
	if down {
		return columns
	}
	return rows
}

func unmark(b document.Blocks, box image.Rectangle) {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			i := y*b.Width + x
			b.Bits[i/8] &^= 1 << (i % 8)
		}
	}
}

// marked yields the positions of the bits that are set, in [from, to).
func marked(all []byte, from, to int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := from; i < to; i++ {
			switch b := all[i/8] >> (i % 8); {
			case b == 0:
				i |= 7 // skip to the end of the byte
			case b&1 != 0:
				if !yield(i) {
					return
				}
			}
		}
	}
}
