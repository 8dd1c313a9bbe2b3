package raster_test

import (
	"fmt"
	"os"
	"regexp"
	"testing"

	"ocr-gateway/document"
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
		"status":        {`NoNewPrivs:\s+1`, `Seccomp:\s+2`},
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
