package form

import (
	"bufio"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"ocr-gateway/document"
)

// maxDataURIHead bounds "data:image/png;name=…;base64,".
const maxDataURIHead = 1 << 10

// base64Content decodes text as it is read: the standard and the URL alphabet,
// with or without padding and white space, alone or in a data URI. Addresses are
// refused: this server fetches nothing for anybody.
func base64Content(field string, text io.Reader) (io.Reader, error) {
	r := bufio.NewReader(text)
	head, err := r.Peek(len("https://"))
	if err != nil && err != io.EOF {
		return nil, err
	}
	for err == nil && len(head) > 0 && head[0] == ' ' {
		r.Discard(1)
		head, err = r.Peek(len("https://"))
	}
	switch {
	case isAddress(string(head)):
		return nil, document.Invalid(field, "%s is an address; this server fetches nothing, send the content as base64", field)
	case strings.HasPrefix(strings.ToLower(string(head)), "data:"):
		if err := skipDataURIHead(field, r); err != nil {
			return nil, err
		}
	}
	return base64Errors{base64.NewDecoder(base64.RawStdEncoding, &base64Text{r: r}), field}, nil
}

func skipDataURIHead(field string, r *bufio.Reader) error {
	var head strings.Builder
	for head.Len() < maxDataURIHead {
		b, err := r.ReadByte()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if b == ',' {
			if strings.HasSuffix(strings.ToLower(head.String()), ";base64") {
				return nil
			}
			break
		}
		head.WriteByte(b)
	}
	return document.Invalid(field, "%s is a data URI without base64 content", field)
}

// base64Text maps the variants of base64 to the standard one without padding.
type base64Text struct {
	r      *bufio.Reader
	padded bool
}

var errAfterPadding = errors.New("base64 goes on after its padding")

func (t *base64Text) Read(p []byte) (int, error) {
	for {
		n, err := t.r.Read(p)
		kept := p[:0]
		for _, b := range p[:n] {
			switch b {
			case ' ', '\t', '\r', '\n':
				continue
			case '=':
				t.padded = true
				continue
			case '-':
				b = '+'
			case '_':
				b = '/'
			}
			if t.padded {
				return 0, errAfterPadding
			}
			kept = append(kept, b)
		}
		if len(kept) > 0 || err != nil {
			return len(kept), err
		}
	}
}

// base64Errors turns the errors of the decoder into problems.
type base64Errors struct {
	r     io.Reader
	field string
}

func (e base64Errors) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	if err == nil || err == io.EOF {
		return n, err
	}
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return n, p
	}
	return n, document.Invalid(e.field, "%s is not base64", e.field)
}
