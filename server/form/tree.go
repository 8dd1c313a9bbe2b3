package form

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/server/problem"
)

// FileValue is a member of a JSON body that carries a file.
type FileValue struct {
	Source  int    // its number among Foreign.Sources, from 1; 0 where the member is absent
	Address string // where the file is, when the member holds an address in place of it
}

// UnmarshalJSON reads what the decoder wrote in the place of the member.
func (v *FileValue) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &v.Address)
	}
	return json.Unmarshal(b, &v.Source)
}

// JSON reads a JSON object into a value. Strings in members of the named ones, at any depth,
// are files: they go to their sources without being held in memory, and come as FileValues.
func (d Decoder) JSON(body io.Reader, files []string, into any) (*Foreign, error) {
	t := &tree{Decoder: d, in: newJSONStream(body), files: files, found: &Foreign{}}
	err := t.object(0)
	if err == nil {
		err = t.in.finish()
	}
	if err == nil {
		err = t.decode(into)
	}
	if err != nil {
		t.found.Close()
		return nil, err
	}
	return t.found, nil
}

// decode reads what is left of the body when the files are taken out.
func (t *tree) decode(into any) error {
	err := json.Unmarshal(t.out, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return document.Invalid(wrong.Field, "%s must not be a JSON %s", wrong.Field, strings.Fields(wrong.Value + " value")[0])
	}
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p
	}
	if err != nil {
		return t.in.malformed().Because(err)
	}
	return nil
}

// tree copies a JSON value with its files taken out.
type tree struct {
	Decoder
	in    *jsonStream
	files []string // members that carry files
	found *Foreign
	out   []byte
}

func (t *tree) object(depth int) error {
	if err := t.in.expect('{'); err != nil {
		return err
	}
	return t.members('}', depth, func() (string, error) {
		name, err := t.in.key()
		if err != nil {
			return "", err
		}
		return name, t.write(append(quoted(name), ':'))
	})
}

// members copies what stands between braces or brackets; name reads a member's.
func (t *tree) members(closing byte, depth int, name func() (string, error)) error {
	if depth > maxForeignDepth {
		return problem.Malformed("the JSON body is nested deeper than %d levels", maxForeignDepth)
	}
	opening := map[byte]byte{'}': '{', ']': '['}[closing]
	if err := t.write([]byte{opening}); err != nil {
		return err
	}
	for first := true; ; first = false {
		closed, err := t.in.end(closing, first)
		if err != nil {
			return err
		}
		if closed {
			return t.write([]byte{closing})
		}
		if !first {
			t.out = append(t.out, ',')
		}
		of, err := name()
		if err != nil {
			return err
		}
		if err := t.value(of, depth+1); err != nil {
			return err
		}
	}
}

// value copies the value of a named member, or an element of its list.
func (t *tree) value(name string, depth int) error {
	b, err := t.in.peek()
	switch {
	case err != nil:
		return err
	case b == '{':
		return t.object(depth)
	case b == '[':
		t.in.r.Discard(1)
		return t.members(']', depth, func() (string, error) { return name, nil })
	case b == '"' && slices.Contains(t.files, name):
		return t.file(name)
	case b != 'n' && slices.Contains(t.files, name): // null is as good as absent
		return document.Invalid(name, "%s must be a base64 string or a data: URL", name)
	}
	raw, err := t.in.value(maxForeignBytes)
	if err != nil {
		return err
	}
	if raw == nil {
		return tooMuchJSON()
	}
	return t.write(raw)
}

func (t *tree) write(b []byte) error {
	if len(t.out)+len(b) > maxForeignBytes {
		return tooMuchJSON()
	}
	t.out = append(t.out, b...)
	return nil
}

func tooMuchJSON() error {
	return problem.Malformed("what the JSON body says beside its files is longer than %d bytes", maxForeignBytes)
}

// file takes a file out and leaves its number, or leaves the address that stands for it.
func (t *tree) file(name string) error {
	text := bufio.NewReader(t.in.text())
	address, err := addressIn(name, text)
	if err != nil {
		return err
	}
	if address != "" {
		return t.write(quoted(address))
	}
	content, err := base64Content(name, text)
	if err != nil {
		return err
	}
	src, err := t.readSource(t.found.Sources, "", content)
	if err != nil {
		return err
	}
	t.found.Sources = append(t.found.Sources, src)
	if src.Size == 0 {
		return document.Invalid(name, "%s is empty", name)
	}
	return t.write(strconv.AppendInt(nil, int64(len(t.found.Sources)), 10))
}

// maxAddressBytes bounds an address in place of a file.
const maxAddressBytes = 8 << 10

// addressIn is the address that a text is; empty, with nothing read, where it is none.
func addressIn(field string, text *bufio.Reader) (string, error) {
	head, err := text.Peek(len("https://"))
	if !isAddress(string(head)) {
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		return "", nil
	}
	address, err := io.ReadAll(io.LimitReader(text, maxAddressBytes+1))
	if err == nil && len(address) > maxAddressBytes {
		err = document.Invalid(field, "the address in %s is longer than %d bytes", field, maxAddressBytes)
	}
	return string(address), err
}

func isAddress(head string) bool {
	head = strings.ToLower(head)
	return strings.HasPrefix(head, "http://") || strings.HasPrefix(head, "https://") || strings.HasPrefix(head, "s3://")
}

func quoted(s string) []byte {
	b, _ := json.Marshal(s) // a string cannot fail
	return b
}

// OneOrMany reads a list, or one of its elements as a list of it.
func OneOrMany[T any](b []byte, list *[]T) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, list)
	}
	var one T
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*list = []T{one}
	return nil
}
