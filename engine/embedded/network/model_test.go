package network

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// modelFile is the content of one of the models.
func modelFile(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("OCR_MODELS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "models")
	}
	file, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func parsed(t *testing.T, file []byte) *Model {
	t.Helper()
	m, err := Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ops counts the operations of a model.
func (m *Model) ops() map[string]int {
	count := map[string]int{}
	for _, n := range m.nodes {
		count[n.op]++
	}
	return count
}

// TestModelsAreRewritten looks at what is rewritten, and that nothing else is. What the
// networks compute afterwards is compared where they run, in package ppocr.
func TestModelsAreRewritten(t *testing.T) {
	t.Run("layout", func(t *testing.T) {
		m := parsed(t, modelFile(t, "layout_cdla.onnx"))
		before := m.ops()
		if n := m.FuseHardSwish(); n != 94 {
			t.Errorf("%d of 94 were found", n)
		}
		after := parsed(t, m.Bytes()).ops()
		if after["Clip"] != 0 || after["Div"] != 0 || after["HardSigmoid"] != before["HardSigmoid"]+94 || after["Conv"] != before["Conv"] {
			t.Errorf("%v became %v", before, after)
		}
		if m.FuseHardSwish() != 0 {
			t.Error("some were left")
		}
	})
	t.Run("reader", func(t *testing.T) {
		file := modelFile(t, "PP-OCRv6_rec_small.onnx")
		m := parsed(t, file)
		before := m.ops()
		if n := m.Quantize(); n != 27 {
			t.Errorf("%d of 27 were found", n)
		}
		again := m.Bytes()
		after := parsed(t, again).ops()
		if after["DynamicQuantizeMatMul"] != 27 || after["Conv"] != before["Conv"]-26 || after["MatMul"] != before["MatMul"]-1 {
			t.Errorf("%v became %v", before, after)
		}
		if len(again) > len(file)/2 {
			t.Errorf("of %d bytes %d are left: weights that nothing needs are kept", len(file), len(again))
		}
	})
}

func TestNothingIsLost(t *testing.T) {
	once := parsed(t, modelFile(t, "layout_cdla.onnx")).Bytes()
	if again := parsed(t, once).Bytes(); !bytes.Equal(once, again) {
		t.Errorf("%d bytes became %d", len(once), len(again))
	}
}

func TestWeightsAreRounded(t *testing.T) {
	byInputs := []float32{ // rows of inputs
		1, -2, 0,
		-0.5, 127, 0,
	}
	p := product{in: 2, out: 3, weights: floatTensor("w", byInputs).floats()}
	weights, scales := p.rounded()
	for i, want := range byInputs {
		got := float32(int8(weights[i])) * scales[i%3]
		if math.Abs(float64(got-want)) > float64(scales[i%3])/2 {
			t.Errorf("weight %d is %v, want %v", i, got, want)
		}
	}
	p.points, p.weights = true, floatTensor("w", []float32{1, -0.5, -2, 127, 0, 0}).floats() // rows of outputs
	if turned, _ := p.rounded(); !bytes.Equal(turned, weights) {
		t.Errorf("with channels first they are %v, want %v", turned, weights)
	}
}

func TestNearest(t *testing.T) {
	for v := float32(-127); v <= 127; v += 1. / 64 { // halves among them
		if got, want := int8(nearest(v)), math.RoundToEven(float64(v)); float64(got) != want {
			t.Errorf("%v becomes %d, want %v", v, got, want)
		}
	}
}

// FuzzParse reads damaged models, and rewrites what it could read.
func FuzzParse(f *testing.F) {
	weights := &tensor{name: "w", dims: []int64{64, 96, 1, 1}, kind: kindFloats, data: make([]byte, 4*64*96)}
	m := &Model{
		tensors: []*tensor{weights, floatTensor("b", make([]float32, 64)), floatTensor("three", []float32{3})},
		nodes: []*node{
			(&node{op: "Conv", inputs: []string{"x", "w"}, outputs: []string{"c"}}).withInts("strides", 1, 1),
			{op: "Add", inputs: []string{"c", "b"}, outputs: []string{"y"}},
			{op: "Identity", inputs: []string{"three"}, outputs: []string{"same"}},
			{op: "Add", inputs: []string{"y", "same"}, outputs: []string{"z"}},
		},
	}
	f.Add(m.Bytes())
	if m.Quantize() != 1 {
		f.Fatal("the convolution was not rewritten")
	}
	f.Add(m.Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Parse(file)
		if err != nil {
			return
		}
		m.FuseHardSwish()
		m.Quantize()
		if _, err := Parse(m.Bytes()); err != nil {
			t.Error(err)
		}
	})
}
