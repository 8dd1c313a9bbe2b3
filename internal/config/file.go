package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds, in bytes, what is read of a configuration file.
const maxFile = 1 << 20

// addFile adds the settings of a YAML file.
func (l *loader) addFile(path string) {
	if path == "" {
		return
	}
	data, err := readLimited(path, maxFile)
	if err != nil {
		l.fail("the configuration file %w", err)
		return
	}
	f := &file{name: path, loader: l}
	f.read(data)
}

// readLimited reads a small file whole. The error completes "<key> …".
func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("cannot be read: %s is larger than %d bytes", path, limit)
	}
	return data, nil
}

// file is a YAML document on its way into the settings.
type file struct {
	name   string
	loader *loader
}

func (f *file) read(data []byte) {
	root, err := parseYAML(data)
	if err != nil {
		line, text := yamlError(err)
		f.fail(line, "%s", text)
		return
	}
	if root == nil {
		return // empty, or comments only
	}
	values, lines := layer{}, map[*key]int{}
	f.section(root, f.loader.schema, "", "", func(k *key, v reflect.Value, line int) {
		values[k], lines[k] = v, line
	})
	f.loader.put(values, func(k *key) string { return fmt.Sprintf("%s:%d", f.name, lines[k]) })
}

// parseYAML reads the one document of a file; nil when there is none.
func parseYAML(data []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, fmt.Errorf("yaml: line %d: a second document begins here, and only one is allowed", second.Line)
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	root := document.Content[0]
	if isNull(root) {
		return nil, nil
	}
	return root, nil
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// yamlError takes the line, 0 when unknown, out of an error of the parser.
func yamlError(err error) (line int, text string) {
	text = err.Error()
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = strings.TrimPrefix(text, m[0])
		if text == "found character that cannot start any token" {
			text += ": YAML is indented with spaces, not tabs"
		}
		return line, text
	}
	return 0, strings.TrimPrefix(text, "yaml: ")
}

func (f *file) fail(line int, format string, args ...any) {
	at := f.name
	if line > 0 {
		at = fmt.Sprintf("%s:%d", f.name, line)
	}
	f.loader.fail("%s: %s", at, fmt.Sprintf(format, args...))
}

// section reads the keys of a mapping. prefix is the path of the section within
// its schema, shown the path that people see: they differ inside lists.
func (f *file) section(node *yaml.Node, s *schema, prefix, shown string, set func(*key, reflect.Value, int)) {
	self := strings.TrimSuffix(shown, ".")
	switch {
	case f.isAlias(node, self) || isNull(node): // nothing but comments below it
		return
	case node.Kind != yaml.MappingNode && self == "":
		f.fail(node.Line, "the file must hold sections: lines of the form \"key: value\"")
		return
	case node.Kind != yaml.MappingNode:
		f.fail(node.Line, "%s must be a section: lines of the form \"key: value\" below it", self)
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		path, show := prefix+name.Value, shown+clip(name.Value)
		if first, twice := seen[path]; twice {
			f.fail(name.Line, "%s is set twice, first in line %d", show, first)
			continue
		}
		seen[path] = name.Line
		if s.sections[path] {
			f.section(value, s, path+".", show+".", set)
			continue
		}
		k, known := s.keys[path]
		switch {
		case !known:
			f.fail(name.Line, "%s is not a setting%s", show, s.suggest(path))
		case k.secret:
			f.fail(name.Line, "%s is a secret and does not belong in this file: %ssave it in a file of its own and name that in %s%s",
				show, orVariable(shown, prefix, path), show, fileSuffix)
		default:
			if v, ok := f.value(value, k.typ, show); ok {
				set(k, v, name.Line)
			}
		}
	}
}

// orVariable offers the environment for secrets that it can set: those outside lists.
func orVariable(shown, prefix, path string) string {
	if shown != prefix {
		return ""
	}
	return "set the variable " + envName(path) + ", or "
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

// isAlias refuses aliases: small files would become large ones.
func (f *file) isAlias(node *yaml.Node, shown string) bool {
	alias := node.Kind == yaml.AliasNode
	if alias {
		f.fail(node.Line, "%s is an alias, which is not supported: repeat what it stands for", shown)
	}
	return alias
}

// value reads what stands behind a key.
func (f *file) value(node *yaml.Node, t reflect.Type, shown string) (v reflect.Value, ok bool) {
	if isList(t) {
		return f.list(node, t, shown)
	}
	switch {
	case f.isAlias(node, shown):
	case node.Kind != yaml.ScalarNode:
		f.fail(node.Line, "%s must be a single value", shown)
	case isNull(node):
		f.fail(node.Line, "%s has no value: give one, or remove the line to use the default", shown)
	default:
		v, err := parseScalar(t, node.Value)
		if err != nil {
			f.fail(node.Line, "%s %v", shown, err)
		}
		return v, err == nil
	}
	return v, false
}

func (f *file) list(node *yaml.Node, t reflect.Type, shown string) (list reflect.Value, ok bool) {
	switch {
	case f.isAlias(node, shown):
		return list, false
	case node.Kind != yaml.SequenceNode:
		f.fail(node.Line, "%s must be a list: [a, b], or lines that begin with \"- \"", shown)
		return list, false
	}
	before := len(f.loader.errs)
	list = reflect.Zero(t) // nil when empty, see parseList
	for i, item := range node.Content {
		at := fmt.Sprintf("%s[%d]", shown, i)
		if isSection(t.Elem()) {
			list = reflect.Append(list, f.element(item, t.Elem(), at))
		} else if v, ok := f.value(item, t.Elem(), at); ok {
			list = reflect.Append(list, v)
		}
	}
	return list, len(f.loader.errs) == before
}

// element reads one section of a list of sections.
func (f *file) element(node *yaml.Node, t reflect.Type, shown string) reflect.Value {
	element := reflect.New(t).Elem()
	s, err := schemaOf(t)
	if err != nil {
		f.fail(node.Line, "%s: %v", shown, err)
		return element
	}
	f.section(node, s, "", shown+".", func(k *key, v reflect.Value, line int) {
		if k.file {
			path := v.String()
			if v, err = readSecret(element.FieldByIndex(k.index).Type(), path); err != nil {
				f.fail(line, "%s.%s %v", shown, k.path, err)
				return
			}
			if k.place != nil {
				element.FieldByIndex(k.place).SetString(path)
			}
		}
		element.FieldByIndex(k.index).Set(v)
	})
	return element
}
