package runpod

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"ocr-gateway/provision/cloud"
)

const (
	maxDetail = 2000 // bytes of the cloud's words that are kept
	maxID     = 128
)

// noStock are the texts that mean that nothing was created or started. The
// statuses they come with (400, and 500 once) mean other things too.
var noStock = regexp.MustCompile(`(?i)\b(?:` + strings.Join([]string{
	"no longer any instances available",
	"no instances currently available",
	"no instances available",
	"does not have the resources to deploy your pod",
	"could not find any pods with required specifications",
	"not enough free gpus on the host machine",
}, "|") + `)\b`)

// fault turns an answer that is not a success into an error.
func (c *Cloud) fault(q call, status int, header http.Header, body []byte) *cloud.Error {
	detail := problemText(body)
	if detail == "" {
		detail = cmp.Or(http.StatusText(status), "no explanation")
	}
	if c.key != "" { // lest the cloud says it back
		detail = strings.ReplaceAll(detail, c.key, "…")
	}
	return &cloud.Error{
		Call: q.name, Status: status, Detail: detail,
		Fields: problemFields(body), RequestID: requestID(header), Kind: kind(q, status, detail),
	}
}

// kind is what a caller can do about an answer.
func kind(q call, status int, detail string) error {
	if q.method == http.MethodPost && saysNoStock(status, detail) {
		return cloud.ErrNoStock
	}
	switch status {
	case http.StatusTooManyRequests:
		return cloud.ErrLimited
	case http.StatusUnauthorized:
		return cloud.ErrKey
	case http.StatusPaymentRequired:
		return cloud.ErrBalance
	case http.StatusForbidden:
		return cloud.ErrForbidden
	case http.StatusNotFound, http.StatusGone:
		return cloud.ErrGone
	case http.StatusConflict:
		return cloud.ErrNotNow
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return cloud.ErrRequest
	}
	if !q.repeatable() && (status >= 500 || status == http.StatusRequestTimeout) {
		return cloud.ErrUnknownOutcome
	}
	return nil
}

// saysNoStock goes by the words, as the API has no other sign, and only where the
// status leaves it open: a 402 or 403 that also speaks of instances is about the account.
func saysNoStock(status int, detail string) bool {
	switch {
	case status == http.StatusBadRequest, status == http.StatusConflict, status >= 500:
		return noStock.MatchString(detail)
	}
	return false
}

func requestID(h http.Header) string { return clean(h.Get("x-request-id"), maxID) }

// problem is RFC 9457's body, and the other ones seen.
type problem struct {
	Title   string          `json:"title"`
	Detail  string          `json:"detail"`
	Errors  json.RawMessage `json:"errors"`
	Error   json.RawMessage `json:"error"` // a text, or an object with a message
	Message string          `json:"message"`
}

// problemText is what an error body says, in one line; of a body that is no JSON, its text.
func problemText(body []byte) string {
	var p problem
	if err := json.Unmarshal(body, &p); err != nil && p.empty() {
		return clean(string(body[:min(len(body), 4*maxDetail)]), maxDetail)
	}
	text := cmp.Or(p.Detail, plain(p.Error), p.Message, p.Title)
	if list := plain(p.Errors); list != "" {
		if text != "" {
			text += ": "
		}
		text += list
	}
	return clean(text, maxDetail)
}

// problemFields are the paths of the request's fields that a refusal lists in its
// errors, as texts ("gpu.id", "/ports/1") or lists of names and numbers.
func problemFields(body []byte) []string {
	var p struct {
		Errors []struct {
			Path    json.RawMessage `json:"path"`
			Field   json.RawMessage `json:"field"`
			Loc     json.RawMessage `json:"loc"`
			Pointer json.RawMessage `json:"pointer"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &p) != nil {
		return nil
	}
	var fields []string
	for _, e := range p.Errors {
		for _, raw := range []json.RawMessage{e.Path, e.Field, e.Loc, e.Pointer} {
			if path := clean(pathText(raw), maxID); path != "" && len(fields) < maxFields {
				fields = append(fields, path)
			}
		}
	}
	return fields
}

// maxFields of a refusal are kept.
const maxFields = 50

// pathText writes a path as one text: ["body","ports",1] is "body.ports.1".
func pathText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var parts []any
	if json.Unmarshal(raw, &parts) != nil {
		return ""
	}
	words := make([]string, len(parts))
	for i, part := range parts {
		words[i] = fmt.Sprint(part)
	}
	return strings.Join(words, ".")
}

func (p problem) empty() bool {
	return p.Title == "" && p.Detail == "" && p.Message == "" && p.Errors == nil && p.Error == nil
}

// plain is a JSON text without its quotes, an object's message, or the JSON as it is.
func plain(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var object struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(raw, &object) == nil && object.Message != "" {
		return object.Message
	}
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil || compact.String() == "null" || compact.String() == "[]" {
		return ""
	}
	return compact.String()
}

// clean makes one printable line of at most so many bytes.
func clean(s string, limit int) string {
	s = strings.ToValidUTF8(s, "�")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= limit {
		return s
	}
	cut := limit - len("…")
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
