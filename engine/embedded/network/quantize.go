package network

import (
	"fmt"
	"math"
	"slices"
)

const (
	leastIn    = 80   // values of a point from which whole numbers are faster
	leastOut   = 40   // and that come of it
	leastWords = 1000 // classes of the product at the end
)

// Quantize has the large matrix products computed in whole numbers: convolutions of single
// points and the product with the classes at the end. Weights become whole numbers with a
// scale for each output, what they meet does when it is there, with one for all of it. On
// processors that multiply bytes four at a time (VNNI) it is three times as fast; results
// differ by about one part of a hundred. It returns how many there were.
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

// product is a product of each point with weights, of which a number each is then added.
type product struct {
	points  bool // of an image, channels first
	input   string
	weights floats // a row for each output where there are points, else for each input
	in, out int
	bias    floats
	add     *node
}

// product finds out what a node is, and the one that adds to it.
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

// ofPoints reports whether a convolution looks at each point by itself. Those of means,
// which weigh channels, have but one point and stay as they are.
func (g graph) ofPoints(conv *node, weights *tensor) bool {
	group := conv.attribute("group").ints
	some := func(v int64, of ...int64) bool { return slices.ContainsFunc(of, func(o int64) bool { return o != v }) }
	if len(weights.dims) != 4 || some(1, weights.dims[2:]...) || some(1, group...) ||
		some(1, conv.attribute("strides").ints...) || some(0, conv.attribute("pads").ints...) {
		return false
	}
	return !g.ofMean(conv.inputs[0])
}

// ofMean reports whether a value is the mean of an image, or made of that alone.
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

// inBytes are the nodes that compute a product in whole numbers, and what it adds.
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

// rounded are the weights as bytes, rows of inputs, and the scale of each output.
func (p product) rounded() (weights []byte, scales []float32) {
	row, column := p.out, 1 // from a weight to that of the next input, and of the next output
	if p.points {
		row, column = 1, p.in
	}
	weights, scales = make([]byte, p.in*p.out), make([]float32, p.out)
	for out := range p.out {
		var most uint32 // as bits, which are in the order of the numbers and compared at once
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

// nearest is the whole number nearest to one of -128 to 127, the even one of two. Above 2^23
// the sum keeps no fractions, and its lowest byte is that of the number.
func nearest(v float32) byte {
	const whole = 3 << 22
	return byte(math.Float32bits(v + whole))
}
