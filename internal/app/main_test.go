package app_test

import (
	"os"
	"testing"

	"ocr-gateway/raster/worker"
)

// childArgument makes the test program a rendering child, as it does the program by default.
const childArgument = "render"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == childArgument {
		os.Exit(worker.Main())
	}
	os.Exit(m.Run())
}
