package network

import (
	"fmt"
	"math"
	"slices"
)

const (
	leastIn    = 80   // inputs of a point from which integers are faster
	leastOut   = 40   // and outputs
	leastWords = 1000 // classes of the product at the end
)

// Quantize has the large matrix products computed in integers: 1x1 convolutions, and the final product with
// the classes. Weights become integers with a scale per output; their input is converted when it is known,
// with one scale for all of it. On processors that multiply bytes four at a time (VNNI) that is three times
// as fast; results differ by about 1 %. It returns how many it rewrote.
func (m *Model) Quantize() int {
	g := m.graph()
	by := map[*node][]*node{}
	found := 0
	for _, n := range m.nodes {
		p, ok := g.product(n)
		if !ok {
			continue
		}
		by[n], by[p.add] = nil, m.inBytes(p, fmt.Sprint("quantized.", found))
		found++
	}
	if found > 0 {
		m.replace(by)
		m.importOps("com.microsoft", 1)
	}
	return found
}

// product is a product of each point with weights, plus a constant per output.
type product struct {
	points  bool // points of an image, channels first
	input   string
	weights floats // a row per output if points, else per input
	in, out int
	bias    floats
	add     *node
}

// product recognizes a product in a node, and the node that adds to it.
func (g graph) product(n *node) (product, bool) {
	if len(n.inputs) != 2 || n.op != "Conv" && n.op != "MatMul" {
		return product{}, false
	}
	w, add := g.constant(n.inputs[1]), g.only(n)
	weights := w.floats()
	if weights == nil || add == nil || add.op != "Add" || len(add.inputs) != 2 {
		return product{}, false
	}
	other := add.inputs[0]
	if other == n.outputs[0] {
		other = add.inputs[1]
	}
	p := product{input: n.inputs[0], weights: weights, bias: g.constant(other).floats(), add: add}
	switch {
	case n.op == "Conv" && g.ofPoints(n, w):
		p.points, p.out, p.in = true, int(w.dims[0]), int(w.dims[1])
	case n.op == "MatMul" && len(w.dims) == 2 && w.dims[1] >= leastWords:
		p.in, p.out = int(w.dims[0]), int(w.dims[1])
	}
	return p, p.in >= leastIn && p.out >= leastOut && p.bias.count() == p.out && weights.count() == p.in*p.out
}

// ofPoints reports whether a convolution treats each point by itself. Convolutions of means, which weigh
// channels, have only one point and stay as they are.
func (g graph) ofPoints(conv *node, weights *tensor) bool {
	group := conv.attribute("group").ints
	some := func(v int64, of ...int64) bool { return slices.ContainsFunc(of, func(o int64) bool { return o != v }) }
	if len(weights.dims) != 4 || some(1, weights.dims[2:]...) || some(1, group...) ||
		some(1, conv.attribute("strides").ints...) || some(0, conv.attribute("pads").ints...) {
		return false
	}
	return !g.ofMean(conv.inputs[0])
}

// ofMean reports whether a value is the mean of an image, or computed from it alone.
func (g graph) ofMean(name string) bool {
	for maker := g.makers[name]; maker != nil && len(maker.inputs) > 0; maker = g.makers[maker.inputs[0]] {
		switch maker.op {
		case "ReduceMean", "GlobalAveragePool":
			return true
		case "Identity", "Relu", "Conv", "Add":
		default:
			return false
		}
	}
	return false
}

// inBytes returns the nodes that compute a product in integers, and add its constants.
func (m *Model) inBytes(p product, name string) []*node {
	weights, scales := p.rounded()
	m.tensors = append(m.tensors,
		&tensor{name: name + ".weights", dims: []int64{int64(p.in), int64(p.out)}, kind: kindInt8, data: weights},
		floatTensor(name+".scales", scales),
		&tensor{name: name + ".bias", dims: []int64{int64(p.out)}, kind: kindFloats, data: p.bias})
	multiply := &node{
		op: "DynamicQuantizeMatMul", domain: "com.microsoft",
		inputs: []string{p.input, name + ".weights", name + ".scales", "", name + ".bias"}, outputs: p.add.outputs,
	}
	if !p.points {
		return []*node{multiply}
	}
	multiply.inputs[0], multiply.outputs = name+".in", []string{name + ".out"}
	last := &node{op: "Transpose", inputs: []string{p.input}, outputs: []string{name + ".in"}}
	first := &node{op: "Transpose", inputs: multiply.outputs, outputs: p.add.outputs}
	return []*node{last.withInts("perm", 0, 2, 3, 1), multiply, first.withInts("perm", 0, 3, 1, 2)}
}

// rounded returns the weights as bytes, in rows of inputs, and the scale of each output.
func (p product) rounded() (weights []byte, scales []float32) {
	row, column := p.out, 1 // steps from a weight to the one of the next input, and of the next output
	if p.points {
		row, column = 1, p.in
	}
	weights, scales = make([]byte, p.in*p.out), make([]float32, p.out)
	for out := range p.out {
		var most uint32 // as bits, which have the same order and are faster to compare
		for in := range p.in {
			most = max(most, math.Float32bits(p.weights.at(in*row+out*column))&^signBit)
		}
		if scales[out] = math.Float32frombits(most) / 127; most == 0 {
			scales[out] = 1
		}
		for in := range p.in {
			weights[in*p.out+out] = nearest(p.weights.at(in*row+out*column) / scales[out])
		}
	}
	return weights, scales
}

const signBit = 1 << 31

// nearest rounds a number of -128 to 127 to the nearest integer, ties to even. Above 2^23 the sum keeps no
// fraction, and its lowest byte is the integer.
func nearest(v float32) byte {
	const whole = 3 << 22
	return byte(math.Float32bits(v + whole))
}
