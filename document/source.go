package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// spoolAbove is how much of an upload is held in memory before it goes to disk.
const spoolAbove = 1 << 20

// Source is an uploaded document: its bytes, in memory if small, otherwise in a file, which is a temporary
// unlinked one or one that is kept. It is safe for concurrent reading.
type Source struct {
	// Name is what the client called it: only for messages, never a path to open.
	Name string
	Size int64

	data []byte   // nil when spooled
	file *os.File // nil when in memory
}

// NewSource makes a source from bytes in memory, which it then owns.
func NewSource(name string, data []byte) *Source {
	return &Source{Name: name, Size: int64(len(data)), data: data}
}

// FileSource makes a source of a file that is no longer written to, and owns it.
func FileSource(name string, file *os.File) (*Source, error) {
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("document: %w", err)
	}
	return &Source{Name: name, Size: info.Size(), file: file}, nil
}

// ReadSource reads r to its end. More than limit bytes are a *Problem with CodeTooLarge; other errors are
// from r or from the temporary directory dir (empty means the system's).
func ReadSource(name string, r io.Reader, limit int64, dir string) (*Source, error) {
	r = io.LimitReader(r, limit+1)
	var head bytes.Buffer
	n, err := io.CopyN(&head, r, min(spoolAbove, limit+1))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	s := &Source{Name: name, Size: n}
	if errors.Is(err, io.EOF) {
		s.data = head.Bytes()
	} else if err := s.spool(&head, r, dir); err != nil {
		return nil, err
	}
	if s.Size > limit {
		s.Close()
		return nil, TooLarge(limit)
	}
	return s, nil
}

// TooLarge is the problem of an upload of more than limit bytes.
func TooLarge(limit int64) *Problem {
	return Problemf(CodeTooLarge, PhaseAdmission, "the upload is larger than the limit of %d bytes", limit)
}

// spool moves what was read, and the rest of r, to an unlinked file.
func (s *Source) spool(head *bytes.Buffer, r io.Reader, dir string) error {
	f, err := os.CreateTemp(dir, "ocr-gateway-upload-*")
	if err != nil {
		return fmt.Errorf("spool upload: %w", err)
	}
	// Unlinked at once, so that nothing is left behind however the process ends.
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return fmt.Errorf("spool upload: %w", err)
	}
	n, err := io.Copy(f, io.MultiReader(head, r))
	if err != nil {
		f.Close()
		return fmt.Errorf("spool upload: %w", err)
	}
	s.file, s.Size = f, n
	return nil
}

// Reader reads the document from its start, independent of other readers.
func (s *Source) Reader() *io.SectionReader {
	if s.file != nil {
		return io.NewSectionReader(s.file, 0, s.Size)
	}
	return io.NewSectionReader(bytes.NewReader(s.data), 0, s.Size)
}

// File returns the file, nil if the document is in memory. The caller must not close it, write to it or move
// its offset.
func (s *Source) File() *os.File { return s.file }

// Close frees the document. The source must not be in use.
func (s *Source) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
