package wire

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/problem"
)

// zstdWindow bounds the memory of a decoder; 8 MiB is what RFC 8878 asks every
// decoder to support.
const zstdWindow = 8 << 20

// limitReader fails with a problem after limit bytes, unlike io.LimitReader,
// which ends quietly.
type limitReader struct {
	r       io.Reader
	left    int64
	problem *document.Problem
}

func (l *limitReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, l.problem
	}
	return n, err
}

// Plain is a request's body without its Content-Encoding, and what frees the decoder.
// Its size is limited after decompression, so a small body cannot become an endless one.
func (l Limits) Plain(r *http.Request) (io.Reader, func(), error) {
	encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding")))
	limited := func(dec io.Reader) io.Reader {
		return &limitReader{decoded{dec, encoding}, l.Body(r), document.TooLarge(l.Upload)}
	}
	switch encoding {
	case "", "identity":
		return r.Body, func() {}, nil
	case "gzip", "x-gzip":
		dec, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, nil, decodingError(err, encoding)
		}
		return limited(dec), func() { dec.Close() }, nil
	case "zstd":
		dec, err := zstd.NewReader(r.Body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return nil, nil, decodingError(err, encoding)
		}
		return limited(dec), dec.Close, nil
	default:
		return nil, nil, document.Problemf(document.CodeUnsupportedMedia, document.PhaseAdmission,
			"Content-Encoding %q is not supported; send gzip, zstd or no encoding", clip.Text(encoding))
	}
}

// decoded turns the errors of a decompressor into problems.
type decoded struct {
	r        io.Reader
	encoding string
}

func (d decoded) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = decodingError(err, d.encoding)
	}
	return n, err
}

func decodingError(err error, encoding string) error {
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p
	}
	return problem.Malformed("the request body is not valid %s", encoding).Because(err)
}
