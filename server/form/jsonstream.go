package form

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"ocr-gateway/document"
	"ocr-gateway/server/problem"
)

// jsonStream reads a JSON object piece by piece. It knows just enough of the
// syntax to find where values end; their inside is checked by encoding/json.
type jsonStream struct{ r *bufio.Reader }

// newJSONStream reads a body, without the mark that some editors begin it with.
func newJSONStream(body io.Reader) *jsonStream {
	j := &jsonStream{bufio.NewReader(body)}
	if mark, err := j.r.Peek(len(byteOrderMark)); err == nil && string(mark) == byteOrderMark {
		j.r.Discard(len(byteOrderMark))
	}
	return j
}

func (j *jsonStream) malformed() *document.Problem {
	return problem.Malformed("the body is not a JSON object")
}

// broken keeps problems from below and calls everything else bad JSON.
func (j *jsonStream) broken(err error) error {
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p
	}
	return j.malformed().Because(err)
}

// peek skips white space and looks at the next byte.
func (j *jsonStream) peek() (byte, error) {
	for {
		b, err := j.r.ReadByte()
		if err != nil {
			return 0, j.broken(err)
		}
		if b != ' ' && b != '\t' && b != '\n' && b != '\r' {
			return b, j.r.UnreadByte()
		}
	}
}

// expect takes one byte of punctuation.
func (j *jsonStream) expect(want byte) error {
	b, err := j.peek()
	if err != nil {
		return err
	}
	if b != want {
		return j.malformed()
	}
	j.r.Discard(1)
	return nil
}

// end takes the closing byte of an object or list, or the comma before the next
// member, which the first has not.
func (j *jsonStream) end(closing byte, first bool) (closed bool, err error) {
	b, err := j.peek()
	switch {
	case err != nil:
		return false, err
	case b == closing:
		j.r.Discard(1)
		return true, nil
	case first:
		return false, nil
	}
	return false, j.expect(',')
}

// key reads a member name and its colon.
func (j *jsonStream) key() (string, error) {
	if b, err := j.peek(); err != nil {
		return "", err
	} else if b != '"' {
		return "", j.malformed()
	}
	raw, err := j.value(maxKeyBytes)
	if err != nil {
		return "", err
	}
	if raw == nil {
		return "", problem.Malformed("the JSON body has a member name longer than %d bytes", maxKeyBytes)
	}
	var name string
	if err := json.Unmarshal(raw, &name); err != nil {
		return "", j.malformed().Because(err)
	}
	return name, j.expect(':')
}

// value reads the next value as it is written; nil says that it is longer than
// limit bytes.
func (j *jsonStream) value(limit int) ([]byte, error) {
	if _, err := j.peek(); err != nil {
		return nil, err
	}
	var raw []byte
	depth, quoted := 0, false
	for len(raw) <= limit {
		b, err := j.r.ReadByte()
		if err != nil {
			return nil, j.broken(err)
		}
		if !quoted && depth == 0 && len(raw) > 0 && (b == ',' || b == '}' || b == ']' || b <= ' ') {
			return raw, j.r.UnreadByte() // the end of a number, true, false or null
		}
		raw = append(raw, b)
		switch {
		case quoted && b == '\\':
			if b, err = j.r.ReadByte(); err != nil {
				return nil, j.broken(err)
			}
			raw = append(raw, b)
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			depth++
		case b == '}' || b == ']':
			depth--
		}
		if !quoted && depth == 0 && (b == '"' || b == '}' || b == ']') {
			return raw, nil
		}
	}
	return nil, nil
}

// finish wants nothing but white space after the object.
func (j *jsonStream) finish() error {
	_, err := j.peek()
	switch {
	case err == nil:
		return problem.Malformed("there is something after the JSON object")
	case errors.Is(err, io.EOF):
		return nil
	}
	return err
}

// text reads the string that comes next, without its quotes and escapes.
func (j *jsonStream) text() io.Reader {
	j.r.Discard(1) // the opening quote, which the caller has seen
	return &jsonText{j: j}
}

// jsonText is the inside of a string as ASCII; base64 needs nothing else.
type jsonText struct {
	j    *jsonStream
	done bool
}

func (t *jsonText) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && !t.done {
		b, err := t.j.r.ReadByte()
		if err != nil {
			return n, t.j.broken(err)
		}
		switch {
		case b == '"':
			t.done = true
			continue
		case b < ' ':
			return n, t.j.malformed()
		case b == '\\':
			if b, err = t.escape(); err != nil {
				return n, err
			}
		}
		p[n] = b
		n++
	}
	if n == 0 && t.done {
		return 0, io.EOF
	}
	return n, nil
}

// escape reads what follows a backslash.
func (t *jsonText) escape() (byte, error) {
	b, err := t.j.r.ReadByte()
	if err != nil {
		return 0, t.j.broken(err)
	}
	switch b {
	case '"', '\\', '/':
		return b, nil
	case 'b', 'f', 'n', 'r', 't':
		return ' ', nil // all of them are no base64 or white space
	case 'u':
		var hex [4]byte
		if _, err := io.ReadFull(t.j.r, hex[:]); err != nil {
			return 0, t.j.broken(err)
		}
		r, err := strconv.ParseUint(string(hex[:]), 16, 16)
		if err != nil {
			return 0, t.j.malformed()
		}
		if r > 0x7f {
			r = 0x7f // outside ASCII, so outside base64
		}
		return byte(r), nil
	}
	return 0, t.j.malformed()
}
