package config

import (
	"bufio"
	"encoding"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// mask stands where a secret is set.
const mask = "********"

// Print writes settings as YAML, in the order of the tree, with secrets masked.
// Without secrets Load reads it back to the same settings.
func Print(w io.Writer, settings any) error {
	b := bufio.NewWriter(w)
	if err := printStruct(b, reflect.ValueOf(settings), ""); err != nil {
		return err
	}
	return b.Flush()
}

func printStruct(w *bufio.Writer, v reflect.Value, indent string) error {
	for field := range structFields(v.Type()) {
		name, value := field.Tag.Get(tagName), v.FieldByIndex(field.Index)
		if name == "" || name == "-" {
			continue
		}
		fmt.Fprintf(w, "%s%s:", indent, name)
		if err := printValue(w, value, indent+"  ", field.Tag.Get(tagSecret) == "true"); err != nil {
			return fmt.Errorf("print %s: %w", name, err)
		}
	}
	return nil
}

// printValue writes what follows the colon of a key, and the end of its line.
func printValue(w *bufio.Writer, v reflect.Value, indent string, secret bool) error {
	switch {
	case secret && v.Len() > 0:
		fmt.Fprintf(w, " %q\n", mask)
		return nil
	case isSection(v.Type()):
		fmt.Fprintln(w)
		return printStruct(w, v, indent)
	case v.Kind() == reflect.Slice && v.Len() == 0:
		fmt.Fprintln(w, " []")
		return nil
	case v.Kind() == reflect.Slice:
		return printList(w, v, indent)
	default:
		text, err := scalarYAML(v)
		fmt.Fprintln(w, " "+text)
		return err
	}
}

func printList(w *bufio.Writer, list reflect.Value, indent string) error {
	fmt.Fprintln(w)
	for i := range list.Len() {
		if !isSection(list.Type().Elem()) {
			text, err := scalarYAML(list.Index(i))
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%s- %s\n", indent, text)
			continue
		}
		fmt.Fprintf(w, "%s-\n", indent)
		if err := printStruct(w, list.Index(i), indent+"  "); err != nil {
			return err
		}
	}
	return nil
}

// scalarYAML is one value on one line.
func scalarYAML(v reflect.Value) (string, error) {
	var plain any
	switch x := v.Interface().(type) {
	case encoding.TextMarshaler:
		text, err := x.MarshalText()
		if err != nil {
			return "", err
		}
		plain = string(text)
	case time.Duration:
		return shortDuration(x), nil
	case int64: // a size, see parseScalar
		return shortSize(x), nil
	default:
		plain = x
	}
	node := yaml.Node{}
	if err := node.Encode(plain); err != nil {
		return "", err
	}
	if node.Style == yaml.LiteralStyle || node.Style == yaml.FoldedStyle {
		node.Style = yaml.DoubleQuotedStyle
	}
	text, err := yaml.Marshal(&node)
	return strings.TrimSuffix(string(text), "\n"), err
}

// shortDuration leaves out the zero minutes and seconds of "1h0m0s".
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// shortSize writes a size in the largest unit that divides it.
func shortSize(n int64) string {
	for _, unit := range slices.Backward(binaryUnits) {
		if n != 0 && n%(1<<unit.shift) == 0 {
			return strconv.FormatInt(n>>unit.shift, 10) + unit.suffix
		}
	}
	return strconv.FormatInt(n, 10)
}
