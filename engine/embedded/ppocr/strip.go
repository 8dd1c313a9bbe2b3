package ppocr

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
)

// strip is a line, or a part of one, while it is read.
type strip struct {
	line   int // index into the lines being read
	quad   [4]document.Point
	spine  []document.Point // of a bent line
	wide   int              // width of the whole line, at readHeight
	part   span             // part of it to be read
	claim  string           // what the document says of the line
	read   reading
	missed float64 // see [missed]
	sure   bool    // see [sure]
	doubts []span  // columns of the part with words that the first reader is unsure of
}

func (s strip) width() int { return s.part.to - s.part.from }

// stripsOf returns the strips of lines in ascending width.
func stripsOf(lines []document.Line) []strip {
	strips := make([]strip, 0, len(lines))
	for i, l := range lines {
		if s, ok := stripOf(l.Quad); ok {
			s.line, s.spine, s.claim = i, l.Spine, l.Claim
			strips = append(strips, s)
		}
	}
	slices.SortStableFunc(strips, byWidth)
	return strips
}

// stripOf prepares the line inside q for the reader: a line that runs downwards is turned.
func stripOf(q [4]document.Point) (strip, bool) {
	w, h := pixels.QuadSize(q)
	if h >= pixels.TallLine*w {
		q, w, h = pixels.StartAt(q, 1), h, w
	}
	if w < 1 || h < 1 {
		return strip{}, false
	}
	wide := min(max(int(math.Ceil(w/h*readHeight)), 8), readMaxWidth)
	return strip{quad: q, wide: wide, part: span{0, wide}}, true
}

// batchSize is how many of the strips, in ascending width, fit in one batch without much padding.
func batchSize(strips []strip) int {
	n := 1
	for n < len(strips) && (n+1)*paddedWidth(strips[n].width()) <= readBatch && strips[n].width() <= strips[0].width()*5/4 {
		n++
	}
	return n
}

// paddedWidth rounds up to a width that the network takes.
func paddedWidth(w int) int {
	w = max(w, readMinWidth)
	return (w + readStep - 1) / readStep * readStep
}

// between returns the part of a line's strip between two columns, or none if that is empty.
func (s strip) between(from, to int) []strip {
	if from == to {
		return nil
	}
	if from == 0 && to == s.wide {
		return []strip{s}
	}
	var of []character
	for _, c := range s.read.characters {
		if c.column >= from && c.column < to {
			of = append(of, character{c.text, c.column - from, c.probability})
		}
	}
	s.read = readingOf(of, nil)
	s.quad = pixels.PartOf(s.quad, float64(from)/float64(s.wide), float64(to)/float64(s.wide))
	s.part = span{from, to}
	return []strip{s}
}

func widths(strips []strip) (sum int) {
	for _, s := range strips {
		sum += s.width()
	}
	return sum
}

func byWidth(a, b strip) int { return cmp.Compare(a.width(), b.width()) }

// joined returns the lines with the text of their strips.
func joined(lines []document.Line, strips []strip) []document.Line {
	lines = slices.Clone(lines)
	of := map[int][]strip{}
	for _, s := range strips {
		of[s.line] = append(of[s.line], s)
	}
	for i, parts := range of {
		slices.SortFunc(parts, func(a, b strip) int { return cmp.Compare(a.part.from, b.part.from) })
		joinParts(&lines[i], parts)
	}
	return lines
}

// joinParts sets a line's text from its parts, from left to right: they were cut apart at spaces.
func joinParts(l *document.Line, parts []strip) {
	var texts []string
	var sum float64
	n := 0
	l.Text, l.Confidence, l.Marks, l.Missed = "", nil, nil, 0
	for _, p := range parts {
		l.Missed += p.missed * float64(p.width()) / float64(p.wide)
		if text := strings.TrimSpace(p.read.text); text != "" {
			texts = append(texts, text)
			sum += p.read.confidence * float64(len(p.read.characters))
			n += len(p.read.characters)
			l.Marks = append(l.Marks, p.marks()...)
		}
	}
	if len(texts) > 0 {
		confidence := sum / float64(n)
		l.Text, l.Confidence = strings.Join(texts, " "), &confidence
	}
}

// marks returns where the characters of a strip are on its line.
func (s strip) marks() []document.Mark {
	var marks []document.Mark
	for _, c := range s.read.characters {
		if c.text != " " {
			middle := min(float64(s.part.from+c.column)/float64(s.wide), 1)
			marks = append(marks, document.Mark{Text: c.text, From: middle, To: middle, Confidence: c.probability})
		}
	}
	return marks
}
