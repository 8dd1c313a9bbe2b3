package verified

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
)

// mostMisread is the share of a table's digits that a model may have misread; where more differ, the
// lines are those of other cells.
const mostMisread = 0.1

// digitsRight puts the digits of lines, which are in rows from the top, in the place of those that
// a model read in a table, and counts those that differ. It changes nothing unless the lines fill the cells
// exactly: row by row, each cell one or more whole lines that say what is in it but for digits, and the
// columns stand one beside the other.
func digitsRight(table string, lines []document.LayerLine) (string, int) {
	cells, ok := cellsOf(table)
	if !ok {
		return table, 0
	}
	g := grid{right: map[int]int{}, left: map[int]int{}, foot: -1, low: -1}
	out := []byte(table)
	digits, wrong := 0, 0
	for _, c := range cells {
		for rest := c.signs; len(rest) > 0; {
			if len(lines) == 0 || !g.add(c, lines[0].Line) {
				return table, 0
			}
			own := []rune(strings.Join(strings.Fields(lines[0].Text), ""))
			if len(own) > len(rest) {
				return table, 0
			}
			for i, r := range own {
				switch read := rest[i]; {
				case isDigit(r) && isDigit(read.char) && read.at >= 0:
					digits++
					if r != read.char {
						wrong++
						out[read.at] = byte(r)
					}
				case form(r) != form(read.char):
					return table, 0
				}
			}
			rest, lines = rest[len(own):], lines[1:]
		}
	}
	if len(lines) > 0 || wrong == 0 || float64(wrong) > max(1, mostMisread*float64(digits)) || !g.ordered() {
		return table, 0
	}
	return string(out), wrong
}

// maxSquares bounds a table's rows times its columns.
const maxSquares = 20_000

// cell is one cell of a table in HTML.
type cell struct {
	row, column int
	wide, high  bool // over several columns, rows
	signs       []sign
}

// sign is a character that is no blank, and where it is in the source; -1 for one that is written
// as an entity.
type sign struct {
	char rune
	at   int
}

var (
	structure = regexp.MustCompile(`(?i)<(/?)(table|tr|td|th)\b([^<>]*)>`)
	span      = regexp.MustCompile(`(?i)\b(row|col)span\s*=\s*["']?(\d{1,3})`)
)

// cellsOf reads a table whose text is all in cells, in their order.
func cellsOf(table string) (cells []cell, ok bool) {
	row, column, tables := -1, 0, 0
	covered := map[[2]int]bool{} // by cells of rows above
	from, inCell := 0, false
	for _, m := range structure.FindAllStringSubmatchIndex(table, -1) {
		text := table[from:m[0]]
		if signs := signsOf(text, from); inCell {
			cells[len(cells)-1].signs = signs
		} else if len(signs) > 0 {
			return nil, false
		}
		from = m[1]
		inCell = false
		if m[2] < m[3] {
			continue
		}
		switch strings.ToLower(table[m[4]:m[5]]) {
		case "table":
			tables++
		case "tr":
			row, column = row+1, 0
		default:
			for covered[[2]int{row, column}] {
				column++
			}
			across, down := spans(table[m[6]:m[7]])
			if len(covered)+across*down > maxSquares {
				return nil, false
			}
			for i := range across {
				for j := range down {
					covered[[2]int{row + j, column + i}] = true
				}
			}
			cells, inCell = append(cells, cell{row: row, column: column, wide: across > 1, high: down > 1}), true
			column += across
		}
	}
	return cells, tables == 1 && len(signsOf(table[from:], from)) == 0
}

func spans(attributes string) (across, down int) {
	const most = 100
	across, down = 1, 1
	for _, m := range span.FindAllStringSubmatch(attributes, -1) {
		n, _ := strconv.Atoi(m[2]) // up to three digits always parse
		if n = min(max(n, 1), most); strings.EqualFold(m[1], "row") {
			down = n
		} else {
			across = n
		}
	}
	return across, down
}

var (
	markup = regexp.MustCompile(`^<[^<>]*>`)
	entity = regexp.MustCompile(`^&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});`)
)

// signsOf are the characters that people see of a source, which begins at an offset.
func signsOf(source string, offset int) (signs []sign) {
	for i := 0; i < len(source); {
		written, size := "", 0
		switch source[i] {
		case '<':
			size = len(markup.FindString(source[i:]))
		case '&':
			written = entity.FindString(source[i:])
			size = len(written)
		}
		for _, r := range html.UnescapeString(written) {
			signs = appendSign(signs, r, -1)
		}
		if size == 0 {
			var r rune
			r, size = utf8.DecodeRuneInString(source[i:])
			signs = appendSign(signs, r, offset+i)
		}
		i += size
	}
	return signs
}

func appendSign(signs []sign, r rune, at int) []sign {
	if unicode.IsSpace(r) {
		return signs
	}
	return append(signs, sign{r, at})
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// form is one form for characters that readers do not tell apart.
func form(r rune) rune {
	switch r {
	case '\u2010', '\u2011', '–', '—', '−':
		return '-'
	case '’', '‘':
		return '\''
	}
	return r
}

// grid is where the lines lie that fill cells.
type grid struct {
	left, right map[int]int // of the columns, in pixels
	row, foot   int         // of the row at hand; the lowest middle of a line in the row before
	low         int         // lowest middle of a line in the row at hand
}

// add notes where a line of a cell is. It is false for one that is not below the row before.
func (g *grid) add(c cell, l document.Line) bool {
	if c.row != g.row {
		g.row, g.foot = c.row, g.low
	}
	middle := (l.BBox[1] + l.BBox[3]) / 2
	if !c.high {
		g.low = max(g.low, middle)
	}
	if !c.wide {
		if left, known := g.left[c.column]; !known || l.BBox[0] < left {
			g.left[c.column] = l.BBox[0]
		}
		g.right[c.column] = max(g.right[c.column], l.BBox[2])
	}
	return c.high || middle > g.foot
}

// ordered reports whether no column reaches into the next.
func (g *grid) ordered() bool {
	end := -1
	for column, seen := 0, 0; seen < len(g.left); column++ {
		left, known := g.left[column]
		if !known {
			continue
		}
		seen++
		if left < end {
			return false
		}
		end = g.right[column]
	}
	return true
}
