package ppocr

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
	"golang.org/x/sys/unix"

	"ocr-gateway/engine/embedded/network"
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
	if err := shareArena(); err != nil {
		return fmt.Errorf("prepare the memory of %s: %w", fileRuntime, err)
	}
	return nil
}

// The memory arena of the runtime.
const (
	arenaDoubles = 0         // each extension is twice as large as the one before
	arenaStart   = 256 << 20 // bytes of address space; used when first touched
	arenaSplit   = 1 << 20   // a piece larger than needed by this much is split
)

// shareArena makes all models share one memory arena. Separate arenas would each keep what their model's
// largest input needed (190 MB more). Without one, the C library allocates and frees the same memory for
// every layer: 0.2 CPU-s more per page, and hundreds of megabytes in pieces too small for anything.
func shareArena() error {
	memory, err := ort.GetMemoryInfo()
	if err != nil {
		return err
	}
	cfg, err := ort.NewArenaCfg(0, arenaDoubles, arenaStart, arenaSplit)
	if err != nil {
		return err
	}
	defer cfg.Destroy()
	return ort.CreateAndRegisterAllocator(memory, cfg)
}

// model is one loaded network. It is safe for concurrent use.
type model struct{ session *ort.DynamicAdvancedSession }

func loadModel(path string, threads int, input string, outputs ...string) (*model, error) {
	return openModel(path, threads, func(opts *ort.SessionOptions) (*ort.DynamicAdvancedSession, error) {
		return ort.NewDynamicAdvancedSession(path, []string{input}, outputs, opts)
	})
}

// rewritten returns the rewritten network of a file; rewrite returns how many places it changed.
func rewritten(path string, rewrite func(*network.Model) int) ([]byte, error) {
	file, err := mapped(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Munmap(file) }()
	net, err := network.Parse(file)
	if err == nil && rewrite(net) == 0 {
		err = errors.New("it has nothing to be rewritten")
	}
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", filepath.Base(path), err)
	}
	return net.Bytes(), nil
}

// mapped is the content of a file until it is unmapped: the kernel's own copy, so that no time is spent on
// another one.
func mapped(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	content, err := unix.Mmap(int(f.Fd()), 0, int(st.Size()), unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_POPULATE)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", path, err)
	}
	return content, nil
}

// loadBytes is loadModel for a network in memory.
func loadBytes(name string, file []byte, threads int, input string, outputs ...string) (*model, error) {
	return openModel(name, threads, func(opts *ort.SessionOptions) (*ort.DynamicAdvancedSession, error) {
		return ort.NewDynamicAdvancedSessionWithONNXData(file, []string{input}, outputs, opts)
	})
}

// opening has networks prepared one after the other. Side by side they wait for each other at every
// allocation, since they share an arena, and the start costs a tenth more.
var opening sync.Mutex

func openModel(path string, threads int, open func(*ort.SessionOptions) (*ort.DynamicAdvancedSession, error)) (*model, error) {
	opts, err := sessionOptions(threads)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", filepath.Base(path), err)
	}
	defer opts.Destroy()
	opening.Lock()
	s, err := open(opts)
	opening.Unlock()
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", filepath.Base(path), err)
	}
	return &model{session: s}, nil
}

// later is a network that is loaded on first use. It is safe for concurrent use.
type later struct {
	open  func() (*model, error)
	once  sync.Once
	model *model
}

// get returns the network, nil if it cannot be loaded.
func (l *later) get() *model {
	l.once.Do(func() { l.model, _ = l.open() })
	return l.model
}

// names returns how a model with one input and one output names them.
func names(path string) (input, output string, err error) {
	inputs, outputs, err := ort.GetInputOutputInfo(path)
	if err != nil {
		return "", "", fmt.Errorf("load %s: %w", filepath.Base(path), err)
	}
	if len(inputs) != 1 || len(outputs) != 1 {
		return "", "", fmt.Errorf("load %s: it has %d inputs and %d outputs, not one of each", filepath.Base(path), len(inputs), len(outputs))
	}
	return inputs[0].Name, outputs[0].Name, nil
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
		func() error { return opts.SetCpuMemArena(true) },
		func() error { return opts.AddSessionConfigEntry("session.use_env_allocators", "1") },
		// On Intel processors two thirds of detection were arithmetic on denormal numbers.
		// This reaches the session's own threads; flushingDenormals does the caller's.
		func() error { return opts.AddSessionConfigEntry("session.set_denormal_as_zero", "1") },
		// Input sizes vary from call to call, and a memory pattern would be kept for each.
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

// run writes the outputs for in to outs, whose shapes must be right.
func (m *model) run(in array, outs ...array) error {
	x, err := ort.NewTensor(in.shape, in.data)
	if err != nil {
		return err
	}
	defer x.Destroy()
	values := make([]ort.Value, len(outs))
	for i, out := range outs {
		y, err := ort.NewTensor(out.shape, out.data)
		if err != nil {
			return err
		}
		defer y.Destroy()
		values[i] = y
	}
	return flushingDenormals(func() error { return m.session.Run([]ort.Value{x}, values) })
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
