package embedded

import (
	"fmt"
	"path/filepath"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// runtimeMu guards the process-wide state of the binding.
var runtimeMu sync.Mutex

// startRuntime loads the library once per process. It stays loaded: its threads
// may outlive the last session, and every dir holds the same verified file.
func startRuntime(dir string) error {
	runtimeMu.Lock()
	defer runtimeMu.Unlock()
	if ort.IsInitialized() {
		return nil
	}
	ort.SetSharedLibraryPath(filepath.Join(dir, fileRuntime))
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return fmt.Errorf("load %s (it needs glibc 2.28 or newer and libstdc++6): %w", fileRuntime, err)
	}
	return nil
}

// model is one loaded network. It is safe for concurrent use.
type model struct {
	session *ort.DynamicAdvancedSession
	outputs int
}

func loadModel(path string, threads int, input string, outputs ...string) (*model, error) {
	opts, err := sessionOptions(threads)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", filepath.Base(path), err)
	}
	defer opts.Destroy()
	s, err := ort.NewDynamicAdvancedSession(path, []string{input}, outputs, opts)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", filepath.Base(path), err)
	}
	return &model{s, len(outputs)}, nil
}

func sessionOptions(threads int) (*ort.SessionOptions, error) {
	opts, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	for _, set := range []func() error{
		func() error { return opts.SetIntraOpNumThreads(threads) },
		// Spinning threads cost 40 % more CPU time on pages and gain nothing.
		func() error { return opts.AddSessionConfigEntry("session.intra_op.allow_spinning", "0") },
		// The arena keeps what the largest input needed. Without it the C library
		// hands out and takes back the same memory for each layer: 0.2 CPU-s more
		// a page, and up to 900 MB of it in pieces that fit nothing.
		func() error { return opts.SetCpuMemArena(true) },
		// Input sizes vary from call to call: a pattern each would be kept.
		func() error { return opts.SetMemPattern(false) },
	} {
		if err := set(); err != nil {
			opts.Destroy()
			return nil, err
		}
	}
	return opts, nil
}

// array is a dense tensor; data may be longer than its shape needs.
type array struct {
	data  []float32
	shape []int64
}

// run feeds in to the network and hands its outputs to use. They lie in the
// memory of the runtime, which takes them back when use returns.
func (m *model) run(in array, use func(outs [][]float32)) error {
	x, err := ort.NewTensor(in.shape, in.data)
	if err != nil {
		return err
	}
	defer x.Destroy()
	values := make([]ort.Value, m.outputs)
	if err := m.session.Run([]ort.Value{x}, values); err != nil {
		return err
	}
	outs := make([][]float32, len(values))
	for i, v := range values {
		defer v.Destroy()
		y, ok := v.(*ort.Tensor[float32])
		if !ok {
			return fmt.Errorf("output %d of the network is no float32 tensor", i)
		}
		outs[i] = y.GetData()
	}
	use(outs)
	return nil
}

// metadata is a value stored in the model file.
func (m *model) metadata(key string) (string, error) {
	md, err := m.session.GetModelMetadata()
	if err != nil {
		return "", err
	}
	defer md.Destroy()
	v, ok, err := md.LookupCustomMetadataMap(key)
	if err == nil && !ok {
		err = fmt.Errorf("the model has no metadata %q", key)
	}
	return v, err
}

func (m *model) close() error { return m.session.Destroy() }

// grow returns s with at least n elements; the contents are undefined.
func grow(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}
