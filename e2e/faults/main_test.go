package faults_test

import (
	"flag"
	"os"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
)

var (
	long    = flag.Bool("long", false, "run the long form of the faults, about five minutes")
	soak    = flag.Duration("soak", 0, "run the mixed load with faults for so long; 0 skips it")
	attacks = flag.Duration("attacks", 0, "run all attacks at once for so long; 0 means some seconds")
	seed    = flag.Uint64("seed", 1, "of everything that happens at random")
)

// form gives the short or the long form of an amount.
func form[T any](short, longer T) T {
	if *long {
		return longer
	}
	return short
}

// beside has the tests of the short form run side by side: they wait most of the time. The
// long form measures, one at a time.
func beside(t *testing.T) {
	if !*long {
		t.Parallel()
	}
}

func TestMain(m *testing.M) {
	if settings := os.Getenv(envNATS); settings != "" {
		os.Exit(natsMain(settings))
	}
	flag.Parse()
	os.Exit(program.Main(m))
}

// waitFor asks until it is so, and says whether it came to that.
func waitFor(atMost time.Duration, isSo func() bool) bool {
	deadline := time.Now().Add(atMost)
	for !isSo() {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(20 * time.Millisecond) // between two questions
	}
	return true
}
