package app

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/internal/config"
)

// reading are the settings that change what is read on a page.
var reading = []string{
	"layout.model", "layout.onnx", "layout.dtype", "layout.threshold", "layout.thresholds",
	"engine.embedded.dir", "engine.embedded.threads", "engine.embedded.concurrency", "engine.embedded.max_side", "engine.embedded.precision", "engine.embedded.recognizers", "engine.embedded.tesseract",
	"vllm.model", "vllm.jpeg_quality", "vllm.max_tokens.text", "vllm.max_tokens.table", "vllm.max_tokens.formula",
	"vllm.sampling.temperature", "vllm.sampling.top_p", "vllm.sampling.top_k", "vllm.sampling.repetition_penalty",
	"vllm.loop_penalty", "vllm.confidence", "vllm.charts",
}

// TestEverySettingIsInTheKeyOrNot changes one setting at a time. It fails when a new
// setting is in neither list: say then whether it changes what is read.
func TestEverySettingIsInTheKeyOrNot(t *testing.T) {
	found := map[string]bool{}
	cfg := config.Default()
	before := readingSettings("1", cfg)
	for path, value := range config.Settings(&cfg) {
		former := reflect.ValueOf(value.Interface())
		change(t, path, value)
		inKey := readingSettings("1", cfg) != before
		value.Set(former)

		listed := slices.Contains(reading, path)
		i := slices.IndexFunc(notReading, func(l string) bool { return path == l || strings.HasPrefix(path, l+".") })
		if i >= 0 {
			found[notReading[i]] = true
		}
		switch {
		case listed == (i >= 0):
			t.Errorf("the setting %s must be in one of the lists reading and notReading", path)
		case listed != inKey:
			t.Errorf("%s: in the key %v, want %v", path, inKey, listed)
		}
		found[path] = true
	}
	for _, path := range slices.Concat(reading, notReading) {
		if !found[path] {
			t.Errorf("%s is listed and is no setting", path)
		}
	}
	if readingSettings("2", cfg) == before {
		t.Error("the version is not in the key")
	}
}

// change gives a setting another value.
func change(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Float64:
		v.SetFloat(v.Float() + 1)
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
	default:
		t.Fatalf("%s is a %s", path, v.Type())
	}
}
