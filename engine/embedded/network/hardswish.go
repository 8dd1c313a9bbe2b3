package network

// FuseHardSwish rewrites x·clip(x+3, 0, 6)/6 as x·hardsigmoid(x) (Howard et al., Searching for MobileNetV3,
// 2019), which the runtime computes in one step with the preceding convolution. It returns how many it
// rewrote.
func (m *Model) FuseHardSwish() int {
	g := m.graph()
	by := map[*node][]*node{}
	found := 0
	for _, div := range m.nodes {
		x, parts := g.hardSwish(div)
		if parts == nil {
			continue
		}
		found++
		for _, n := range parts {
			by[n] = nil
		}
		sigmoid := div.outputs[0] + ".hardsigmoid"
		by[div] = []*node{
			(&node{op: "HardSigmoid", inputs: []string{x}, outputs: []string{sigmoid}}).withFloat("alpha", 1./6).withFloat("beta", .5),
			{op: "Mul", inputs: []string{x, sigmoid}, outputs: div.outputs},
		}
	}
	m.replace(by)
	return found
}

// hardSwish returns the input and the nodes of a hard swish that ends with div; nil if it is something else.
func (g graph) hardSwish(div *node) (x string, parts []*node) {
	if div.op != "Div" || len(div.inputs) != 2 || !g.is(div.inputs[1], 6) {
		return "", nil
	}
	mul := g.maker(div.inputs[0], "Mul")
	if mul == nil || len(mul.inputs) != 2 || g.only(mul) != div {
		return "", nil
	}
	for i, x := range mul.inputs {
		clip := g.maker(mul.inputs[1-i], "Clip")
		if clip == nil || len(clip.inputs) != 3 || g.only(clip) != mul || !g.is(clip.inputs[1], 0) || !g.is(clip.inputs[2], 6) {
			continue
		}
		add := g.maker(clip.inputs[0], "Add")
		if add != nil && len(add.inputs) == 2 && add.inputs[0] == x && g.is(add.inputs[1], 3) && g.only(add) == clip {
			return x, []*node{mul, clip, add}
		}
	}
	return "", nil
}
