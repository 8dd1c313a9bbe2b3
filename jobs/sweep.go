package jobs

import (
	"cmp"
	"context"
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/backoff"
	"ocr-gateway/jobs/record"
)

const (
	sweepInterval = 2 * time.Second
	// orphanAge is the age at which nobody will record the job of a blob any more.
	orphanAge    = time.Hour
	orphanSweeps = 1800 // once an hour
)

// sweep ends jobs past their deadline and forgets those kept long enough, until ctx ends. Several
// processes may do so at once.
func (j *Jobs) sweep(ctx context.Context) {
	select {
	case <-j.index.Ready():
	case <-ctx.Done():
		return
	}
	var clock watch
	start := time.Now()
	for n := 0; ; n++ {
		ok, jumped := clock.trusts(tick{time.Now().Round(0), time.Since(start)})
		if jumped {
			j.log.WarnContext(ctx, "the clock was set: no job is ended or forgotten for a while", "hold", holdAfterJump)
		}
		if ok {
			j.sweepOnce(ctx, n%orphanSweeps == 0)
		}
		if backoff.Sleep(ctx, sweepInterval) != nil {
			return
		}
	}
}

func (j *Jobs) sweepOnce(ctx context.Context, orphans bool) {
	late, gone := j.index.Due()
	for _, id := range late {
		j.expire(ctx, id)
	}
	for _, id := range gone {
		j.forget(ctx, id)
	}
	if orphans {
		j.sweepOrphans(ctx)
	}
}

func (j *Jobs) expire(ctx context.Context, id string) {
	end := &record.End{State: record.Expired, Problem: document.Problemf(document.CodeDeadlineExceeded, "", "the job had not ended at its deadline")}
	if _, _, err := j.broker.Append(ctx, record.Event{ID: id, End: end}); err != nil && ctx.Err() == nil {
		j.log.WarnContext(ctx, "job not ended at its deadline", "job", id, "error", err)
		return
	}
	j.unqueue(ctx, id)
}

// forget removes a job, its events last: until they are gone it is tried again. Another process
// may have done so already, and the id may be in use again.
func (j *Jobs) forget(ctx context.Context, id string) {
	if _, _, anew := j.index.Get(id); anew {
		return
	}
	err := j.broker.Unqueue(ctx, id)
	if err == nil {
		err = j.parts.Blobs.DeleteAll(ctx, folderOf(id))
	}
	if err == nil {
		err = j.broker.Forget(ctx, id)
	}
	if err != nil {
		if ctx.Err() == nil {
			j.log.WarnContext(ctx, "job not forgotten", "job", id, "error", err)
		}
		return
	}
	j.index.Drop(id)
}

// sweepOrphans removes the blobs of jobs that were never accepted, because a process died on the
// way, or a late worker wrote them for a job that was forgotten.
func (j *Jobs) sweepOrphans(ctx context.Context) {
	orphans := map[string][]string{} // keys by id: newer blobs below an id may belong to a job that is being submitted
	err := j.parts.Blobs.List(ctx, "jobs/", func(key string, _ int64, changed time.Time) error {
		id, _, _ := strings.Cut(strings.TrimPrefix(key, "jobs/"), "/")
		if _, _, known := j.index.Get(id); !known && time.Since(changed) > orphanAge {
			orphans[id] = append(orphans[id], key)
		}
		return nil
	})
	for id, keys := range orphans {
		if err != nil {
			break
		}
		var there bool // and not seen here yet
		if _, there, err = j.broker.Job(ctx, id); err != nil || there {
			continue
		}
		for _, key := range keys {
			err = cmp.Or(err, j.parts.Blobs.Delete(ctx, key))
		}
	}
	if err != nil && ctx.Err() == nil {
		j.log.WarnContext(ctx, "orphaned blobs not removed", "error", err)
	}
}
