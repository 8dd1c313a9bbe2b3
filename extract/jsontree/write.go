package jsontree

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Quote returns s as a JSON string, with <, > and & as they are.
func Quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// Pointer returns the JSON Pointer (RFC 6901) of a path of member names and indices.
func Pointer(path ...string) string {
	var b strings.Builder
	for _, step := range path {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(step))
	}
	return b.String()
}
