package pipeline_test

import (
	"fmt"
	"reflect"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/pipeline"
)

// TestKeysKnowAllOfAPagesText changes each field of what a document says of a page's text, and wants another hash.
func TestKeysKnowAllOfAPagesText(t *testing.T) {
	seen := map[[32]byte]string{}
	hash := func(name string, words []document.Word, drawn *document.Drawn) {
		sum := pipeline.HashText(words, drawn)
		if same, known := seen[sum]; known {
			t.Errorf("%s and %s have the same hash", name, same)
		}
		seen[sum] = name
	}
	hash("nothing", nil, nil)
	hash("no characters", nil, &document.Drawn{})
	hash("a font", nil, &document.Drawn{Fonts: []document.FontID{{1}}})
	each(&document.Word{}, func(name string, v any) { hash(name, []document.Word{*v.(*document.Word)}, nil) })
	each(&document.Character{}, func(name string, v any) {
		hash(name, nil, &document.Drawn{Characters: []document.Character{*v.(*document.Character)}})
	})
	each(&document.Blocks{}, func(name string, v any) {
		hash(name, nil, &document.Drawn{Strange: *v.(*document.Blocks)})
	})
}

// each gives a copy of a struct for each of its fields and their elements, in which that alone is not zero.
func each(zero any, use func(name string, v any)) {
	kind := reflect.TypeOf(zero).Elem()
	for i := range kind.NumField() {
		name, elements := kind.Name()+"."+kind.Field(i).Name, 1
		if kind.Field(i).Type.Kind() == reflect.Array {
			elements = kind.Field(i).Type.Len()
		}
		for e := range elements {
			v := reflect.New(kind)
			f := v.Elem().Field(i)
			switch f.Kind() {
			case reflect.Array:
				f = f.Index(e)
			case reflect.Slice:
				f.Set(reflect.MakeSlice(f.Type(), 1, 1))
				f = f.Index(0)
			}
			switch f.Kind() {
			case reflect.Int:
				f.SetInt(7)
			case reflect.Uint8:
				f.SetUint(7)
			case reflect.Float32:
				f.SetFloat(7)
			case reflect.Bool:
				f.SetBool(true)
			case reflect.String:
				f.SetString("7")
			default:
				panic(f.Kind())
			}
			use(fmt.Sprint(name, " ", e), v.Interface())
		}
	}
}

// BenchmarkHashText hashes a page of small print.
func BenchmarkHashText(b *testing.B) {
	drawn := &document.Drawn{Characters: make([]document.Character, 3000), Strange: document.Blocks{Bits: make([]byte, 17_000)}}
	for i := range drawn.Characters {
		x := float32(i%90) * 12.3
		drawn.Characters[i] = document.Character{Glyph: i % 97, Text: "e", X0: x, X1: x + 10.7, Baseline: 200.3, Size: 20, Ink: document.BBox{10, 180, 22, 203}, Upright: true, Contrast: 255}
	}
	words := make([]document.Word, 500)
	for i := range words {
		words[i] = document.Word{Text: "harbour", BBox: document.BBox{100, 180, 220, 203}}
	}
	for b.Loop() {
		pipeline.HashText(words, drawn)
	}
}
