package runpodtest

import (
	"compress/gzip"
	"net/http"
	"strings"
)

// zipping compresses an answer's text for a client that takes gzip, piece by
// piece: a stream is not held back.
type zipping struct {
	http.ResponseWriter
	request *http.Request
	begun   bool
	zip     *gzip.Writer
}

func (z *zipping) WriteHeader(status int) {
	if status >= 200 && !z.begun {
		z.begun = true
		if z.fits(status) {
			z.Header().Set("Content-Encoding", "gzip")
			z.Header().Add("Vary", "Accept-Encoding")
			z.Header().Del("Content-Length")
			z.zip = gzip.NewWriter(z.ResponseWriter)
		}
	}
	z.ResponseWriter.WriteHeader(status)
}

func (z *zipping) fits(status int) bool {
	kind := z.Header().Get("Content-Type")
	return z.request.Method != http.MethodHead && status != http.StatusNoContent && status != http.StatusNotModified &&
		status != http.StatusPartialContent && z.Header().Get("Content-Encoding") == "" &&
		strings.Contains(z.request.Header.Get("Accept-Encoding"), "gzip") &&
		(strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json"))
}

func (z *zipping) Write(p []byte) (int, error) {
	if !z.begun {
		z.WriteHeader(http.StatusOK)
	}
	if z.zip == nil {
		return z.ResponseWriter.Write(p)
	}
	n, err := z.zip.Write(p)
	if err == nil {
		err = z.zip.Flush()
	}
	return n, err
}

func (z *zipping) Unwrap() http.ResponseWriter { return z.ResponseWriter }

func (z *zipping) close() {
	if z.zip != nil {
		_ = z.zip.Close()
	}
}
