// Package network rewrites neural networks in ONNX format so that they cost less processor time: with the
// same results up to rounding, or nearly the same in integers.
package network

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Numbers of the fields in onnx.proto.
const (
	modelGraph, modelOpsets                   = 7, 8
	graphNodes, graphTensors, graphOutputs    = 1, 5, 12
	nodeInputs, nodeOutputs, nodeOp           = 1, 2, 4
	nodeAttributes, nodeDomain                = 5, 7
	attributeName, attributeFloat             = 1, 2
	attributeInt, attributeTensor             = 3, 5
	attributeInts, attributeKind              = 8, 20
	tensorDims, tensorKind, tensorFloats      = 1, 2, 4
	tensorName, tensorRaw                     = 8, 9
	opsetDomain, opsetVersion, valueInfosName = 1, 2, 1
)

// Model is a network: a graph of nodes in a computable order.
type Model struct {
	rest      []byte // the model's other fields, unchanged
	graphRest []byte // the graph's other fields
	nodes     []*node
	tensors   []*tensor
	outputs   []string
}

// Parse reads an ONNX file. The model shares its memory.
func Parse(file []byte) (*Model, error) {
	m := &Model{}
	var graph []byte
	err := each(file, func(f field) error {
		if f.number == modelGraph {
			graph = f.value
			return nil
		}
		m.rest = append(m.rest, f.whole...)
		return nil
	})
	if err == nil && graph == nil {
		err = errors.New("it has no graph")
	}
	if err == nil {
		err = each(graph, m.parseGraph)
	}
	if err != nil {
		return nil, fmt.Errorf("this is no network in the ONNX format: %w", err)
	}
	return m, nil
}

func (m *Model) parseGraph(f field) error {
	switch f.number {
	case graphNodes:
		n, err := parseNode(f.value)
		m.nodes = append(m.nodes, n)
		return err
	case graphTensors:
		t, err := parseTensor(f.value)
		m.tensors = append(m.tensors, t)
		return err
	case graphOutputs:
		err := each(f.value, func(v field) error {
			if v.number == valueInfosName {
				m.outputs = append(m.outputs, string(v.value))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	m.graphRest = append(m.graphRest, f.whole...)
	return nil
}

// Bytes returns the model as an ONNX file, without tensors that no node needs.
func (m *Model) Bytes() []byte {
	used := map[string]bool{}
	for _, n := range m.nodes {
		for _, name := range n.inputs {
			used[name] = true
		}
	}
	var nodes, tensors [][]byte
	for _, n := range m.nodes {
		nodes = append(nodes, n.bytes())
	}
	for _, t := range m.tensors {
		if used[t.name] {
			tensors = append(tensors, t.bytes())
		}
	}
	size := sizeOf(graphNodes, nodes...) + sizeOf(graphTensors, tensors...) + len(m.graphRest)
	file := make([]byte, 0, len(m.rest)+protowire.SizeTag(modelGraph)+protowire.SizeBytes(size))
	file = append(file, m.rest...)
	file = protowire.AppendVarint(protowire.AppendTag(file, modelGraph, protowire.BytesType), uint64(size))
	for _, n := range nodes {
		file = appendBytes(file, graphNodes, n)
	}
	for _, t := range tensors {
		file = appendBytes(file, graphTensors, t)
	}
	return append(file, m.graphRest...)
}

// sizeOf is the encoded length of fields with one number.
func sizeOf(number protowire.Number, values ...[]byte) (size int) {
	for _, v := range values {
		size += protowire.SizeTag(number) + protowire.SizeBytes(len(v))
	}
	return size
}

// importOps declares that the model uses the operators of a domain.
func (m *Model) importOps(domain string, version uint64) {
	opset := appendBytes(nil, opsetDomain, []byte(domain))
	m.rest = appendBytes(m.rest, modelOpsets, appendVarint(opset, opsetVersion, version))
}

// field is one field of a message: its value, by type, and its whole encoding.
type field struct {
	number       protowire.Number
	varint       uint64
	value, whole []byte
}

// each calls do with each field of a message.
func each(message []byte, do func(field) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return protowire.ParseError(n)
		}
		f := field{number: number}
		size := protowire.ConsumeFieldValue(number, kind, message[n:])
		if size < 0 {
			return protowire.ParseError(size)
		}
		switch value := message[n : n+size]; kind {
		case protowire.BytesType:
			f.value, _ = protowire.ConsumeBytes(value)
		case protowire.VarintType:
			f.varint, _ = protowire.ConsumeVarint(value)
		default:
			f.value = value
		}
		f.whole = message[:n+size]
		if err := do(f); err != nil {
			return err
		}
		message = message[n+size:]
	}
	return nil
}

func appendBytes(to []byte, number protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, number, protowire.BytesType), value)
}

func appendVarint(to []byte, number protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(to, number, protowire.VarintType), value)
}
