package ppocr

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/cpu"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/network"
	"ocr-gateway/engine/embedded/pixels"
)

// Add loads another recognizer of PP-OCR: an ONNX file and its dictionary, a text file
// with a character a line, empty where the model holds it itself. A checksum that is not
// empty is that of the model. Close frees it with the other models. Not while the
// models are in use.
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
	if err := m.add(model, dictionary, input, output); err != nil {
		return nil, err
	}
	r := m.readers[len(m.readers)-1]
	if err := r.try(ctx); err != nil {
		return nil, fmt.Errorf("%s is no recognition model of PP-OCR with %d characters: %w", model, len(r.alphabet.classes)-2, err)
	}
	return r, nil
}

// add loads a recognizer.
func (m *Models) add(path, dictionary, input, output string) error {
	model, err := loadModel(path, m.cfg.share(), input, output)
	if err != nil {
		return err
	}
	r := &Recognizer{models: m, model: model}
	m.readers = append(m.readers, r)
	characters, err := model.metadata("character")
	if dictionary != "" {
		var data []byte
		data, err = os.ReadFile(dictionary)
		characters = string(data)
	}
	if err != nil {
		return fmt.Errorf("read the dictionary of %s: %w", filepath.Base(path), err)
	}
	r.alphabet = parseAlphabet(characters)
	return nil
}

// addBuiltIn loads the built-in recognizer, and where the processor gains by it the one in
// whole numbers too.
func (m *Models) addBuiltIn() error {
	const input, output = "x", "fetch_name_0"
	path := filepath.Join(m.cfg.Dir, fileReader)
	if err := m.add(path, "", input, output); err != nil {
		return err
	}
	if m.cfg.Full || !cpu.X86.HasAVX512VNNI && !cpu.X86.HasAVXVNNI {
		return nil
	}
	file, err := rewritten(path, (*network.Model).Quantize)
	if err != nil {
		return err
	}
	quick, err := loadBytes(fileReader, file, m.cfg.share(), input, output)
	if err != nil {
		return err
	}
	quick.whole = true
	m.readers[0].quick = quick
	return nil
}

// try reads a small gray image: a dictionary of another size than the model's fails.
func (r *Recognizer) try(ctx context.Context) error {
	const w, h = readMinWidth, readHeight
	line := document.Line{Quad: [4]document.Point{{}, {X: w}, {X: w, Y: h}, {Y: h}}}
	_, err := r.Read(ctx, pixels.Raster{Pix: make([]byte, w*h), Stride: w, BPP: 1, W: w, H: h}, []document.Line{line})
	if p, ok := err.(*document.Problem); ok && p.Cause != nil { //nolint:errorlint // the cause is for the owner of the settings
		return p.Cause
	}
	return err
}
