package embedded

import (
	"context"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/prose"
)

// readAccept is the confidence below which a line is no text.
const readAccept = 0.5

// surelyDown is the confidence from which a tall line is not tried the other way.
const surelyDown = 0.85

// readLines returns the lines with text and confidence, in the same order. A
// line that cannot be read keeps an empty text, one that has a text already keeps it.
func (e *Engine) readLines(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	lines = slices.Clone(lines)
	var unread []document.Line
	var index []int
	for i, l := range lines {
		if l.Text == "" {
			unread, index = append(unread, l), append(index, i)
		}
	}
	read, err := e.readUnread(ctx, src, unread)
	if err != nil {
		return nil, err
	}
	for j, i := range index {
		lines[i] = read[j]
	}
	return lines, nil
}

// readUnread reads lines of which tall ones run downwards, or, as stamps in the margin
// do, upwards.
func (e *Engine) readUnread(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	lines, err := e.readOnce(ctx, src, lines)
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
	if up, err = e.readOnce(ctx, src, up); err != nil {
		return nil, err
	}
	for j, i := range index {
		if l := &lines[i]; up[j].Confidence != nil && (l.Confidence == nil || *up[j].Confidence > *l.Confidence) {
			l.Text, l.Confidence, l.Missed, l.Marks = up[j].Text, up[j].Confidence, up[j].Missed, fromTheOtherEnd(up[j].Marks)
		}
	}
	return lines, nil
}

// readOnce reads lines as they start.
func (e *Engine) readOnce(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	lines, err := e.models.Read(ctx, src, lines)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		l := &lines[i]
		text := prose.ASCIIForms(strings.TrimSpace(prose.ShortLeaders(l.Text)))
		if text == "" || l.Confidence == nil || *l.Confidence < readAccept {
			l.Text, l.Confidence, l.Marks = "", nil, nil
			continue
		}
		l.Text = text
	}
	return lines, nil
}
