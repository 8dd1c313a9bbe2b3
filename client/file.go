package client

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// File is a document to send. Its content decides what it is; the name is for messages only.
type File struct {
	Name    string
	Size    int64
	Content io.ReaderAt // Size bytes; read again when a connection has to be
}

// Bytes makes a file from bytes in memory.
func Bytes(name string, content []byte) File {
	return File{name, int64(len(content)), bytes.NewReader(content)}
}

// Opened makes a file from an open one, which the caller closes afterwards.
func Opened(f *os.File) (File, error) {
	info, err := f.Stat()
	if err != nil {
		return File{}, err
	}
	return File{filepath.Base(f.Name()), info.Size(), f}, nil
}

// form is a request's body: options, then files. It holds no file in memory.
type form struct {
	media string
	size  int64
	parts []io.ReaderAt
	sizes []int64
}

func newForm(field string, files []File, options [][2]string) (*form, error) {
	f := &form{}
	var text bytes.Buffer
	w := multipart.NewWriter(&text)
	f.media = w.FormDataContentType()
	for _, o := range options {
		if err := w.WriteField(o[0], o[1]); err != nil {
			return nil, err
		}
	}
	for _, file := range files {
		_, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {multipart.FileContentDisposition(field, printable(file.Name))},
			"Content-Type":        {"application/octet-stream"},
		})
		if err != nil {
			return nil, err
		}
		f.add(bytes.NewReader(bytes.Clone(text.Bytes())), int64(text.Len()))
		f.add(file.Content, file.Size)
		text.Reset()
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	f.add(bytes.NewReader(text.Bytes()), int64(text.Len()))
	return f, nil
}

// printable replaces control characters, which no header may have and file names may.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '_'
		}
		return r
	}, name)
}

func (f *form) add(part io.ReaderAt, size int64) {
	f.parts, f.sizes, f.size = append(f.parts, part), append(f.sizes, size), f.size+size
}

// body returns a reader of the form from its start.
func (f *form) body() io.ReadCloser {
	readers := make([]io.Reader, len(f.parts))
	for i, part := range f.parts {
		readers[i] = io.NewSectionReader(part, 0, f.sizes[i])
	}
	return io.NopCloser(io.MultiReader(readers...))
}

// upload makes a request that sends files, with options by name.
func (c *Client) upload(ctx context.Context, path, field string, files []File, options [][2]string) (*http.Request, error) {
	f, err := newForm(field, files, options)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	req, err := c.request(ctx, http.MethodPost, path, f.body())
	if err != nil {
		return nil, err
	}
	req.ContentLength = f.size
	req.GetBody = func() (io.ReadCloser, error) { return f.body(), nil }
	req.Header.Set("Content-Type", f.media)
	return req, nil
}
