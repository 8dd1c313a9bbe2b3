//go:build !amd64

package ppocr

// flushingDenormals calls do. ONNX Runtime is not fetched for other processors.
func flushingDenormals(do func() error) error { return do() }
