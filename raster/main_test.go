package raster_test

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/raster"
	"ocr-gateway/raster/worker"
)

// childArgument makes the test binary a child.
const childArgument = "raster-test-child"

// lyingArgument, with the name of a lie, makes it a child that lies.
const lyingArgument = "raster-test-liar"

// escapingArgument makes it a child that tries to get out of its sandbox.
const escapingArgument = "raster-test-escape"

// nobodyArgument makes it a gateway that renders a page.
const nobodyArgument = "raster-test-nobody"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == childArgument {
		os.Exit(worker.Main())
	}
	if len(os.Args) == 2 && os.Args[1] == nobodyArgument {
		os.Exit(renderOnce())
	}
	if len(os.Args) == 2 && os.Args[1] == escapingArgument {
		os.Exit(tryEscape())
	}
	if len(os.Args) == 3 && os.Args[1] == lyingArgument {
		os.Exit(beLiar(os.Args[2]))
	}
	goleak.VerifyTestMain(m)
}

// budget counts what pages hold; it never refuses.
type budget struct {
	mu         sync.Mutex
	used, peak int64
	acquired   int
}

// pages is how many pages took memory so far.
func (b *budget) pages() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.acquired
}

func (b *budget) Acquire(_ context.Context, n int64) (func(rest int64), error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used += n
	b.acquired++
	b.peak = max(b.peak, b.used)
	return func(rest int64) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.used -= n - min(n, rest)
		n = min(n, rest)
	}, nil
}

func testConfig() raster.Config {
	cfg := raster.DefaultConfig()
	cfg.Command = []string{"/proc/self/exe", childArgument}
	cfg.Workers, cfg.MaxChildren = 2, 4
	cfg.PageTimeout = 2 * time.Minute // the decoders in WebAssembly take long with the race detector
	return cfg
}

// newRasterizer makes a rasterizer that is closed at the end of the test, which then fails
// if memory was not given back.
func newRasterizer(t testing.TB, change func(*raster.Config)) (*raster.Rasterizer, *budget) {
	t.Helper()
	cfg := testConfig()
	if change != nil {
		change(&cfg)
	}
	b := new(budget)
	r, err := raster.New(cfg, b, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := r.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
		if b.used != 0 {
			t.Errorf("%d bytes of page memory not given back", b.used)
		}
	})
	return r, b
}
