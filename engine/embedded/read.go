package embedded

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/prose"
)

// readAccept is the confidence below which a line is not taken for text.
const readAccept = 0.5

// surelyDown is the confidence from which a tall line is not tried from the other end.
const surelyDown = 0.85

// readLines returns the lines with text and confidence, in the same order. A line that cannot be read stays
// without text; one that already has a text keeps it.
func (e *Engine) readLines(ctx context.Context, src pixels.Raster, lines []document.Line, read reading) ([]document.Line, error) {
	return e.readRest(ctx, src, slices.Clone(lines), make([]bool, len(lines)), read)
}

// withClaims returns lines with what the PDF says of each, empty for nothing.
func withClaims(lines []document.Line, claims []string) []document.Line {
	lines = slices.Clone(lines)
	for i, claim := range claims {
		lines[i].Claim = claim
	}
	return lines
}

// readClaiming is readLines for lines that have their claims. Lines that are done stay as they are.
func (e *Engine) readClaiming(ctx context.Context, src pixels.Raster, lines []document.Line, done []bool, read reading) ([]document.Line, error) {
	lines, done = slices.Clone(lines), slices.Clone(done)
	if err := e.skim(ctx, src, lines, done); err != nil {
		return nil, err
	}
	return e.readRest(ctx, src, lines, done, read)
}

// readRest reads, in place, the lines that have no text and are not done.
func (e *Engine) readRest(ctx context.Context, src pixels.Raster, lines []document.Line, done []bool, read reading) ([]document.Line, error) {
	var unread []document.Line
	var index []int
	for i, l := range lines {
		if l.Text == "" && !done[i] {
			unread, index = append(unread, l), append(index, i)
		}
	}
	unread, err := e.readUnread(ctx, src, unread, read)
	if err != nil {
		return nil, err
	}
	for j, i := range index {
		lines[i] = unread[j]
	}
	return lines, nil
}

// skim reads the lines whose claim is in a script that the reader does not know, by the quick network alone. Where
// that reads hardly anything, the line is done: the other network would see no more in it, at three times the cost.
func (e *Engine) skim(ctx context.Context, src pixels.Raster, lines []document.Line, done []bool) error {
	const hardly = 4 // characters claimed to each that was read
	var foreign []document.Line
	var index []int
	for i, l := range lines {
		if l.Text == "" && !done[i] && e.proofread().Foreign(l.Claim) {
			foreign, index = append(foreign, l), append(index, i)
		}
	}
	read, err := e.models.Skim(ctx, src, foreign)
	for j, l := range read {
		i := index[j]
		accept(&l)
		if done[i] = hardly*utf8.RuneCountInString(l.Text) < utf8.RuneCountInString(lines[i].Claim); done[i] {
			lines[i] = l
		}
	}
	return err
}

// readUnread reads lines. Tall ones are taken to run downwards, or upwards, as stamps in the margin do.
func (e *Engine) readUnread(ctx context.Context, src pixels.Raster, lines []document.Line, read reading) ([]document.Line, error) {
	lines, err := readOnce(ctx, src, lines, read)
	if err != nil {
		return nil, err
	}
	if err := e.setColumns(ctx, src, lines); err != nil {
		return nil, err
	}
	var up []document.Line
	var index []int
	for i, l := range lines {
		if w, h := pixels.QuadSize(l.Quad); h >= pixels.TallLine*w && (l.Confidence == nil || *l.Confidence < surelyDown) {
			l.Quad = pixels.StartAt(l.Quad, 2)
			up, index = append(up, l), append(index, i)
		}
	}
	if len(up) == 0 {
		return lines, nil
	}
	if up, err = readOnce(ctx, src, up, read); err != nil {
		return nil, err
	}
	for j, i := range index {
		if l := &lines[i]; up[j].Confidence != nil && (l.Confidence == nil || *up[j].Confidence > *l.Confidence) {
			l.Text, l.Confidence, l.Missed, l.Marks = up[j].Text, up[j].Confidence, up[j].Missed, fromTheOtherEnd(up[j].Marks)
		}
	}
	return lines, nil
}

// readOnce reads each line from where it starts, and in no other direction.
func readOnce(ctx context.Context, src pixels.Raster, lines []document.Line, read reading) ([]document.Line, error) {
	lines, err := read(ctx, src, lines)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		accept(&lines[i])
	}
	return lines, nil
}

// accept cleans up the text that the recognizer read, and drops it where it is too unsure.
func accept(l *document.Line) {
	text := prose.ASCIIForms(strings.TrimSpace(prose.ShortLeaders(l.Text)))
	if text == "" || l.Confidence == nil || *l.Confidence < readAccept {
		l.Text, l.Confidence, l.Marks = "", nil, nil
		return
	}
	l.Text = text
}

// readerOf chooses how the lines of a page are read, by what a sample of them and the PDF's words say of its letters.
func (e *Engine) readerOf(page *document.Page) reading {
	if page.Careful || slices.ContainsFunc(page.Words, func(w document.Word) bool { return e.models.OtherLetters(w.Text) }) {
		return e.models.ReadKnowing
	}
	return e.models.Read
}
