// Package keys holds named API keys: what each may do, how often and how much. Their hashes are in
// a file, which is read again when it changes.
package keys

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// Scope is something that a key allows.
type Scope string

// The scopes. A key has Read unless its entry says otherwise.
const (
	Read  Scope = "read"  // reading documents
	Admin Scope = "admin" // the server's metrics and its log level
)

// Entry is a key as it stands in the file.
type Entry struct {
	// Name is shown in logs; limits are counted for it and jobs belong to it. Several keys may
	// share it, so that one can replace another.
	Name string `yaml:"name"`
	// SHA256 is the hash of the key in hexadecimal. Keys have 256 random bits, so that a slow hash
	// is not needed against guessing.
	SHA256 string `yaml:"sha256"`
	// Scopes are what the key allows; none means Read.
	Scopes []Scope `yaml:"scopes,omitempty"`
	// RequestsPerMinute and PagesPerDay limit its use; 0 means no limit of its own.
	RequestsPerMinute int `yaml:"requests_per_minute,omitempty"`
	PagesPerDay       int `yaml:"pages_per_day,omitempty"`
	// Expires is when the key stops working; the zero time means never.
	Expires time.Time `yaml:"expires,omitempty"`
}

// maxFile bounds the file, in bytes.
const maxFile = 4 << 20

var soundName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$`)

// Parse reads the entries of a file. The error says which entry is wrong.
func Parse(data []byte) ([]Entry, error) {
	var entries []Entry
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&entries); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one YAML document")
	}
	sums := map[string]bool{}
	for i := range entries {
		e := &entries[i]
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		if sums[e.SHA256] {
			return nil, fmt.Errorf("key %d: its sha256 stands there twice", i+1)
		}
		sums[e.SHA256] = true
	}
	return entries, nil
}

func (e *Entry) check() error {
	if sum, err := hex.DecodeString(e.SHA256); err != nil || len(sum) != sha256.Size {
		return errors.New("sha256 is not 64 hexadecimal digits: `ocr-gateway new-key` writes an entry")
	}
	if len(e.Scopes) == 0 {
		e.Scopes = []Scope{Read}
	}
	for _, s := range e.Scopes {
		if s != Read && s != Admin {
			return fmt.Errorf("scopes has %q: use %s or %s", s, Read, Admin)
		}
	}
	switch {
	case !soundName.MatchString(e.Name):
		return errors.New("name must begin with a letter or digit and have up to 64 of letters, digits, and ._@-")
	case e.RequestsPerMinute < 0 || e.PagesPerDay < 0:
		return errors.New("requests_per_minute and pages_per_day must be 0 or more")
	}
	return nil
}

// May reports whether the entry has a scope.
func (e *Entry) May(s Scope) bool { return slices.Contains(e.Scopes, s) }

// Write encodes entries as they stand in a file.
func Write(entries []Entry) ([]byte, error) { return yaml.Marshal(entries) }
