package config

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// parseScalar reads one value. The error completes the sentence "<key> …".
func parseScalar(t reflect.Type, text string) (reflect.Value, error) {
	v := reflect.New(t).Elem()
	if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		if err := u.UnmarshalText([]byte(text)); err != nil {
			return v, fmt.Errorf("is %q: %w", clip(text), err)
		}
		return v, nil
	}
	if t == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(text)
		if err != nil {
			return v, fmt.Errorf(`is %q: write a time such as 30s, 5m or 1h30m`, clip(text))
		}
		v.SetInt(int64(d))
		return v, nil
	}
	switch t.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return v, fmt.Errorf("is %q: write true or false", clip(text))
		}
		v.SetBool(text == "true")
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return v, fmt.Errorf("is %q: write a number", clip(text))
		}
		v.SetFloat(f)
	case reflect.Int64: // by convention a size in bytes; counts are int
		n, err := parseSize(text)
		if err != nil {
			return v, fmt.Errorf("is %q: write a whole number, with KiB, MiB or GiB if you like", clip(text))
		}
		v.SetInt(n)
	default:
		n, err := strconv.Atoi(text)
		if err != nil {
			return v, fmt.Errorf("is %q: write a whole number", clip(text))
		}
		v.SetInt(int64(n))
	}
	return v, nil
}

var binaryUnits = []struct {
	suffix string
	shift  uint
}{{"KiB", 10}, {"MiB", 20}, {"GiB", 30}}

var errTooLarge = errors.New("too large")

// parseSize reads a decimal number, which may end with a binary unit.
func parseSize(text string) (int64, error) {
	var shift uint
	for _, unit := range binaryUnits {
		if digits, ok := strings.CutSuffix(text, unit.suffix); ok {
			text, shift = strings.TrimSpace(digits), unit.shift
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, err
	}
	if n<<shift>>shift != n {
		return 0, errTooLarge
	}
	return n << shift, nil
}

// parseText reads a value from one string, as the environment and the command
// line have it: the elements of a list are separated by commas.
func parseText(t reflect.Type, text string) (reflect.Value, error) {
	if !isList(t) {
		return parseScalar(t, text)
	}
	var elements []string
	for element := range strings.SplitSeq(text, ",") {
		if element = strings.TrimSpace(element); element != "" {
			elements = append(elements, element)
		}
	}
	return parseList(t, elements)
}

// parseList reads the elements of a list; a list of none is nil, like a default
// that was never set.
func parseList(t reflect.Type, elements []string) (reflect.Value, error) {
	list := reflect.Zero(t)
	parse := parseScalar
	if isSection(t.Elem()) {
		if _, ok := textField(t.Elem()); !ok {
			return list, errors.New("is a list of sections and can only be set in the configuration file")
		}
		parse = parseSection
	}
	for i, element := range elements {
		v, err := parse(t.Elem(), element)
		if err != nil {
			return list, fmt.Errorf("element %d %w", i+1, err)
		}
		list = reflect.Append(list, v)
	}
	return list, nil
}

// parseSection makes a section of a list from the text of its textField; the
// rest is as in a section of the file that names nothing else.
func parseSection(t reflect.Type, text string) (reflect.Value, error) {
	section := reflect.New(t).Elem()
	field, _ := textField(t)
	v, err := parseScalar(field.Type, text)
	if err == nil {
		section.FieldByIndex(field.Index).Set(v)
	}
	return section, err
}

// clip keeps messages short whatever a file holds.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
