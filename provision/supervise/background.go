package supervise

import (
	"context"
	"sync"
)

// background is a goroutine that can be ended and waited for.
type background struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func (b *background) start(work func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	b.cancel = cancel
	b.done.Go(func() { work(ctx) })
}

func (b *background) stop() {
	b.cancel()
	b.done.Wait()
}
