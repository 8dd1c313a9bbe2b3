package tus_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/files"
	"ocr-gateway/server/problem"
	"ocr-gateway/server/tus"
)

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// code is that of a problem, "" for none.
func code(t *testing.T, err error) document.Code {
	t.Helper()
	if err == nil {
		return ""
	}
	p, ok := errors.AsType[*document.Problem](err)
	if !ok {
		t.Fatalf("%v is no problem", err)
	}
	return p.Code
}

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestVersion(t *testing.T) {
	for version, want := range map[string]document.Code{"1.0.0": "", "": problem.CodeTusVersion, "0.2.2": problem.CodeTusVersion, "2.0.0": problem.CodeTusVersion} {
		answer := http.Header{}
		if got := code(t, tus.Check(header("Tus-Resumable", version), answer)); got != want || answer.Get("Tus-Resumable") != "1.0.0" || (answer.Get("Tus-Version") == "") != (want == "") {
			t.Errorf("%q: %s, %v", version, got, answer)
		}
	}
}

func TestCreation(t *testing.T) {
	for name, tt := range map[string]struct {
		h    http.Header
		file string
		size int64
		code document.Code
	}{
		"named":         {header("Upload-Length", "10", "Upload-Metadata", "filetype "+encoded("x/y")+",filename "+encoded("a b.pdf")), "a b.pdf", 10, ""},
		"other name":    {header("Upload-Length", "10", "Upload-Metadata", "name "+encoded("b.pdf")), "b.pdf", 10, ""},
		"path":          {header("Upload-Length", "10", "Upload-Metadata", "filename "+encoded("../../etc/passwd\x00")), "passwd", 10, ""},
		"flag":          {header("Upload-Length", "0", "Upload-Metadata", "confidential"), "", 0, ""},
		"no length":     {header(), "", 0, document.CodeInvalidRequest},
		"deferred":      {header("Upload-Defer-Length", "1"), "", 0, document.CodeInvalidRequest},
		"negative":      {header("Upload-Length", "-1"), "", 0, document.CodeInvalidRequest},
		"no number":     {header("Upload-Length", "1e3"), "", 0, document.CodeInvalidRequest},
		"out of range":  {header("Upload-Length", "99999999999999999999"), "", 0, document.CodeInvalidRequest},
		"no base64":     {header("Upload-Length", "1", "Upload-Metadata", "filename %%%"), "", 0, document.CodeInvalidRequest},
		"empty in list": {header("Upload-Length", "1", "Upload-Metadata", ",,filename "+encoded("x")), "x", 1, ""},
	} {
		file, size, err := tus.Creation(tt.h)
		if got := code(t, err); got != tt.code || err == nil && (file != tt.file || size != tt.size) {
			t.Errorf("%s: %q, %d, %v", name, file, size, err)
		}
	}
}

func TestPiece(t *testing.T) {
	piece := func(pairs ...string) http.Header { return header(append(pairs, "Content-Type", tus.MediaType)...) }
	sha1 := encoded(strings.Repeat("x", 20))
	for name, tt := range map[string]struct {
		h     http.Header
		first bool
		at    int64
		code  document.Code
	}{
		"plain":             {piece("Upload-Offset", "7"), false, 7, ""},
		"first":             {piece(), true, 0, ""},
		"with its checksum": {piece("Upload-Offset", "7", "Upload-Checksum", "sha1 "+sha1), false, 7, ""},
		"other type":        {header("Upload-Offset", "7", "Content-Type", "application/pdf"), false, 0, document.CodeUnsupportedMedia},
		"no type":           {header("Upload-Offset", "7"), false, 0, document.CodeUnsupportedMedia},
		"compressed":        {piece("Upload-Offset", "7", "Content-Encoding", "gzip"), false, 0, document.CodeUnsupportedMedia},
		"no offset":         {piece(), false, 0, document.CodeInvalidRequest},
		"negative":          {piece("Upload-Offset", "-7"), false, 0, document.CodeInvalidRequest},
		"unknown checksum":  {piece("Upload-Offset", "7", "Upload-Checksum", "md4 "+sha1), false, 0, document.CodeInvalidRequest},
		"short checksum":    {piece("Upload-Offset", "7", "Upload-Checksum", "sha256 "+sha1), false, 0, document.CodeInvalidRequest},
		"bad checksum":      {piece("Upload-Offset", "7", "Upload-Checksum", "sha1 %%"), false, 0, document.CodeInvalidRequest},
	} {
		at, check, err := tus.Piece(tt.h, tt.first)
		if got := code(t, err); got != tt.code || err == nil && (at != tt.at || (check.Hash != nil) != (tt.h.Get("Upload-Checksum") != "")) {
			t.Errorf("%s: %d, %v, %v", name, at, check, err)
		}
	}
}

func TestShow(t *testing.T) {
	h := http.Header{}
	tus.Show(h, files.File{Name: "ä.pdf", Size: 9, Offset: 4, Expires: time.Unix(0, 0)})
	for name, want := range map[string]string{
		"Upload-Offset": "4", "Upload-Length": "9", "Upload-Metadata": "filename " + encoded("ä.pdf"), "Upload-Expires": "Thu, 01 Jan 1970 00:00:00 GMT", "Cache-Control": "no-store",
	} {
		if h.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, h.Get(name), want)
		}
	}
}

// FuzzHeaders: whatever a client sends is understood, or its fault.
func FuzzHeaders(f *testing.F) {
	f.Add("10", "filename "+encoded("a"), "0", "sha1 "+encoded("x"))
	f.Fuzz(func(t *testing.T, length, metadata, offset, checksum string) {
		h := http.Header{"Upload-Length": {length}, "Upload-Metadata": {metadata}, "Upload-Offset": {offset}, "Upload-Checksum": {checksum}, "Content-Type": {tus.MediaType}}
		name, size, err := tus.Creation(h)
		if code(t, err) == "" && (size < 0 || strings.ContainsAny(name, "/\\\x00\n")) {
			t.Errorf("%q, %d", name, size)
		}
		at, c, err := tus.Piece(h, false)
		if code(t, err) == "" && (at < 0 || c.Hash != nil && len(c.Sum) != c.Hash.Size()) {
			t.Errorf("%d, %v", at, c)
		}
	})
}
