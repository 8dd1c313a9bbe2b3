package network

// graph finds the nodes and values of a model.
type graph struct {
	makers  map[string]*node // by the name of their outputs
	users   map[string][]*node
	tensors map[string]*tensor
	outputs map[string]bool
}

func (m *Model) graph() graph {
	g := graph{map[string]*node{}, map[string][]*node{}, map[string]*tensor{}, map[string]bool{}}
	for _, t := range m.tensors {
		g.tensors[t.name] = t
	}
	for _, n := range m.nodes {
		for _, name := range n.inputs {
			g.users[name] = append(g.users[name], n)
		}
		for _, name := range n.outputs {
			g.makers[name] = n
		}
	}
	for _, name := range m.outputs {
		g.outputs[name] = true
	}
	return g
}

// maker returns the node that makes a value by an operation; nil if another operation makes it.
func (g graph) maker(name, op string) *node {
	if n := g.makers[name]; n != nil && n.op == op {
		return n
	}
	return nil
}

// only returns the one user of a node's output, nil if there are others.
func (g graph) only(n *node) *node {
	if len(n.outputs) != 1 || g.outputs[n.outputs[0]] || len(g.users[n.outputs[0]]) != 1 {
		return nil
	}
	return g.users[n.outputs[0]][0]
}

// constant returns the tensor of a name, nil if it is computed.
func (g graph) constant(name string) *tensor {
	for range 8 { // follow renamings
		if t := g.tensors[name]; t != nil {
			return t
		}
		n := g.makers[name]
		switch {
		case n == nil:
			return nil
		case n.op == "Constant":
			return n.attribute("value").tensor
		case n.op != "Identity" || len(n.inputs) != 1:
			return nil
		}
		name = n.inputs[0]
	}
	return nil
}

// is reports whether a value is one constant number.
func (g graph) is(name string, want float32) bool {
	values := g.constant(name).floats()
	return values.count() == 1 && values.at(0) == want
}

// replace replaces nodes by others.
func (m *Model) replace(by map[*node][]*node) {
	var nodes []*node
	for _, n := range m.nodes {
		if with, ok := by[n]; ok {
			nodes = append(nodes, with...)
		} else {
			nodes = append(nodes, n)
		}
	}
	m.nodes = nodes
}
