package config

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/viper"

	"ocr-gateway/internal/setting"
)

// Options are where Load takes settings from, weakest first.
type Options struct {
	// File is the path of a YAML file; empty means no file.
	File string
	// Environ is the environment, as os.Environ gives it. Setting server.port
	// is the variable OCR_SERVER_PORT; an empty variable counts as not set.
	Environ []string
	// Overrides are the flags that were set, by path ("server.port"). Values are
	// of the setting's type or strings in the form that the environment uses.
	Overrides map[string]any
}

// EnvFile is the variable that names the configuration file. It is read by the
// caller, who sets Options.File.
const EnvFile = "OCR_CONFIG"

// envTestset is read by tests, which may start the program with it set.
const envTestset = "OCR_TESTSET"

// envPrefix starts the name of every variable of ours.
const envPrefix = "OCR_"

// delimiter separates parts of keys inside viper, which would otherwise split
// at the dots that names may hold.
const delimiter = "::"

// maxSecretFile bounds, in bytes, what is read of a secret's file.
const maxSecretFile = 64 << 10

// Load lays the file, the environment and the overrides over the defaults and
// validates the result. T is a tree of structs whose fields carry mapstructure
// tags, with ",squash" for embedded structs whose settings stand among those of
// the struct around them. Every struct with a method Validate() error is asked
// whether its values can be used; the errors should be *setting.Error.
//
// What the tree does not know is an error, as are values of the wrong kind and
// secrets (fields tagged secret:"true") outside the environment or the file that
// <name>_file points to. The error joins all that is wrong, each with its place.
func Load[T any](defaults T, options Options) (T, error) {
	schema, err := schemaOf(reflect.TypeFor[T]())
	if err != nil {
		return defaults, err
	}
	l := &loader{schema: schema, origin: map[*key]string{}, files: map[*key]string{}, layers: viper.NewWithOptions(viper.KeyDelimiter(delimiter))}
	tree := reflect.ValueOf(defaults)
	for _, k := range schema.order {
		l.layers.SetDefault(viperKey(k), tree.FieldByIndex(k.index).Interface())
	}
	l.addFile(options.File)
	l.addEnvironment(options.Environ)
	l.addOverrides(options.Overrides)

	var joined T
	if err := l.layers.UnmarshalExact(&joined); err != nil {
		return defaults, fmt.Errorf("join the settings: %w", err)
	}
	// Fields that are no settings keep their defaults.
	result := defaults
	for _, k := range schema.order {
		reflect.ValueOf(&result).Elem().FieldByIndex(k.index).Set(reflect.ValueOf(joined).FieldByIndex(k.index))
	}
	for k, path := range l.files {
		reflect.ValueOf(&result).Elem().FieldByIndex(k.place).SetString(path)
	}
	l.validate(reflect.ValueOf(result), "")
	if len(l.errs) > 0 {
		return defaults, errors.Join(l.errs...)
	}
	return result, nil
}

// loader collects layers and everything that is wrong with them.
type loader struct {
	schema *schema
	layers *viper.Viper
	origin map[*key]string // where the winning value came from, by the key of its field
	files  map[*key]string // paths of the files that secrets with a place for it came from
	errs   []error
}

func (l *loader) fail(format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf(format, args...))
}

// viperKey is where viper keeps the value of k: the file of a secret gives the
// secret itself.
func viperKey(k *key) string {
	path := k.path
	if k.file {
		path = strings.TrimSuffix(path, fileSuffix)
	}
	return strings.ReplaceAll(path, ".", delimiter)
}

// layer is one source of settings, before it goes to viper.
type layer map[*key]reflect.Value

// put lays the layer over those before it.
func (l *loader) put(values layer, origin func(*key) string) {
	settings := map[string]any{}
	for _, k := range l.schema.order {
		v, ok := values[k]
		if !ok {
			continue
		}
		delete(l.files, k)
		at := origin(k)
		if k.file {
			secret := l.schema.keys[strings.TrimSuffix(k.path, fileSuffix)]
			if _, both := values[secret]; both {
				l.fail("%s: %s and %s are both set: keep one", at, secret.path, k.path)
				continue
			}
			path := v.String()
			var err error
			if v, err = readSecret(secret.typ, path); err != nil {
				l.fail("%s: %s %w", at, k.path, err)
				continue
			}
			if k.place != nil {
				l.files[secret] = path
			}
			k, at = secret, fmt.Sprintf("%s: %s names %s", at, k.path, path)
		}
		nest(settings, strings.Split(viperKey(k), delimiter), v.Interface())
		l.origin[k] = at
	}
	if err := l.layers.MergeConfigMap(settings); err != nil {
		l.fail("join the settings: %w", err)
	}
}

// nest sets a value in a tree of maps.
func nest(tree map[string]any, path []string, value any) {
	for _, section := range path[:len(path)-1] {
		below, ok := tree[section].(map[string]any)
		if !ok {
			below = map[string]any{}
			tree[section] = below
		}
		tree = below
	}
	tree[path[len(path)-1]] = value
}

// readSecret reads a secret from its file: a text without the newline at its
// end, or for a list one element a line.
func readSecret(t reflect.Type, path string) (reflect.Value, error) {
	if path == "" {
		return reflect.Zero(t), nil
	}
	data, err := readLimited(path, maxSecretFile)
	if err != nil {
		return reflect.Value{}, err
	}
	text := strings.TrimRight(strings.TrimPrefix(string(data), "\uFEFF"), "\r\n") // some editors write a byte order mark
	if text == "" {
		return reflect.Value{}, fmt.Errorf("names the file %s, which is empty", path)
	}
	if t.Kind() != reflect.Slice {
		return parseScalar(t, text)
	}
	return parseList(t, strings.Fields(text))
}

// addOverrides adds the flags.
func (l *loader) addOverrides(overrides map[string]any) {
	values := layer{}
	for _, path := range slices.Sorted(maps.Keys(overrides)) {
		k, known := l.schema.keys[path]
		switch {
		case !known:
			l.fail("command line: %s is not a setting%s", path, l.schema.suggest(path))
		case k.secret:
			l.fail("command line: %s is a secret, and other users can see command lines: set the variable %s or %s",
				path, envName(path), path+fileSuffix)
		default:
			v, err := override(k.typ, overrides[path])
			if err != nil {
				l.fail("command line: %s %w", path, err)
				continue
			}
			values[k] = v
		}
	}
	l.put(values, func(*key) string { return "command line" })
}

// override takes a value of the setting's type as it is, strings as the elements
// of any list, and all others as text.
func override(t reflect.Type, value any) (reflect.Value, error) {
	if reflect.TypeOf(value) == t {
		return reflect.ValueOf(value), nil
	}
	if elements, ok := value.([]string); ok && isList(t) {
		return parseList(t, elements)
	}
	return parseText(t, fmt.Sprint(value))
}

// validate asks every struct, from the top, whether its values can be used.
func (l *loader) validate(v reflect.Value, prefix string) {
	if validator, ok := reflect.TypeAssert[interface{ Validate() error }](v); ok {
		for _, err := range split(validator.Validate()) {
			l.errs = append(l.errs, l.placed(err, prefix))
		}
	}
	for field := range structFields(v.Type()) {
		if isSection(field.Type) {
			l.validate(v.FieldByIndex(field.Index), prefix+field.Tag.Get(tagName)+".")
		}
	}
}

// placed says where the value that err complains about was set, where err names its
// setting (see setting.Error).
func (l *loader) placed(err error, prefix string) error {
	wrong, ok := errors.AsType[*setting.Error](err)
	if !ok {
		return fmt.Errorf("%s: %w", strings.TrimSuffix(prefix, "."), err)
	}
	err = fmt.Errorf("%s%w", prefix, wrong)
	list, _, _ := strings.Cut(wrong.Key, "[")
	if origin, set := l.origin[l.schema.keys[prefix+list]]; set {
		return fmt.Errorf("%s: %w", origin, err)
	}
	return err
}

// split undoes errors.Join.
func split(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}
