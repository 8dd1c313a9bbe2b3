package main

import (
	"os"
	"strings"
	"testing"
)

// TestManualNamesEveryCommand holds the manual page to the program.
func TestManualNamesEveryCommand(t *testing.T) {
	page, err := os.ReadFile("../../release/package/ocr-gateway.1")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), ".It Cm "); ok {
			named[name] = true
		}
	}
	root := newRoot()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if !c.Hidden && !named[c.Name()] {
			t.Errorf("the manual page does not name %s", c.Name())
		}
		delete(named, c.Name())
	}
	for name := range named {
		t.Errorf("the manual page names %s, which is no command", name)
	}
}
