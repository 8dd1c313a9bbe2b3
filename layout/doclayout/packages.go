package doclayout

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"ocr-gateway/internal/clip"
)

// packagesTimeout bounds how long the interpreter may take to find packages. None is
// imported: torch alone takes seconds.
const packagesTimeout = 20 * time.Second

// MissingPackages names what the interpreter of the program lacks of its requirements. It
// is an error when the interpreter cannot be run.
func (c Config) MissingPackages(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, packagesTimeout)
	defer cancel()
	modules := map[string]string{"torch": "torch", "torchvision": "torchvision", "transformers": "transformers", "cv2": "opencv-python-headless", "numpy": "numpy", "PIL": "pillow"}
	if c.ONNX != "" {
		modules = map[string]string{"onnxruntime": "onnxruntime", "numpy": "numpy", "PIL": "pillow"}
	}
	names := []string{}
	for module := range modules {
		names = append(names, module)
	}
	const look = "import sys, importlib.util as u; print(*[m for m in sys.argv[1:] if u.find_spec(m) is None])"
	cmd := exec.CommandContext(ctx, c.Python, append([]string{"-c", look}, names...)...)
	cmd.Env = programEnv(os.Environ())
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("%s: %w: %s", c.Python, err, clip.Text(string(failed.Stderr)))
	}
	if err != nil {
		return nil, err
	}
	var missing []string
	for module := range strings.FieldsSeq(string(out)) {
		missing = append(missing, modules[module])
	}
	return missing, nil
}
