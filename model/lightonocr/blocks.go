package lightonocr

import (
	"regexp"
	"strconv"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/assemble"
)

// picture matches a picture in Markdown. The variants with -bbox in their names add its place, in
// thousandths: ![image](image_1.png)x1,y1,x2,y2 (model card of LightOnOCR-2-1B-bbox).
var picture = regexp.MustCompile(`^!\[[^\]]*\]\([^)]*\)\s*(?:(\d{1,6}),\s*(\d{1,6}),\s*(\d{1,6}),\s*(\d{1,6}))?$`)

// item matches the beginning of a list item.
var item = regexp.MustCompile(`^\s*(?:[-*+]|\d{1,3}[.)])\s+\S`)

// blocks splits the model's Markdown into regions: titles, paragraphs, lists, tables in HTML, formulas on
// lines of their own, code and pictures. The model does not say where they are, so the box of each is the
// whole page, except that pictures have none, so that they are not taken for the page.
func blocks(markdown string, page document.BBox) []document.Region {
	s := splitter{lines: strings.Split(newlines.Replace(markdown), "\n"), page: page}
	for s.at < len(s.lines) {
		s.block()
	}
	return s.regions
}

// splitter splits Markdown into regions.
type splitter struct {
	lines   []string
	at      int // the current line
	page    document.BBox
	regions []document.Region
}

// block takes the block that begins with the current line.
func (s *splitter) block() {
	line := strings.TrimSpace(s.lines[s.at])
	begin := beginning(line)
	if end, isFormula := ends[begin]; isFormula && !s.closes(end) {
		begin = text
	}
	switch begin {
	case blank:
		s.at++
	case title:
		level, text := heading(line)
		s.add(document.Region{Type: document.RegionTitle, Label: "title", Level: level, Content: text})
		s.at++
	case image:
		s.picture(line)
		s.at++
	case table:
		content := s.until("</table>")
		s.add(document.Region{Type: document.RegionTable, Label: "table", Content: content, Format: document.FormatHTML})
	case formula, bracket:
		content := s.until(ends[begin])
		s.add(document.Region{Type: document.RegionFormula, Label: "formula", Content: assemble.UnwrapFormula(content), Format: document.FormatLaTeX})
	case code:
		s.add(document.Region{Type: document.RegionCode, Label: "code", Content: unfenced(s.fenced())})
	case list:
		s.add(document.Region{Type: document.RegionList, Label: "list", Content: s.paragraph()})
	default:
		s.add(document.Region{Type: document.RegionText, Label: "text", Content: s.paragraph()})
	}
}

// block is a kind of block, by its first line.
type block int

const (
	text block = iota
	blank
	title
	image
	table
	formula
	bracket
	code
	list
)

func beginning(line string) block {
	level, _ := heading(line)
	switch {
	case line == "":
		return blank
	case level > 0:
		return title
	case picture.MatchString(line):
		return image
	case strings.HasPrefix(line, "<table"):
		return table
	case strings.HasPrefix(line, "$$"):
		return formula
	case strings.HasPrefix(line, `\[`):
		return bracket
	case strings.HasPrefix(line, fence):
		return code
	case item.MatchString(line):
		return list
	}
	return text
}

// ends are the ends of formulas, by how they begin.
var ends = map[block]string{formula: "$$", bracket: `\]`}

// closes reports whether a formula that begins with the current line ends within its paragraph.
func (s *splitter) closes(end string) bool {
	for i, line := range s.lines[s.at:] {
		if line = strings.TrimSpace(line); i == 0 {
			line = line[2:]
		}
		if strings.Contains(line, end) {
			return true
		}
		if line == "" && i > 0 {
			return false
		}
	}
	return false
}

func (s *splitter) add(r document.Region) {
	if r.Content = strings.TrimSpace(r.Content); r.Content == "" && r.Type != document.RegionImage {
		return
	}
	if r.BBox == (document.BBox{}) && r.Type != document.RegionImage {
		r.BBox = s.page
	}
	if r.Format == "" {
		r.Format = document.FormatText
	}
	s.regions = append(s.regions, r)
}

func (s *splitter) picture(line string) {
	r := document.Region{Type: document.RegionImage, Label: "image"}
	if m := picture.FindStringSubmatch(line); m[1] != "" {
		var corners [4]int
		for c := range corners {
			corners[c], _ = strconv.Atoi(m[1+c]) // digits only
		}
		r.BBox = boxOf(corners, s.page)
	}
	s.add(r)
}

// until takes lines up to the one that contains end after its first two bytes. What follows end on that line
// is kept. Without an end the answer was cut, and everything is taken.
func (s *splitter) until(end string) string {
	var b strings.Builder
	skip := 2
	for ; s.at < len(s.lines); s.at++ {
		line := s.lines[s.at]
		if skip > 0 {
			line = strings.TrimSpace(line)
		}
		if i := strings.Index(line[skip:], end); i >= 0 {
			cut := skip + i + len(end)
			b.WriteString(line[:cut])
			if s.lines[s.at] = strings.TrimSpace(line[cut:]); s.lines[s.at] == "" {
				s.at++
			}
			return b.String()
		}
		b.WriteString(line + "\n")
		skip = 0
	}
	return b.String()
}

const fence = "```"

// fenced takes a code block with its fences, or the whole rest if it has no end.
func (s *splitter) fenced() string {
	from := s.at
	for s.at++; s.at < len(s.lines); s.at++ {
		if strings.TrimSpace(s.lines[s.at]) == fence {
			s.at++
			break
		}
	}
	return strings.Join(s.lines[from:s.at], "\n")
}

// paragraph takes lines up to a blank one or the beginning of another block; the items of a list stay
// together.
func (s *splitter) paragraph() string {
	from := s.at
	begun := beginning(strings.TrimSpace(s.lines[from]))
	for s.at++; s.at < len(s.lines); s.at++ {
		if next := beginning(strings.TrimSpace(s.lines[s.at])); next != text && next != begun {
			break
		}
	}
	return strings.Join(s.lines[from:s.at], "\n")
}

// heading returns the level of a title and its text; 0 and the whole text if it is not a title.
func heading(s string) (level int, text string) {
	rest := strings.TrimLeft(s, "#")
	level = len(s) - len(rest)
	if level < 1 || level > 6 || !strings.HasPrefix(rest, " ") {
		return 0, s
	}
	return level, strings.TrimSpace(rest)
}

// unfenced removes the fences of code, except where they name a language.
func unfenced(s string) string {
	if rest, ok := strings.CutPrefix(s, fence+"\n"); ok {
		return strings.TrimRight(strings.TrimSuffix(strings.TrimRight(rest, "\n"), fence), "\n")
	}
	return s
}
