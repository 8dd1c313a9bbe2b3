package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ocr-gateway/internal/config"
)

// open is a tree without secrets, so that what Print writes can be read back,
// and without files, so that no input reads one.
type open struct {
	Text     string        `mapstructure:"text"`
	Number   int           `mapstructure:"number"`
	Size     int64         `mapstructure:"size"`
	Fraction float64       `mapstructure:"fraction"`
	On       bool          `mapstructure:"on"`
	Section  openSection   `mapstructure:"section"`
	List     []openSection `mapstructure:"list"`
}

type openSection struct {
	Timeout time.Duration `mapstructure:"timeout"`
	Words   []string      `mapstructure:"words"`
}

// FuzzFile checks that no file makes the loader fall over, and that accepted
// settings survive Print and another Load.
func FuzzFile(f *testing.F) {
	bad, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range bad {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Add("text: \"a\\nb\"\nnumber: 1\nsize: -3GiB\nfraction: 1e3\non: true\nsection: {timeout: 1h, words: [a, 'b: c']}\nlist: [{timeout: 1s}]\n")
	path := filepath.Join(f.TempDir(), "config.yaml")
	f.Fuzz(func(t *testing.T, text string) {
		read := func(text string) (string, error) {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			settings, err := config.Load(open{}, config.Options{File: path})
			if err != nil {
				return "", err
			}
			var b strings.Builder
			if err := config.Print(&b, settings); err != nil {
				t.Fatalf("print: %v", err)
			}
			return b.String(), nil
		}
		first, err := read(text)
		if err != nil {
			return
		}
		second, err := read(first)
		if err != nil {
			t.Fatalf("what Print wrote is refused: %v\n%s", err, first)
		}
		if first != second {
			t.Fatalf("changed by Print and Load:\n%s\n%s", first, second)
		}
	})
}
