package app_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"ocr-gateway/raster/worker"
)

// childArgument makes the test program a rendering child, as it does the program by default.
const childArgument = "render"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == childArgument {
		os.Exit(worker.Main())
	}
	// A child of another name that ran the tests would start children of its own without end.
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		fmt.Fprintln(os.Stderr, "this test program is no child called", os.Args[1])
		os.Exit(2)
	}
	os.Exit(m.Run())
}
