package host

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"ocr-gateway/internal/backoff"
	"ocr-gateway/provision/stage"
)

// sizeInterval is the time between two looks at what has arrived.
const sizeInterval = 2 * time.Second

// withProgress runs what fills folders of the host, and says meanwhile how much has
// arrived. folders are for the shell; whole is what is awaited, 0 where that is
// not known. do must not tell Progress anything.
func (s *Setup) withProgress(ctx context.Context, what string, whole int64, folders string, do func(context.Context) error) error {
	if _, err := s.connected(ctx); err != nil {
		return err
	}
	host := s.host // do may replace it when the connection breaks; then nothing is said any more
	watching, cancel := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() {
		a := stage.Transfer{What: what, Whole: whole, Began: time.Now(), Had: -1}
		for {
			size, err := sizeOf(watching, host, folders)
			if err != nil {
				return // it is a help for people only
			}
			if a.Had < 0 {
				a.Had = size
			}
			s.Progress.Waiting(a.Line(size, time.Now()))
			if backoff.Sleep(watching, sizeInterval) != nil {
				return
			}
		}
	})
	defer watch.Wait()
	defer cancel()
	return do(ctx)
}

// sizeOf adds up the bytes in folders of the host, those that are absent as none.
// It takes no lock there: a script is at work.
func sizeOf(ctx context.Context, host Host, folders string) (int64, error) {
	var out bytes.Buffer
	if err := host.Run(ctx, "du -scB1 "+folders+" 2>/dev/null | tail -n 1 | cut -f1\n", &out); err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(out.String()), 10, 64)
}
