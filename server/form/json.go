package form

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"ocr-gateway/document"
)

// maxKeyBytes bounds a member name as it is written, escapes included.
const maxKeyBytes = 1 << 10

// readJSON reads {"image": "<base64 or data URI>", "task": "text", …} as a
// stream: a file goes from its string to its source without being held in
// memory, every other value is small and left to encoding/json.
func (d Decoder) readJSON(r *Request, plain io.Reader) error {
	j := newJSONStream(plain)
	if err := j.expect('{'); err != nil {
		return err
	}
	for first := true; ; first = false {
		if closed, err := j.end('}', first); err != nil {
			return err
		} else if closed {
			return j.finish()
		}
		name, err := j.key()
		if err != nil {
			return err
		}
		switch {
		case !slices.Contains(r.kind.Files, name):
			err = r.readOption(name, j)
		case r.kind.Many > 1 && strings.HasSuffix(name, "s"): // images, but image
			err = d.readList(r, name, j)
		default:
			err = d.readBase64(r, name, j, true)
		}
		if err != nil {
			return err
		}
	}
}

// readOption stores an option: strings as they are, numbers and booleans as
// written, lists of scalars joined by commas, objects (a schema) as JSON. Null is
// as good as absent.
func (r *Request) readOption(name string, j *jsonStream) error {
	if !slices.Contains(r.kind.Options, name) {
		return r.unknown(name)
	}
	if b, err := j.peek(); err == nil && b == '[' && isFileLike(name) {
		return r.strayFile(name)
	}
	raw, err := j.value(2 * maxSchemaBytes) // escapes make it longer than it is
	if err != nil {
		return err
	}
	if raw == nil {
		return document.Invalid(name, "%s is longer than %d bytes", name, maxSchemaBytes)
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return j.malformed().Because(err)
	}
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return r.set(name, v)
	case []any:
		if name == "schema" {
			break
		}
		var parts []json.RawMessage
		if err := json.Unmarshal(raw, &parts); err != nil {
			return j.malformed().Because(err)
		}
		texts := make([]string, len(v))
		for i, element := range v {
			switch e := element.(type) {
			case string:
				texts[i] = e
			case float64:
				texts[i] = string(parts[i])
			default:
				return document.Invalid(name, "the list %s may hold only strings and numbers", name)
			}
		}
		return r.set(name, strings.Join(texts, ","))
	}
	return r.set(name, string(raw))
}

// readList reads the files of a batch.
func (d Decoder) readList(r *Request, field string, j *jsonStream) error {
	if b, err := j.peek(); err != nil {
		return err
	} else if b != '[' {
		return document.Invalid(field, "%s must be a list of base64 strings", field)
	}
	j.r.Discard(1)
	for first := true; ; first = false {
		if closed, err := j.end(']', first); closed || err != nil {
			return err
		}
		if err := d.readBase64(r, field, j, false); err != nil {
			return err
		}
	}
}

// readBase64 reads one file, or an address where the file may stand alone.
func (d Decoder) readBase64(r *Request, field string, j *jsonStream, alone bool) error {
	if b, err := j.peek(); err != nil {
		return err
	} else if b != '"' {
		return document.Invalid(field, "%s must be a base64 string", field)
	}
	text := bufio.NewReader(j.text())
	if alone && len(r.Sources) == 0 && r.Address == "" {
		address, err := addressIn(field, text)
		if err != nil || address != "" {
			r.Address, r.Field = address, field
			return err
		}
	}
	content, err := base64Content(field, text)
	if err != nil {
		return err
	}
	src, err := d.readSource(r.Sources, "", content)
	if err != nil {
		return err
	}
	return r.add(field, src)
}
