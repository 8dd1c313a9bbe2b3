package values

import (
	"encoding/json"
	"fmt"
	"strings"

	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/schema"
)

var booleans = map[string]bool{
	"true": true, "yes": true, "ja": true, "oui": true, "si": true, "x": true,
	"false": false, "no": false, "nein": false, "non": false, "nee": false,
}

// Convert makes a value of the field's kind from what was answered or printed: a string,
// json.Number or bool. nil means absent; detail says why the value does not fit.
func Convert(f *schema.Field, v any, locale printed.Locale) (value any, detail string) {
	if s, ok := v.(string); ok {
		v = strings.TrimSpace(s)
	}
	if v == nil || v == "" {
		return nil, ""
	}
	switch f.Kind {
	case schema.Number, schema.Integer:
		n, ok := asNumber(v, locale.Decimal)
		if whole, fraction, _ := strings.Cut(string(n), "."); ok && f.Kind == schema.Integer && !strings.ContainsAny(string(n), "eE") {
			n, ok = json.Number(whole), strings.Trim(fraction, "0") == ""
		}
		if ok {
			return n, ""
		}
	case schema.Boolean:
		switch b := v.(type) {
		case bool:
			return b, ""
		case string:
			if truth, ok := booleans[printed.Fold(b)]; ok {
				return truth, ""
			}
		}
	case schema.Scalar:
		switch v.(type) {
		case string, bool, json.Number:
			return v, ""
		}
	case schema.Text:
		return asText(f, v, locale)
	}
	return nil, fmt.Sprintf("this is not %s", f.Kind)
}

func asNumber(v any, m printed.DecimalMark) (json.Number, bool) {
	switch v := v.(type) {
	case json.Number:
		return v, true
	case string:
		return printed.ParseNumber(v, m)
	}
	return "", false
}

// asText also writes dates as YYYY-MM-DD where the schema asks for that.
func asText(f *schema.Field, v any, locale printed.Locale) (any, string) {
	switch v := v.(type) {
	case json.Number:
		return v.String(), ""
	case string:
		if f.Format != "date" {
			return v, ""
		}
		d, ok := printed.FindDate(v, locale.Days)
		switch {
		case !ok:
			return nil, "this is not a date"
		case d.ISO == "":
			return nil, "this date can be read in two ways"
		}
		return d.ISO, ""
	}
	return nil, "this is not a string"
}
