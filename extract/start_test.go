package extract_test

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// TestStartIsCheap: the children that render pages are this program too, so nothing here
// is compiled or indexed before it is used. The runtime tells what each package allocated
// when it was initialized.
func TestStartIsCheap(t *testing.T) {
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, trace)
	}
	packages := regexp.MustCompile(`(?m)^init (ocr-gateway/extract\S*) .* (\d+) allocs$`).FindAllSubmatch(trace, -1)
	if len(packages) == 0 {
		t.Fatalf("no trace in %s", trace)
	}
	for _, p := range packages {
		if allocs, err := strconv.Atoi(string(p[2])); err != nil || allocs > 200 { // eager indices of labels took 6,500
			t.Errorf("%s allocates %s times at the start", p[1], p[2])
		}
	}
}
