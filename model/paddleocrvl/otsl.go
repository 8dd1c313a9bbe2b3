package paddleocrvl

import (
	"regexp"
	"strconv"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/assemble"
)

// The tokens of OTSL, in which the model writes tables (Lysak et al., Optimized Table Tokenization for Table
// Structure Recognition, 2023): a cell with text, an empty cell, a cell that belongs to the one at its left,
// above it, or both, and the end of a row.
const (
	tokenFull  = "fcel"
	tokenEmpty = "ecel"
	tokenLeft  = "lcel"
	tokenUp    = "ucel"
	tokenCross = "xcel"
	tokenRow   = "nl"
)

var (
	otslToken = regexp.MustCompile(`<(fcel|ecel|lcel|ucel|xcel|nl)>`)
	cutToken  = regexp.MustCompile(`<(?:[felux]c?e?l?|nl?)$`) // at the end of a cut answer
)

// cell is a place in the grid of a table.
type cell struct {
	token string
	text  string
	taken bool // by the span of another cell
}

// maxPadded limits the cells that short rows are filled up to; larger tables stay ragged.
const maxPadded = 1 << 16

// htmlOf converts a table in OTSL to HTML. It is false if the text is not a table, or has text before its
// first cell. No text is lost: text after a token that has none becomes a cell of its own.
func htmlOf(otsl string) (string, bool) {
	grid, ok := gridOf(cutToken.ReplaceAllString(otsl, ""))
	if !ok {
		return "", false
	}
	var b strings.Builder
	b.WriteString("<table>")
	for y := range grid {
		b.WriteString("<tr>")
		for x := range grid[y] {
			if !grid[y][x].taken {
				writeCell(&b, &grid[y][x], claim(grid, y, x))
			}
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</table>")
	return b.String(), true
}

// gridOf reads the rows of a table, all of the same length unless that would be huge.
func gridOf(otsl string) ([][]cell, bool) {
	tokens := otslToken.FindAllStringSubmatchIndex(otsl, -1)
	if len(tokens) == 0 || strings.TrimSpace(otsl[:tokens[0][0]]) != "" {
		return nil, false
	}
	grid := [][]cell{nil}
	width := 0
	for i, at := range tokens {
		end := len(otsl)
		if i+1 < len(tokens) {
			end = tokens[i+1][0]
		}
		c := cell{token: otsl[at[2]:at[3]], text: strings.TrimSpace(otsl[at[1]:end])}
		if c.token == tokenRow {
			grid = append(grid, nil)
		}
		if c.text != "" {
			c.token = tokenFull
		}
		if c.token != tokenRow {
			row := &grid[len(grid)-1]
			*row = append(*row, c)
			width = max(width, len(*row))
		}
	}
	if len(grid[len(grid)-1]) == 0 {
		grid = grid[:len(grid)-1]
	}
	if width == 0 {
		return nil, false
	}
	if width*len(grid) <= maxPadded {
		for y := range grid {
			for len(grid[y]) < width {
				grid[y] = append(grid[y], cell{token: tokenEmpty})
			}
		}
	}
	return grid, true
}

// span is how many columns and rows a cell covers.
type span struct{ columns, rows int }

// Limits of the HTML standard on spans.
const maxColumns, maxRows = 1000, 65534

// claim takes the rectangle that belongs to the cell at y, x: the cells that belong to it in its row, and the
// rows below that belong to all of those.
func claim(grid [][]cell, y, x int) span {
	s := span{1, 1}
	if t := grid[y][x].token; t != tokenFull && t != tokenEmpty {
		return s // belongs to a missing cell: an empty cell of its own
	}
	for row := grid[y]; s.columns < maxColumns && x+s.columns < len(row) && row[x+s.columns].looks(tokenLeft); s.columns++ {
		row[x+s.columns].taken = true
	}
	for s.rows < maxRows && y+s.rows < len(grid) && looksUp(grid[y+s.rows], x, s.columns) {
		for i := range s.columns {
			grid[y+s.rows][x+i].taken = true
		}
		s.rows++
	}
	return s
}

func looksUp(row []cell, x, columns int) bool {
	if x+columns > len(row) || !row[x].looks(tokenUp) {
		return false
	}
	for i := 1; i < columns; i++ {
		if !row[x+i].looks(tokenUp) && !row[x+i].looks(tokenLeft) {
			return false
		}
	}
	return true
}

// looks reports whether the cell belongs to another one in this direction, or in both.
func (c *cell) looks(token string) bool {
	return !c.taken && (c.token == token || c.token == tokenCross)
}

var cellText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r\n", "<br>", "\n", "<br>")

func writeCell(b *strings.Builder, c *cell, s span) {
	b.WriteString("<td")
	if s.rows > 1 {
		b.WriteString(` rowspan="` + strconv.Itoa(s.rows) + `"`)
	}
	if s.columns > 1 {
		b.WriteString(` colspan="` + strconv.Itoa(s.columns) + `"`)
	}
	b.WriteString(">" + cellText.Replace(dollars(c.text)) + "</td>")
}

func readText(text string) document.Recognition {
	return document.Recognition{Content: text, Format: document.FormatText}
}

// readTable reads a table in OTSL or HTML; other answers are text.
func readTable(text string) document.Recognition {
	if html, ok := htmlOf(text); ok {
		return document.Recognition{Content: html, Format: document.FormatHTML}
	}
	if assemble.IsTable(text) {
		return document.Recognition{Content: text, Format: document.FormatHTML}
	}
	return readText(text)
}

// readChart reads the data of a chart: rows of cells separated by bars, the first being the header (PaddleX,
// paddleocr_vl/result.py). Other answers are text.
func readChart(text string) document.Recognition {
	rows := strings.Split(text, "\n")
	if len(rows) < 2 || !strings.Contains(rows[0], "|") {
		return readText(text)
	}
	var b strings.Builder
	b.WriteString("<table>")
	tag := "th"
	for _, row := range rows {
		if row = strings.TrimSpace(row); row == "" {
			continue
		}
		b.WriteString("<tr>")
		for c := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(row, "|"), "|"), "|") {
			b.WriteString("<" + tag + ">" + cellText.Replace(strings.TrimSpace(c)) + "</" + tag + ">")
		}
		b.WriteString("</tr>")
		tag = "td"
	}
	b.WriteString("</table>")
	return document.Recognition{Content: b.String(), Format: document.FormatHTML}
}

func readFormula(text string) document.Recognition {
	return document.Recognition{Content: assemble.UnwrapFormula(text), Format: document.FormatLaTeX}
}
