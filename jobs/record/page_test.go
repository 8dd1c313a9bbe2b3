package record_test

import (
	"reflect"
	"slices"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/jobs/record"
)

// notStored are fields that a page that is done has not: causes are for the log, what a line was read by goes with
// its reading.
var notStored = []string{"Cause", "Parts", "Marks", "Claim"}

// fill gives every exported field below v a value that is not its zero, but for those.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; !slices.Contains(notStored, name) {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key"), value)
	case reflect.String:
		v.SetString("ö <text>")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(0.1)
	case reflect.Int:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(200)
	default:
		panic("a field of a new kind: " + v.Kind().String())
	}
}

// A page is the same after it was written down, with every field that there is.
func TestPagesAreWhole(t *testing.T) {
	var want document.PageResult
	fill(reflect.ValueOf(&want).Elem())
	for name, page := range map[string]document.PageResult{"full": want, "empty": {Number: 3, Status: document.StatusOK}} {
		b, err := record.EncodePage(page)
		if err != nil {
			t.Fatal(err)
		}
		got, err := record.DecodePage(b)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, page) {
			t.Errorf("%s: wrote\n%+v\nand read\n%+v", name, page, got)
		}
	}
}

func FuzzDecodePage(f *testing.F) {
	b, err := record.EncodePage(document.PageResult{Number: 1, Regions: []document.Region{{ID: "p1r1", Lines: []document.Line{{Text: "a"}}}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"regions":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		page, err := record.DecodePage(b)
		if err != nil {
			return
		}
		if _, err := record.EncodePage(page); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}
