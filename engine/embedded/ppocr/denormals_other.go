//go:build !amd64 && !arm64

package ppocr

// flushingDenormals calls do. There is no ONNX Runtime for other processors.
func flushingDenormals(do func() error) error { return do() }
