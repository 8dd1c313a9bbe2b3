package network

import (
	"encoding/binary"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// node is one operation. A node that was read is written unchanged.
type node struct {
	op, domain      string
	inputs, outputs []string
	attributes      [][]byte // messages
	parsed          []byte   // all of it, where it was read
}

func parseNode(message []byte) (*node, error) {
	n := &node{parsed: message}
	err := each(message, func(f field) error {
		switch f.number {
		case nodeInputs:
			n.inputs = append(n.inputs, string(f.value))
		case nodeOutputs:
			n.outputs = append(n.outputs, string(f.value))
		case nodeOp:
			n.op = string(f.value)
		case nodeDomain:
			n.domain = string(f.value)
		case nodeAttributes:
			n.attributes = append(n.attributes, f.value)
		}
		return nil
	})
	return n, err
}

func (n *node) bytes() []byte {
	if n.parsed != nil {
		return n.parsed
	}
	var out []byte
	for _, name := range n.inputs {
		out = appendBytes(out, nodeInputs, []byte(name))
	}
	for _, name := range n.outputs {
		out = appendBytes(out, nodeOutputs, []byte(name))
	}
	out = appendBytes(out, nodeOp, []byte(n.op))
	for _, a := range n.attributes {
		out = appendBytes(out, nodeAttributes, a)
	}
	if n.domain != "" {
		out = appendBytes(out, nodeDomain, []byte(n.domain))
	}
	return out
}

// Kinds of attributes in onnx.proto.
const (
	kindFloat = 1
	kindInts  = 7
)

// withFloat adds an attribute.
func (n *node) withFloat(name string, value float32) *node {
	a := appendBytes(nil, attributeName, []byte(name))
	a = protowire.AppendFixed32(protowire.AppendTag(a, attributeFloat, protowire.Fixed32Type), math.Float32bits(value))
	n.attributes = append(n.attributes, appendVarint(a, attributeKind, kindFloat))
	return n
}

// withInts adds an attribute.
func (n *node) withInts(name string, values ...uint64) *node {
	a := appendBytes(nil, attributeName, []byte(name))
	for _, v := range values {
		a = appendVarint(a, attributeInts, v)
	}
	n.attributes = append(n.attributes, appendVarint(a, attributeKind, kindInts))
	return n
}

// attribute is a parameter of a node.
type attribute struct {
	ints   []int64 // or a single one
	tensor *tensor
}

// attribute returns the attribute of a name; empty if there is none that can be read.
func (n *node) attribute(name string) attribute {
	for _, message := range n.attributes {
		var this string
		var found attribute
		err := each(message, func(f field) (err error) {
			switch f.number {
			case attributeName:
				this = string(f.value)
			case attributeInt:
				found.ints = append(found.ints, int64(f.varint))
			case attributeInts:
				found.ints = appendInts(found.ints, f)
			case attributeTensor:
				found.tensor, err = parseTensor(f.value)
			}
			return err
		})
		if err == nil && this == name {
			return found
		}
	}
	return attribute{}
}

// appendInts appends the integers of a field, which may hold several.
func appendInts(to []int64, f field) []int64 {
	if f.value == nil {
		return append(to, int64(f.varint))
	}
	for rest := f.value; len(rest) > 0; {
		v, n := protowire.ConsumeVarint(rest)
		if n < 0 {
			break
		}
		to, rest = append(to, int64(v)), rest[n:]
	}
	return to
}

// tensor is a constant.
type tensor struct {
	name   string
	dims   []int64
	kind   uint64
	data   []byte // little endian
	parsed []byte // all of it, where it was read
}

// Kinds of tensors in onnx.proto.
const (
	kindFloats = 1
	kindInt8   = 3
)

func parseTensor(message []byte) (*tensor, error) {
	t := &tensor{parsed: message}
	err := each(message, func(f field) error {
		switch f.number {
		case tensorDims:
			t.dims = appendInts(t.dims, f)
		case tensorKind:
			t.kind = f.varint
		case tensorName:
			t.name = string(f.value)
		case tensorFloats, tensorRaw:
			if t.data == nil {
				t.data = f.value
			} else {
				t.data = slices.Concat(t.data, f.value)
			}
		}
		return nil
	})
	return t, err
}

func (t *tensor) bytes() []byte {
	if t.parsed != nil {
		return t.parsed
	}
	var out []byte
	for _, d := range t.dims {
		out = appendVarint(out, tensorDims, uint64(d))
	}
	out = appendVarint(out, tensorKind, t.kind)
	out = appendBytes(out, tensorName, []byte(t.name))
	return appendBytes(out, tensorRaw, t.data)
}

// floats are numbers in a tensor's encoding.
type floats []byte

func (f floats) count() int       { return len(f) / 4 }
func (f floats) at(i int) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(f[4*i:])) }

// floats returns the values of a tensor; none if they are of another type.
func (t *tensor) floats() floats {
	if t == nil || t.kind != kindFloats {
		return nil
	}
	return t.data
}

func floatTensor(name string, values []float32) *tensor {
	t := &tensor{name: name, dims: []int64{int64(len(values))}, kind: kindFloats}
	for _, v := range values {
		t.data = binary.LittleEndian.AppendUint32(t.data, math.Float32bits(v))
	}
	return t
}
