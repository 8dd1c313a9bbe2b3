package ppocr

import (
	"math"
	"path/filepath"
	"reflect"
	"testing"

	"ocr-gateway/document"
)

// noise is an input that a network has not seen, the same each time.
func noise(n int) []float32 {
	values := make([]float32, n)
	state := uint32(1)
	for i := range values {
		state = state*1664525 + 1013904223
		values[i] = float32(state>>8)/(1<<23) - 1
	}
	return values
}

// TestRewrittenLayoutIsTheSame compares what the layout model says before and after it is
// rewritten.
func TestRewrittenLayoutIsTheSame(t *testing.T) {
	m := loadModels(t)
	original, err := loadModel(filepath.Join(modelsDir(), fileLayout), 1, "image", layoutOutputs...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = original.close() }()
	in := array{noise(3 * layoutWidth * layoutHeight), []int64{1, 3, layoutHeight, layoutWidth}}
	var first, second workspace
	defer first.out.free()
	defer second.out.free()
	want, got := layoutArrays(&first), layoutArrays(&second)
	if err := original.run(in, want...); err != nil {
		t.Fatal(err)
	}
	if err := m.layout.run(in, got...); err != nil {
		t.Fatal(err)
	}
	for i := range want {
		for j, v := range want[i].data {
			if math.Abs(float64(got[i].data[j]-v)) > 1e-5*math.Max(1, math.Abs(float64(v))) {
				t.Fatalf("value %d of output %d is %v, was %v", j, i, got[i].data[j], v)
			}
		}
	}
}

// TestWholeReadersAreClose compares the probabilities of readers in whole numbers with those
// in full precision, whatever processor this is.
func TestWholeReadersAreClose(t *testing.T) {
	m := loadModels(t)
	for _, s := range m.builtIn() {
		if s.rewrite != nil {
			t.Run(filepath.Base(s.file), func(t *testing.T) { compareWhole(t, m, s) })
		}
	}
}

func compareWhole(t *testing.T, m *Models, s source) {
	whole, err := m.openReader(s)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = whole.close() }()
	s.rewrite = nil
	full, err := m.openReader(s)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = full.close() }()
	const w = 320
	classes := len(full.alphabet.classes)
	in := array{noise(3 * readHeight * w), []int64{1, 3, readHeight, w}}
	out := func() array {
		return array{make([]float32, w/readStep*classes), []int64{1, w / readStep, int64(classes)}}
	}
	want, got := out(), out()
	if err := full.run(in, want); err != nil {
		t.Fatal(err)
	}
	if err := whole.run(in, got); err != nil {
		t.Fatal(err)
	}
	var sum float64
	for i, v := range want.data {
		sum += math.Abs(float64(got.data[i] - v))
	}
	// Both are probabilities: two that have nothing in common differ by 2 a step.
	if mean := sum / (w / readStep); mean > 0.2 {
		t.Errorf("the probabilities of a step differ by %.3f", mean)
	}
}

// TestUnsureLinesAreReadByTheLast reads a line that is no text by all readers and by the last
// alone: the answer is the last one's, to the last bit.
func TestUnsureLinesAreReadByTheLast(t *testing.T) {
	m := loadModels(t)
	all := m.recognizers[0]
	last := *all
	last.readers = []reader{all.last()}
	line := document.Line{Quad: [4]document.Point{{X: 30, Y: 30}, {X: 170, Y: 30}, {X: 170, Y: 70}, {X: 30, Y: 70}}}
	want, err := last.Read(t.Context(), block(), []document.Line{line})
	if err != nil {
		t.Fatal(err)
	}
	got, err := all.Read(t.Context(), block(), []document.Line{line})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
}
