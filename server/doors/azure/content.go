package azure

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/internal/htmltable"
	"ocr-gateway/service"
)

// pageBreak stands between pages of Markdown, as in Azure's.
const pageBreak = "\n\n<!-- PageBreak -->\n\n"

// page is a page with its place in the content.
type page struct {
	*document.PageResult
	part   part
	blocks []*block
	tables []*table
}

// block is a paragraph, or a cell of a table: lines of words.
type block struct {
	region *document.Region
	lines  [][]word
}

// table is a table with its cells, empty ones too.
type table struct {
	region     *document.Region
	rows, cols int
	cells      []htmltable.Placed
	blocks     []*block // of the cells
}

// word is a word with its place in the content.
type word struct {
	document.WordBox
	glued bool // no white space before it
	part  part // empty where the content has the word in another form than it was read
}

// pageOf divides a page.
func pageOf(p *document.PageResult) *page {
	out := &page{PageResult: p}
	for i := range p.Regions {
		r := &p.Regions[i]
		if r.Format == document.FormatHTML {
			out.divideTables(r)
		} else if lines := linesOf(r); len(lines) > 0 {
			out.blocks = append(out.blocks, &block{r, lines})
		}
	}
	return out
}

// divideTables takes the words of tables in the order of their cells, at the places where the
// region's words were seen.
func (p *page) divideTables(r *document.Region) {
	seen := map[string][]document.WordBox{}
	for _, w := range r.Words {
		seen[w.Text] = append(seen[w.Text], w)
	}
	take := func(text string) *block {
		b := &block{r, nil}
		for row := range strings.SplitSeq(text, "\n") {
			if line := unseen(r, row); line != nil {
				b.lines = append(b.lines, line)
			}
		}
		for _, line := range b.lines {
			for i := range line {
				if at := seen[line[i].Text]; len(at) > 0 {
					line[i].WordBox, seen[line[i].Text] = at[0], at[1:]
				}
			}
		}
		p.blocks = append(p.blocks, b)
		return b
	}
	for _, found := range htmltable.Read(r.Content) {
		t := &table{region: r}
		t.cells, t.rows, t.cols = found.Grid()
		for _, row := range found.Rows {
			switch {
			case row.Loose != "":
				take(row.Loose)
			case t.blocks == nil:
				for _, c := range t.cells {
					t.blocks = append(t.blocks, take(c.Text))
				}
			}
		}
		if t.blocks != nil {
			p.tables = append(p.tables, t)
		}
	}
}

// linesOf returns the lines of a region. Where its words have no boxes, they are the lines of its
// text, each word somewhere in the region.
func linesOf(r *document.Region) (lines [][]word) {
	if len(r.Words) == 0 {
		for row := range strings.SplitSeq(r.Content, "\n") {
			if line := unseen(r, row); line != nil {
				lines = append(lines, line)
			}
		}
		return lines
	}
	text := r.Content
	for i, w := range r.Words {
		begins := i == 0 || w.Line != r.Words[i-1].Line || len(r.Lines) == 0 && below(w, r.Words[i-1])
		if begins {
			lines = append(lines, nil)
		}
		if begins && w.Line < len(r.Lines) {
			text = r.Lines[w.Line].Text
		}
		gap, rest, found := strings.Cut(text, w.Text)
		if found {
			text = rest
		}
		last := len(lines) - 1
		lines[last] = append(lines[last], word{WordBox: w, glued: !begins && found && gap == ""})
	}
	return lines
}

// unseen returns the words of a text that is somewhere in a region; nil for none.
func unseen(r *document.Region, text string) (line []word) {
	for one := range strings.FieldsSeq(text) {
		line = append(line, word{WordBox: document.WordBox{Text: one, BBox: r.BBox, Confidence: r.Confidence}})
	}
	return line
}

// below reports whether a word begins a new line below the last.
func below(w, last document.WordBox) bool {
	return w.Rotation == 0 && w.BBox[0] < last.BBox[0] && (w.BBox[1]+w.BBox[3])/2 >= last.BBox[3]
}

// plain writes the content as lines of words.
func plain(pages []*page) string {
	var b strings.Builder
	for i, p := range pages {
		if i > 0 {
			b.WriteByte('\n')
		}
		p.part.from = b.Len()
		for _, block := range p.blocks {
			for _, line := range block.lines {
				if b.Len() > p.part.from {
					b.WriteByte('\n')
				}
				writeLine(&b, line)
			}
		}
		p.part.to = b.Len()
	}
	return b.String()
}

func writeLine(b *strings.Builder, line []word) {
	for i := range line {
		if i > 0 && !line[i].glued {
			b.WriteByte(' ')
		}
		line[i].part.from = b.Len()
		b.WriteString(line[i].Text)
		line[i].part.to = b.Len()
	}
}

// markdown writes the content as Markdown, and finds the words in it.
func markdown(pages []*page) string {
	var b strings.Builder
	for i, p := range pages {
		if i > 0 {
			b.WriteString(pageBreak)
		}
		text := strings.TrimSpace(service.Markdown(*p.PageResult))
		p.part = part{b.Len(), b.Len() + len(text)}
		p.find(text)
		b.WriteString(text)
	}
	return b.String()
}

// find places the words in the page's Markdown, region by region.
func (p *page) find(text string) {
	from := 0
	for rest := p.blocks; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].region == rest[0].region {
			n++
		}
		from = p.findRegion(text, from, rest[:n])
		rest = rest[n:]
	}
}

// findRegion places the words of a region: where its content stands, or, if that is written
// otherwise in Markdown, from where the last region ended. It returns where this one ends.
func (p *page) findRegion(text string, from int, blocks []*block) int {
	content := strings.TrimSpace(blocks[0].region.Content)
	i := strings.Index(text[from:], content)
	whole := i >= 0 && content != ""
	at, end := from, min(len(text), from+2*len(content)+near)
	if whole {
		at, end = from+i, from+i+len(content)
	}
	visible := text[at:end]
	if blocks[0].region.Format == document.FormatHTML {
		visible = withoutTags(visible)
	}
	all := true
	for _, b := range blocks {
		for _, line := range b.lines {
			for i := range line {
				w := &line[i]
				skip, size := next(visible, w.Text, w.glued), len(w.Text)
				if skip < 0 {
					all, skip, size = false, 0, 0
				}
				at += skip
				w.part = part{p.part.from + at, p.part.from + at + size}
				at, visible = at+size, visible[skip+size:]
			}
		}
	}
	switch {
	case whole:
		return end
	case all:
		return at
	}
	return from // it may be no part of the Markdown
}

// near is how many bytes may be skipped to the next word: the marks between cells, and a word or
// two that Markdown writes otherwise.
const near = 120

// next returns where a word comes next in a text, at the beginning of a word unless it is glued;
// -1 if it is not near.
func next(text, one string, glued bool) int {
	for from := 0; from < min(len(text), near); {
		i := strings.Index(text[from:min(len(text), near+len(one))], one)
		if i < 0 {
			return -1
		}
		before, _ := utf8.DecodeLastRuneInString(text[:from+i])
		if glued || from+i == 0 || !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			return from + i
		}
		from += i + len(one)
	}
	return -1
}

// withoutTags blanks out the tags of HTML, so that positions stay the same.
func withoutTags(html string) string {
	b, tag := []byte(html), false
	for i, c := range b {
		tag = tag || c == '<'
		if tag {
			b[i] = 0
		}
		tag = tag && c != '>'
	}
	return string(b)
}

// words returns all words of a block.
func (b *block) words() (all []word) {
	for _, line := range b.lines {
		all = append(all, line...)
	}
	return all
}

// text returns a block's text as one line.
func (b *block) text() string {
	lines := make([]string, len(b.lines))
	for i, line := range b.lines {
		lines[i] = textOf(line)
	}
	return strings.Join(lines, " ")
}

func textOf(line []word) string {
	var b strings.Builder
	for i, w := range line {
		if i > 0 && !w.glued {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
	}
	return b.String()
}

// boxOf returns the box around the words, of which there is at least one.
func boxOf(words []word) document.BBox {
	box := words[0].BBox.Rect()
	for _, w := range words[1:] {
		box = box.Union(w.BBox.Rect())
	}
	return document.BoxOf(box)
}

// partOf spans from the first to the last of the words.
func partOf(words []word) part {
	return part{words[0].part.from, words[len(words)-1].part.to}
}
