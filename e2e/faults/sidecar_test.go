package faults_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestOwnSidecar is about the layout program that the gateway starts itself: it dies and
// stands still.
func TestOwnSidecar(t *testing.T) {
	if !*long {
		t.Skip("the short form leaves it to the tests of package layout/doclayout")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3 to run the layout program")
	}
	python := filepath.Join(t.TempDir(), "python") // has boxes found without a model
	if err := os.WriteFile(python, []byte("#!/bin/sh\nexec python3 \"$@\" --stand-in\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	s := &scene{model: newModel(t, modelLatency)}
	s.gateway = startGateway(t, nil, append([]string{"OCR_VLLM_ENDPOINTS=" + s.model.url(), "OCR_LAYOUT_PYTHON=" + python}, quick...)...)
	s.use(t)
	for _, f := range []fault{
		{name: "layout program killed", begin: signalsSidecar(syscall.SIGKILL), all: true},
		{name: "layout program stands still", begin: signalsSidecar(syscall.SIGSTOP), all: true},
	} {
		t.Run(f.name, func(t *testing.T) { s.run(t, f, form(300*time.Millisecond, 6*time.Second)) })
	}
}

// signalsSidecar sends the layout program a signal, and each that follows it in its turn.
func signalsSidecar(signal syscall.Signal) func(*testing.T, *scene) func() {
	return func(t *testing.T, s *scene) func() {
		sent := 0
		end := meanwhile(evenly(300*time.Millisecond), func() {
			for _, pid := range sidecars(s.gateway.PID()) {
				if syscall.Kill(pid, signal) == nil {
					sent++
				}
			}
		})
		return func() {
			end()
			if sent == 0 {
				t.Error("there was no layout program")
			}
			waitFor(recoverTime, func() bool { return len(sidecars(s.gateway.PID())) > 0 })
		}
	}
}

func sidecars(root int) (pids []int) {
	for _, pid := range descendants(root) {
		if strings.Contains(command(pid), "\x00doclayout\x00") {
			pids = append(pids, pid)
		}
	}
	return pids
}
