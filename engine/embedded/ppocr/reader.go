package ppocr

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/cpu"

	"ocr-gateway/engine/embedded/network"
	"ocr-gateway/engine/embedded/stages"
)

// reader is a network that reads lines.
type reader struct {
	*model
	alphabet alphabet
	column   stages.Work // per column of pixels of a line
}

// source says where a reader comes from.
type source struct {
	file          string
	dictionary    string // file of its characters, one per line; empty if the model contains them
	input, output string
	rewrite       func(*network.Model) int // nil if the network stays as it is
	column        stages.Work
}

// builtIn returns the readers of the built-in recognizer: the tiny network first, then the small one, both in
// integers where the processor gains by that.
func (m *Models) builtIn() []source {
	file := func(name string) string { return filepath.Join(m.cfg.Dir, name) }
	const input, output = "x", "fetch_name_0"
	small := source{file: file(fileReader), input: input, output: output, column: stages.Work{Full: readerWork}}
	if m.cfg.Full {
		return []source{small}
	}
	tiny := source{file: file(fileTiny), dictionary: file(fileTinyCharacters), input: input, output: output, column: stages.Work{Full: tinyWork}}
	if wholeNumbers() {
		tiny.rewrite, tiny.column = (*network.Model).Quantize, stages.Work{Full: tinyRest, Whole: tinyWork - tinyRest}
		small.rewrite, small.column = (*network.Model).Quantize, stages.Work{Full: readerRest, Whole: readerWork - readerRest}
	}
	return []source{tiny, small}
}

// wholeNumbers reports whether this processor multiplies bytes four at a time. Otherwise the runtime adds
// pairs of products in 16 bits, which overflow.
func wholeNumbers() bool { return cpu.X86.HasAVX512VNNI || cpu.X86.HasAVXVNNI }

func (m *Models) openReader(s source) (reader, error) {
	model, err := m.openSource(s)
	if err != nil {
		return reader{}, err
	}
	characters, err := model.metadata("character")
	if s.dictionary != "" {
		var data []byte
		data, err = os.ReadFile(s.dictionary)
		characters = string(data)
	}
	if err != nil {
		return reader{}, errors.Join(fmt.Errorf("read the dictionary of %s: %w", filepath.Base(s.file), err), model.close())
	}
	return reader{model, parseAlphabet(characters), s.column}, nil
}

func (m *Models) openSource(s source) (*model, error) {
	if s.rewrite == nil {
		return loadModel(s.file, m.cfg.share(), s.input, s.output)
	}
	file, err := rewritten(s.file, s.rewrite)
	if err != nil {
		return nil, err
	}
	return loadBytes(filepath.Base(s.file), file, m.cfg.share(), s.input, s.output)
}
