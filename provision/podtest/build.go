package podtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"ocr-gateway/provision/podtest/inside"
)

// programs are the files that pods are made of.
type programs struct {
	init    string // inside's program
	vllm    string // the fake model server
	openSSH string // an unpacked OpenSSH, perhaps absent
	open    []*os.File
}

// build compiles the programs once in a test run. Their files have no name any
// more, so nothing is left to remove; they are reached through this process.
var build = sync.OnceValues(func() (*programs, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "podtest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("go", "build", "-ldflags", "-s -w", "-o", dir,
		"ocr-gateway/provision/podtest/podinit", "ocr-gateway/engine/enginetest/fakevllm")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // runs on any libc
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the programs of a pod: %w\n%s", err, out)
	}
	p := &programs{openSSH: filepath.Join(root, "build", "openssh")}
	for name, path := range map[string]*string{"podinit": &p.init, "fakevllm": &p.vllm} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		p.open = append(p.open, f)
		*path = fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), f.Fd())
	}
	return p, nil
})

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("the folder of the tests is in no Go module")
		}
		dir = parent
	}
}

// Available says why pods cannot run here, nil when they can. It tries.
var Available = sync.OnceValue(func() error {
	if os.Geteuid() != 0 {
		return errors.New("they need root")
	}
	programs, err := build()
	if err != nil {
		return err
	}
	if _, err := os.Stat("/usr/sbin/sshd"); err != nil {
		if _, err := os.Stat(filepath.Join(programs.openSSH, "usr/sbin/sshd")); err != nil {
			return errors.New("there is no /usr/sbin/sshd: install openssh-server, or run `make openssh`")
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	setup := inside.Setup{
		Hostname: "pod", Args: []string{"true"}, Env: environment(nil),
		VLLM: programs.vllm, OpenSSH: programs.openSSH, HideSSHD: true,
	}
	c, err := launch(programs.init, nil)
	if err != nil {
		return err
	}
	defer c.Kill()
	return c.furnished(ctx, setup)
})
