package network

import (
	"encoding/binary"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// node is one operation.
type node struct {
	op, domain      string
	inputs, outputs []string
	attributes      []byte // as they stand in the node
	rest            []byte // its other fields
}

func parseNode(message []byte) (*node, error) {
	n := &node{}
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
			n.attributes = append(n.attributes, f.whole...)
		default:
			n.rest = append(n.rest, f.whole...)
		}
		return nil
	})
	return n, err
}

func (n *node) bytes() []byte {
	out := slices.Clone(n.rest)
	for _, name := range n.inputs {
		out = appendBytes(out, nodeInputs, []byte(name))
	}
	for _, name := range n.outputs {
		out = appendBytes(out, nodeOutputs, []byte(name))
	}
	out = appendBytes(out, nodeOp, []byte(n.op))
	out = append(out, n.attributes...)
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
	n.attributes = appendBytes(n.attributes, nodeAttributes, appendVarint(a, attributeKind, kindFloat))
	return n
}

// withInts adds an attribute.
func (n *node) withInts(name string, values ...uint64) *node {
	a := appendBytes(nil, attributeName, []byte(name))
	for _, v := range values {
		a = appendVarint(a, attributeInts, v)
	}
	n.attributes = appendBytes(n.attributes, nodeAttributes, appendVarint(a, attributeKind, kindInts))
	return n
}

// attribute is a value of a node beside its inputs.
type attribute struct {
	ints   []int64 // also a single one
	tensor *tensor
}

// attribute returns the one of that name, empty where there is none that can be read.
func (n *node) attribute(name string) (a attribute) {
	_ = each(n.attributes, func(f field) error {
		var this string
		var found attribute
		err := each(f.value, func(f field) (err error) {
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
		if this == name {
			a = found
		}
		return err
	})
	return a
}

// appendInts adds the whole numbers of a field, which may hold several.
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

// floats are the values of a tensor; nil where it holds others.
func (t *tensor) floats() []float32 {
	if t == nil || t.kind != kindFloats {
		return nil
	}
	values := make([]float32, len(t.data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.data[4*i:]))
	}
	return values
}

func floatTensor(name string, values []float32) *tensor {
	t := &tensor{name: name, dims: []int64{int64(len(values))}, kind: kindFloats}
	for _, v := range values {
		t.data = binary.LittleEndian.AppendUint32(t.data, math.Float32bits(v))
	}
	return t
}
