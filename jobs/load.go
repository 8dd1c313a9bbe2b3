package jobs

import (
	"context"
	"sync"
	"time"

	"ocr-gateway/jobs/broker"
	"ocr-gateway/jobs/index"
)

// Load is what there is to do.
type Load struct {
	index.Load
	broker.Depths
}

// PagesToday returns how many pages have the files of an owner that were opened today, in UTC.
func (j *Jobs) PagesToday(owner string) int { return j.index.PagesToday(owner) }

// depths asks the servers at most once in an interval.
type depths struct {
	mu  sync.Mutex
	at  time.Time
	was broker.Depths
}

const depthsAge = 2 * time.Second

// Load counts what there is to do, on all machines.
func (j *Jobs) Load() Load {
	l := Load{Load: j.index.Load("")}
	j.depths.mu.Lock()
	defer j.depths.mu.Unlock()
	if time.Since(j.depths.at) > depthsAge {
		ctx, cancel := context.WithTimeout(context.Background(), depthsAge)
		defer cancel()
		if now, err := j.broker.Depths(ctx); err == nil {
			j.depths.was = now
		}
		j.depths.at = time.Now()
	}
	l.Depths = j.depths.was
	return l
}
