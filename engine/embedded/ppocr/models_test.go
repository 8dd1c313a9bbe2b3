package ppocr

import (
	"os"
	"strings"
	"testing"
)

// TestSumsAreThoseOfTheFetchedFiles: what `make models` checks is what is checked at start.
func TestSumsAreThoseOfTheFetchedFiles(t *testing.T) {
	for arch, sum := range runtimeSums {
		fetched, err := os.ReadFile("../../../models." + arch + ".sha256")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range append([]modelFile{{name: fileRuntime, sha256: sum}}, modelFiles...) {
			if !strings.Contains(string(fetched), f.sha256+"  "+f.name+"\n") {
				t.Errorf("%s: %s is not %s", arch, f.name, f.sha256)
			}
		}
	}
}
