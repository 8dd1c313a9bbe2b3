package server

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"ocr-gateway/document"
)

// readJSON reads {"image": "<base64 or data URI>", "task": "text", …}.
func (s *Server) readJSON(c *call, plain io.Reader) error {
	limit := s.cfg.MaxJSONBytes
	raw, err := io.ReadAll(&limitReader{plain, limit, document.Problemf(document.CodeTooLarge, document.PhaseAdmission,
		"the JSON body is larger than the limit of %d bytes; send large files as multipart/form-data or as the raw body", limit)})
	if err != nil {
		return err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return malformed("the body is not a JSON object").Because(err)
	}
	for _, name := range sortedKeys(fields) {
		switch {
		case !slices.Contains(c.form.files, name):
			err = c.setJSON(name, fields[name])
		case c.form.many > 1:
			err = s.addList(c, name, fields[name])
		default:
			err = s.addBase64(c, name, fields[name])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// setJSON stores an option: strings as they are, numbers and booleans as
// written, lists of scalars joined by commas, objects (a schema) as JSON.
func (c *call) setJSON(name string, raw json.RawMessage) error {
	if !slices.Contains(c.form.options, name) {
		return c.unknown(name)
	}
	if len(raw) > maxSchemaBytes {
		return invalid(clip(name), "%s is longer than %d bytes", clip(name), maxSchemaBytes)
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return malformed("the body is not a JSON object").Because(err)
	}
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return c.set(name, v)
	case []any:
		if name != "schema" {
			var parts []string
			for _, e := range v {
				if _, text := e.(string); !text {
					if _, number := e.(float64); !number {
						return invalid(clip(name), "the list %s may hold only strings and numbers", clip(name))
					}
				}
				parts = append(parts, scalar(e))
			}
			return c.set(name, strings.Join(parts, ","))
		}
	}
	return c.set(name, string(raw))
}

// scalar writes a string bare and a number as JSON does.
func scalar(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := json.Marshal(v) // numbers that came from JSON go back to it
	return string(b)
}

func (s *Server) addList(c *call, field string, raw json.RawMessage) error {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return invalid(field, "%s must be a list of base64 strings", field)
	}
	for _, item := range list {
		if err := s.addBase64(c, field, item); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) addBase64(c *call, field string, raw json.RawMessage) error {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return invalid(field, "%s must be a base64 string", field)
	}
	text = strings.TrimSpace(text)
	if lower := strings.ToLower(text[:min(len(text), 8)]); strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://") {
		return invalid(field, "%s is an address; this server fetches nothing, send the content as base64", field)
	}
	if len(text) >= 5 && strings.EqualFold(text[:5], "data:") {
		head, data, ok := strings.Cut(text, ",")
		if !ok || !strings.HasSuffix(strings.ToLower(head), ";base64") {
			return invalid(field, "%s is a data URI without base64 content", field)
		}
		text = data
	}
	data, err := decodeBase64(text)
	if err != nil {
		return invalid(field, "%s is not base64", field)
	}
	src, err := s.readSource("", bytes.NewReader(data))
	if err != nil {
		return err
	}
	return c.add(field, src)
}

// decodeBase64 takes the standard and the URL alphabet, with or without padding
// and line breaks.
func decodeBase64(s string) ([]byte, error) {
	enc := base64.RawStdEncoding
	if strings.ContainsAny(s, "-_") {
		enc = base64.RawURLEncoding
	}
	return enc.DecodeString(strings.TrimRight(s, "=\r\n"))
}
