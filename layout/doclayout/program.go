package doclayout

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/internal/child"
)

// programFiles is the Python program.
//
//go:embed sidecar/doclayout/*.py
var programFiles embed.FS

// maxSocketPath is the length of a path that the kernel takes for a socket.
const maxSocketPath = 107

// writeProgram writes the program into a new private folder, which the caller
// removes.
func writeProgram(log *slog.Logger) (*folder, error) {
	f, err := newFolder(log)
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(programFiles, "sidecar")
	if err == nil {
		err = os.CopyFS(f.path, files)
	}
	if err != nil {
		return nil, errors.Join(err, f.remove())
	}
	return f, nil
}

// program is the running Python process.
type program struct {
	*child.Process
	stdin io.Closer // its end tells the program that the gateway has ended
}

// startProgram starts the program, which will listen on the socket. What it
// writes goes to log.
func startProgram(cfg Config, dir, socket string, args []string, log *slog.Logger) (*program, error) {
	if len(socket) > maxSocketPath {
		return nil, fmt.Errorf("the path of its socket is longer than %d bytes: set TMPDIR to a shorter one", maxSocketPath)
	}
	cmd := exec.Command(cfg.Python, append([]string{
		"-m", "doclayout", "--exit-with-stdin",
		"--listen", "unix:" + socket,
		"--model", cfg.Model, "--onnx", cfg.ONNX,
		"--device", cfg.Device, "--dtype", cfg.DType,
		"--max-batch", strconv.Itoa(cfg.MaxBatch), "--max-queue", strconv.Itoa(cfg.MaxQueue),
	}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(programEnv(os.Environ()), "PYTHONDONTWRITEBYTECODE=1")
	out := &programLog{log: log}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = time.Second // for children that it left behind
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	process, err := child.Start(cmd)
	if err != nil {
		stdin.Close()
		return nil, err
	}
	return &program{process, stdin}, nil
}

// stop ends the process, by force after the grace, and waits for it.
func (p *program) stop(grace time.Duration, log *slog.Logger) {
	killed := p.Stop(grace)
	p.stdin.Close()
	log.Info("layout program ended", "state", p.State().String(), "killed", killed)
}

// passedVariables are the environment variables that the program gets, by prefix.
// The others are the gateway's own, with its secrets.
var passedVariables = []string{
	"PATH=", "HOME=", "USER=", "TMPDIR=", "TZ=", "LANG=", "LC_", "XDG_CACHE_HOME=",
	"LD_LIBRARY_PATH=", "PYTHON", "VIRTUAL_ENV=", "HF_", "TRANSFORMERS_", "TORCH", "PYTORCH_",
	"CUDA_", "NVIDIA_", "OMP_", "MKL_", "OPENBLAS_", "SSL_CERT_",
	"HTTP_PROXY=", "HTTPS_PROXY=", "NO_PROXY=", "http_proxy=", "https_proxy=", "no_proxy=",
}

func programEnv(environ []string) []string {
	env := []string{}
	for _, v := range environ {
		for _, prefix := range passedVariables {
			if strings.HasPrefix(v, prefix) {
				env = append(env, v)
				break
			}
		}
	}
	return env
}
