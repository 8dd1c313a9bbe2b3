package network

// Numbers of fields and values in onnx.proto that only a new model needs.
const (
	modelVersion, formatVersion, opsVersion = 1, 8, 17 // the field number, and the versions written
	graphInputs                             = 11
	valueInfoType, typeTensor               = 2, 1
	tensorTypeKind, tensorTypeShape         = 1, 2
	shapeDims, dimValue                     = 1, 1
)

// Product is a network that multiplies an input x, of rows x in, with constants of in x out and adds
// constants to each row, giving y. Its time measures what a processor can do.
func Product(rows, in, out int) *Model {
	weights := make([]float32, in*out)
	for i := range weights {
		weights[i] = float32(i%251-125) / 125
	}
	w := floatTensor("w", weights)
	w.dims = []int64{int64(in), int64(out)}
	m := &Model{
		tensors: []*tensor{w, floatTensor("b", make([]float32, out))},
		nodes: []*node{
			{op: "MatMul", inputs: []string{"x", "w"}, outputs: []string{"product"}},
			{op: "Add", inputs: []string{"product", "b"}, outputs: []string{"y"}},
		},
		outputs:   []string{"y"},
		graphRest: appendBytes(nil, graphInputs, matrix("x", rows, in)),
		rest:      appendVarint(nil, modelVersion, formatVersion),
	}
	m.graphRest = appendBytes(m.graphRest, graphOutputs, matrix("y", rows, out))
	m.importOps("", opsVersion)
	return m
}

// matrix declares the rows and columns of a value.
func matrix(name string, rows, columns int) []byte {
	var shape []byte
	for _, n := range []int{rows, columns} {
		shape = appendBytes(shape, shapeDims, appendVarint(nil, dimValue, uint64(n)))
	}
	kind := appendBytes(appendVarint(nil, tensorTypeKind, kindFloats), tensorTypeShape, shape)
	info := appendBytes(nil, valueInfosName, []byte(name))
	return appendBytes(info, valueInfoType, appendBytes(nil, typeTensor, kind))
}
