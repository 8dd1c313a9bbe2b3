package tesseract

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The columns of Tesseract's TSV: level, page, block, paragraph, line, word, left, top,
// width, height, confidence (0 to 100), text.
const (
	columnLevel      = 0
	columnPage       = 1
	columnLeft       = 6
	columnWidth      = 8
	columnHeight     = 9
	columnConfidence = 10
	columnText       = 11
	levelPage        = "1"
	levelWord        = "5"
)

// closeWords is the ratio of the height of a line's page to the white that separates words. Tesseract takes
// characters of some scripts for words.
const closeWords = 5

// line is the state of one line's page while its words are read.
type line struct {
	Reading
	height, end int // pixels: of the page, and where its last word ends
	letters     float64
}

// parseTSV joins the words of n pages, which come in the order of the pages. A line's confidence is the mean
// of its words' by their length.
func parseTSV(out []byte, n int) []Reading {
	lines := make([]line, n)
	for row := range bytes.Lines(out) {
		columns := strings.Split(strings.TrimRight(string(row), "\r\n"), "\t")
		if len(columns) <= columnText {
			continue
		}
		number := func(column int) int { v, _ := strconv.Atoi(columns[column]); return v }
		page := number(columnPage)
		if page < 1 || page > n {
			continue
		}
		switch l := &lines[page-1]; columns[columnLevel] {
		case levelPage:
			l.height = number(columnHeight)
		case levelWord:
			confidence, err := strconv.ParseFloat(columns[columnConfidence], 64)
			text := strings.TrimSpace(columns[columnText])
			if err == nil && !math.IsNaN(confidence) && text != "" && utf8.ValidString(text) {
				l.add(text, confidence/100, number(columnLeft), number(columnWidth))
			}
		}
	}
	readings := make([]Reading, n)
	for i, l := range lines {
		readings[i] = l.Reading
		if l.letters > 0 {
			readings[i].Confidence /= l.letters
		}
	}
	return readings
}

// add adds a word.
func (l *line) add(text string, confidence float64, left, width int) {
	last, _ := utf8.DecodeLastRuneInString(l.Text)
	first, _ := utf8.DecodeRuneInString(text)
	joined := unspaced(last) && unspaced(first) && closeWords*(left-l.end) < l.height
	if l.Text != "" && !joined {
		l.Text += " "
	}
	l.Text += text
	l.end = left + width
	length := float64(utf8.RuneCountInString(text))
	confidence = min(max(confidence, 0), 1)
	l.Words = append(l.Words, Word{text, left, l.end, confidence})
	l.Confidence += confidence * length
	l.letters += length
}

// unspaced reports whether a character is of a script whose characters Tesseract may take for words.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Hangul)
}
