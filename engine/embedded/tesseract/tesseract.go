// Package tesseract reads lines in scripts that the built-in models do not know, by Tesseract if it is
// installed, in child processes with limits.
package tesseract

import (
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Settings of the program beside its path.
const (
	Auto = "auto" // the program in PATH, if there is one
	Off  = "off"
)

// Reader reads lines by one Tesseract. It is safe for concurrent use, and limits how many children run at
// once.
type Reader struct {
	program   string
	version   string
	languages map[string][]string // by script, the usual one first
	english   bool
	slots     chan struct{}
	log       *slog.Logger
}

// Find looks for Tesseract as the setting says, and asks for its languages. It returns nil if there is none
// and the setting does not demand one.
func Find(ctx context.Context, setting string, children int, log *slog.Logger) (*Reader, error) {
	if setting == Off {
		return nil, nil
	}
	program := setting
	if setting == Auto {
		found, err := exec.LookPath("tesseract")
		if err != nil {
			return nil, nil //nolint:nilerr // not to find one is no error
		}
		program = found
	}
	r := &Reader{program: program, slots: make(chan struct{}, children), log: log}
	if err := r.ask(ctx); err != nil {
		if setting == Auto {
			log.Warn("tesseract is installed but cannot be used", "path", program, "error", err)
			return nil, nil
		}
		return nil, fmt.Errorf("%s cannot be used as Tesseract: %w", program, err)
	}
	return r, nil
}

const askTimeout = 10 * time.Second

var versionLine = regexp.MustCompile(`(?m)^tesseract v?(\d+)\.(\S+)`)

// oldest is the first major version whose output this package understands.
const oldest = "4"

// ask sets version and languages.
func (r *Reader) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	out, err := r.run(ctx, nil, "--version")
	if err != nil {
		return err
	}
	m := versionLine.FindSubmatch(out)
	if m == nil || len(m[1]) == 1 && string(m[1]) < oldest {
		return errors.New("it is not Tesseract 4 or newer")
	}
	r.version = string(m[1]) + "." + string(m[2])
	if out, err = r.run(ctx, nil, "--list-langs"); err != nil {
		return err
	}
	installed := strings.Fields(string(out))
	r.languages, r.english = byScript(installed), slices.Contains(installed, "eng")
	return nil
}

// Version returns the version of the program.
func (r *Reader) Version() string { return r.version }

// Scripts returns the scripts that the installed languages are written in, by name.
func (r *Reader) Scripts() []string {
	var names []string
	for name := range r.languages {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Languages returns the installed languages of a script, the usual one first.
func (r *Reader) Languages(script string) []string { return r.languages[script] }

// WithEnglish returns a language for texts that also contain English words, names or addresses.
func (r *Reader) WithEnglish(language string) string {
	if !r.english {
		return language
	}
	return language + "+eng"
}

// Reading is what Tesseract reads in one line: Confidence is 0 to 1.
type Reading struct {
	Text       string
	Confidence float64
	Words      []Word
}

// Word is a word that Tesseract found in a line, with its place in pixels of the image.
type Word struct {
	Text        string
	Left, Right int
	Confidence  float64
}

// Read reads the images of upright lines in one language. Each gets a reading, which is empty where nothing
// was read.
func (r *Reader) Read(ctx context.Context, language string, lines []*image.Gray) ([]Reading, error) {
	readings := make([]Reading, 0, len(lines))
	for batch := range slices.Chunk(lines, maxBatch) {
		out, err := r.run(ctx, encodeTIFF(batch), "stdin", "stdout", "-l", language, "--psm", "7", "--dpi", "300", "-c", "tessedit_create_tsv=1")
		if err != nil {
			return nil, err
		}
		readings = append(readings, parseTSV(out, len(batch))...)
	}
	return readings, nil
}
