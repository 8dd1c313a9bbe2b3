package extract

import (
	"encoding/json"
	"fmt"
	"strings"
)

// habits are how a document writes what can be written in several ways.
type habits struct {
	marks marks
	order dayOrder
}

func habitsOf(text string) habits { return habits{marksOf(text), orderOf(text)} }

var truths = map[string]bool{
	"true": true, "yes": true, "ja": true, "oui": true, "si": true, "x": true,
	"false": false, "no": false, "nein": false, "non": false, "nee": false,
}

// convert makes a value of the field's kind from what was answered or printed.
// nil means absent; a detail says why the value does not fit.
func convert(f *field, v any, h habits) (value any, detail string) {
	if s, ok := v.(string); ok {
		v = strings.TrimSpace(s)
	}
	if v == nil || v == "" {
		return nil, ""
	}
	switch f.kind {
	case number, integer:
		n, ok := asNumber(v, h.marks)
		if whole, fraction, _ := strings.Cut(string(n), "."); ok && f.kind == integer && !strings.ContainsAny(string(n), "eE") {
			n, ok = json.Number(whole), strings.Trim(fraction, "0") == ""
		}
		if ok {
			return n, ""
		}
	case boolean:
		switch b := v.(type) {
		case bool:
			return b, ""
		case string:
			if truth, ok := truths[fold(b)]; ok {
				return truth, ""
			}
		}
	case scalar:
		switch v.(type) {
		case string, bool, json.Number:
			return v, ""
		}
	case text:
		return asText(f, v, h)
	}
	return nil, fmt.Sprintf("this is not %s", kindNames[f.kind])
}

func asNumber(v any, m marks) (json.Number, bool) {
	switch v := v.(type) {
	case json.Number:
		return v, true
	case string:
		return parseNumber(v, m)
	}
	return "", false
}

// asText also writes dates as YYYY-MM-DD where the schema asks for that.
func asText(f *field, v any, h habits) (any, string) {
	switch v := v.(type) {
	case json.Number:
		return v.String(), ""
	case string:
		if f.format != "date" {
			return v, ""
		}
		d, ok := findDate(v, h.order)
		switch {
		case !ok:
			return nil, "this is not a date"
		case d.iso == "":
			return nil, "this date can be read in two ways"
		}
		return d.iso, ""
	}
	return nil, "this is not a string"
}
