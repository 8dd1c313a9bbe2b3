package raster_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/raster"
)

// TestChildIsConfined looks at a child that has a document open from outside.
func TestChildIsConfined(t *testing.T) {
	r, _ := newRasterizer(t, nil)
	pages, err := openFile(t, r, "form.pdf", document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	pid := r.ChildPIDs()[0]
	read := func(name string) string {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for file, patterns := range map[string][]string{
		"status":        {`NoNewPrivs:\s+1`, `Seccomp:\s+2`, `CapPrm:\s+0+\n`, `CapEff:\s+0+\n`, `CapInh:\s+0+\n`, `CapAmb:\s+0+\n`},
		"oom_score_adj": {`^1000\n$`},
		"limits":        {`Max address space\s+\d+\s+\d+`, `Max core file size\s+0\s+0`, `Max file size\s+0\s+0`, `Max cpu time\s+\d+\s`},
	} {
		content := read(file)
		for _, pattern := range patterns {
			if !regexp.MustCompile(pattern).MatchString(content) {
				t.Errorf("%s does not match %q:\n%s", file, pattern, content)
			}
		}
	}
	if os.Geteuid() == 0 && !regexp.MustCompile(`CapBnd:\s+0+\n`).MatchString(read("status")) {
		t.Errorf("root's child has a bounding set:\n%s", read("status"))
	}
	theirs, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	if theirs == ours {
		t.Log("the kernel permits no network namespace here")
	}
}

// TestChildCannotEscape has a child try each way out from inside.
func TestChildCannotEscape(t *testing.T) {
	r, _ := newRasterizer(t, func(c *raster.Config) { c.Command = []string{"/proc/self/exe", escapingArgument} })
	_, err := openFile(t, r, "form.pdf", document.Options{})
	problem := wantProblem(t, err, document.CodeUnreadable)
	report := problem.Cause.Error()
	if !strings.Contains(report, "permitted: ; tried: clone as fork") || !strings.Contains(report, "a session") {
		t.Error(report)
	}
}

// TestNothingOutlivesChild kills a child that has another process in its group, as one
// that could fork would have.
func TestNothingOutlivesChild(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, _ := newRasterizer(t, func(c *raster.Config) {
		c.Command = []string{"/bin/sh", "-c", `sleep 1000 & exec "$0" "$1"`, self, childArgument}
	})
	pages, err := openFile(t, r, "form.pdf", document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	pid := r.ChildPIDs()[0]
	group := func() int {
		n := 0
		stats, _ := filepath.Glob("/proc/[0-9]*/stat")
		for _, stat := range stats {
			data, err := os.ReadFile(stat)
			if err != nil {
				continue // it is gone
			}
			fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
			if fields[2] == strconv.Itoa(pid) && fields[0] != "Z" {
				n++
			}
		}
		return n
	}
	if n := group(); n != 2 {
		t.Fatalf("%d processes in the child's group, want it and another", n)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	await(t, "all of the group end", func() bool { return group() == 0 })
}

// renderOnce is what TestWithoutRoot runs.
func renderOnce() int {
	r, err := raster.New(testConfig(), new(budget), slog.New(slog.DiscardHandler))
	if err != nil {
		return 1
	}
	err = onlyPage(context.Background(), r, document.NewSource("", pageOf("/MediaBox[0 0 100 100]", "0 g 10 10 80 80 re f")))
	if err != nil || r.Close(context.Background()) != nil {
		return 1
	}
	return 0
}

// TestWithoutRoot renders as a user who has no capability to give up.
func TestWithoutRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("all other tests are it")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/proc/self/exe", nobodyArgument)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
