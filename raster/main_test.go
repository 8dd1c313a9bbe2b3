package raster_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"ocr-gateway/raster"
)

// childArgument makes the test binary a child.
const childArgument = "raster-test-child"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == childArgument {
		os.Exit(raster.WorkerMain())
	}
	goleak.VerifyTestMain(m)
}
