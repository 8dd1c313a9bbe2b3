package provision

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"ocr-gateway/internal/backoff"
	"ocr-gateway/provision/stage"
)

// transfer is what has come of something, as a line for people: bytes, rate, and
// the time that is left where the whole is known.
type transfer struct {
	what  string
	whole int64 // bytes; 0: not known
	began time.Time
	had   int64 // bytes that were there at the beginning
}

func (a transfer) line(bytes int64, now time.Time) string {
	came, took := bytes-a.had, now.Sub(a.began)
	text := a.what + ": " + gigabytes(bytes)
	if a.whole > 0 {
		text += " of about " + gigabytes(a.whole)
	}
	if came <= 0 || took < time.Second {
		return text
	}
	rate := float64(came) / took.Seconds()
	text += fmt.Sprintf(", %.1f MB/s", rate/1e6)
	if left := a.whole - bytes; left > 0 {
		text += fmt.Sprintf(", %s left", time.Duration(float64(left)/rate*float64(time.Second)).Round(time.Second))
	}
	return text
}

// gigabytes writes bytes as people say them.
func gigabytes(n int64) string {
	if n < 1e9 {
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// sizeInterval is the time between two looks at what has arrived.
const sizeInterval = 2 * time.Second

// withProgress runs what fills folders of the host, and says meanwhile how much has
// arrived. folders are for the shell; whole is what is awaited, 0 where that is
// not known. do must not tell Progress anything.
func (r *run) withProgress(ctx context.Context, what string, whole int64, folders string, do func(context.Context) error) error {
	if _, err := r.connected(ctx); err != nil {
		return err
	}
	host := r.host // do may replace it when the connection breaks; then nothing is said any more
	watching, cancel := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() {
		a := transfer{what: what, whole: whole, began: time.Now(), had: -1}
		for {
			size, err := sizeOf(watching, host, folders)
			if err != nil {
				return // it is a help for people only
			}
			if a.had < 0 {
				a.had = size
			}
			r.Progress.Waiting(a.line(size, time.Now()))
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

// largeFile is what an upload has to be for its progress to be told, in bytes.
const largeFile = 4 << 20

// Uploads returns what tells Progress how far the upload of a large file is.
func Uploads(p stage.Progress) func(path string, sent, total int64) {
	var began, told time.Time
	return func(_ string, sent, total int64) {
		now := time.Now()
		if began.IsZero() || sent < largeFile/64 {
			began = now
		}
		if total < largeFile || now.Sub(told) < time.Second {
			return
		}
		told = now
		p.Waiting(transfer{what: "the program", whole: total, began: began}.line(sent, now))
	}
}
