package vllm

import "testing"

// TestLargeCropsLeaveACore has crops of a huge page wait for each other, and a small one for none.
func TestLargeCropsLeaveACore(t *testing.T) {
	e := &Engine{encoding: make(chan struct{}, 2), large: make(chan struct{}, 1)}
	began, let := make(chan struct{}, 2), make(chan struct{})
	ended := make(chan error, 2)
	for range 2 {
		go func() {
			ended <- e.encoded(t.Context(), largeCrop+1, func() error { began <- struct{}{}; <-let; return nil })
		}()
	}
	<-began
	for range 100 {
		if err := e.encoded(t.Context(), largeCrop, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(began) > 0 {
		t.Error("two large crops are made at once, and a small one was")
	}
	close(let)
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
