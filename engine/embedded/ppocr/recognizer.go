package ppocr

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/stages"
)

// Add loads another recognizer of PP-OCR: an ONNX file and its dictionary, a text file with one character per
// line, empty if the model contains it. checksum is that of the model, empty for no check. Close frees it
// with the other models. It must not be called while the models are in use.
func (m *Models) Add(ctx context.Context, model, dictionary, checksum string) (*Recognizer, error) {
	if checksum != "" {
		if err := verifyFile(model, checksum); err != nil {
			return nil, fmt.Errorf("%s %w", model, err)
		}
	}
	input, output, err := names(model)
	if err != nil {
		return nil, err
	}
	if err := m.add(source{file: model, dictionary: dictionary, input: input, output: output, column: stages.Work{Full: readerWork}}); err != nil {
		return nil, err
	}
	r := m.recognizers[len(m.recognizers)-1]
	if err := r.try(ctx); err != nil {
		return nil, fmt.Errorf("%s is no recognition model of PP-OCR with %d characters: %w", model, len(r.last().alphabet.classes)-2, err)
	}
	return r, nil
}

// add loads a recognizer made of readers.
func (m *Models) add(sources ...source) error {
	r := &Recognizer{models: m, readers: make([]reader, len(sources))}
	m.recognizers = append(m.recognizers, r)
	var opening errgroup.Group
	for i, s := range sources {
		opening.Go(func() (err error) {
			r.readers[i], err = m.openReader(s)
			return err
		})
	}
	return opening.Wait()
}

// try reads a small gray image, which fails if the dictionary's size is not the model's.
func (r *Recognizer) try(ctx context.Context) error {
	const w, h = readMinWidth, readHeight
	line := document.Line{Quad: [4]document.Point{{}, {X: w}, {X: w, Y: h}, {Y: h}}}
	_, err := r.Read(ctx, pixels.Raster{Pix: make([]byte, w*h), Stride: w, BPP: 1, W: w, H: h}, []document.Line{line})
	if p, ok := err.(*document.Problem); ok && p.Cause != nil { //nolint:errorlint // the cause is for the owner of the settings
		return p.Cause
	}
	return err
}
