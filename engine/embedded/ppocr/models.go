package ppocr

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
)

// Name names the models that read text.
const Name = "PP-OCRv6-small"

// The files of Config.Dir.
const (
	fileRuntime        = "libonnxruntime.so.1.32.0"
	fileDetector       = "PP-OCRv6_det_small.onnx"
	fileReader         = "PP-OCRv6_rec_small.onnx"
	fileTiny           = "PP-OCRv6_rec_tiny.onnx"
	fileTinyCharacters = "PP-OCRv6_rec_tiny.txt"
	fileLayout         = "layout_cdla.onnx"
	modelFilesFix      = "run `make models`, or set engine.embedded.dir to the folder that holds them"
)

type modelFile struct {
	name, sha256 string
	auto         bool // not needed if every line is read in full precision
}

// runtimeSums pins ONNX Runtime for each architecture: it is code that we run.
var runtimeSums = map[string]string{
	"amd64": "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f",
	"arm64": "49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a",
}

// modelFiles pins every model by its SHA-256: the pre- and post-processing here fits only these files.
var modelFiles = []modelFile{
	{name: fileDetector, sha256: "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"},
	{name: fileReader, sha256: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"},
	{name: fileTiny, sha256: "63e9e23c26f77daf61ade813ad3b3b25283a4ddd229adfe227ff9ad48b68da75", auto: true},
	{name: fileTinyCharacters, sha256: "c5cbe34ef40c29c4df07ed012bf96569cb69a2d2a01a07027e9f13cb832bd9cd", auto: true},
	{name: fileLayout, sha256: "25b1f27ec56aa932a48f30cbd6293c358a156280f4b20b0a973bab210c39f62c"},
}

// verifyModels checks every file of dir that is used; full means that all lines are read in full precision.
// The error names each file that is missing or changed, and says what to do.
func verifyModels(dir string, full bool) error {
	sum := runtimeSums[runtime.GOARCH]
	if sum == "" {
		return fmt.Errorf("there is no ONNX Runtime for %s, which the embedded engine needs: use x86_64 or arm64", runtime.GOARCH)
	}
	files := append([]modelFile{{name: fileRuntime, sha256: sum}}, modelFiles...)
	errs := make([]error, len(files))
	var verifying sync.WaitGroup
	for i, f := range files {
		if full && f.auto {
			continue
		}
		verifying.Go(func() {
			if err := verifyFile(filepath.Join(dir, f.name), f.sha256); err != nil {
				errs[i] = fmt.Errorf("%s %w", f.name, err)
			}
		})
	}
	verifying.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("the embedded engine cannot use its files in %s: %w\n%s", dir, err, modelFilesFix)
	}
	return nil
}

// verifyModel checks one of modelFiles again.
func verifyModel(dir, name string) error {
	i := slices.IndexFunc(modelFiles, func(f modelFile) bool { return f.name == name })
	return verifyFile(filepath.Join(dir, name), modelFiles[i].sha256)
}

func verifyFile(path, want string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("is missing")
	}
	if err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != want {
		return fmt.Errorf("is changed or incomplete: its SHA-256 is %s, not %s", got, want)
	}
	return nil
}
