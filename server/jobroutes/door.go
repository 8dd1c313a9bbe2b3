package jobroutes

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/guard"
	"ocr-gateway/service"
)

// doorJobs are the jobs of one client, as doors see them.
type doorJobs struct {
	routes *Routes
	owner  string
	caller guard.Caller
}

// ForDoor are the jobs of who asks, as doors see them.
func (r *Routes) ForDoor(c echo.Context) doors.Jobs {
	return doorJobs{routes: r, owner: r.Owner(c), caller: r.Caller(c)}
}

func (d doorJobs) Submit(ctx context.Context, src *document.Source, values map[string]string, timeout time.Duration) (doors.Job, error) {
	if err := d.routes.there(); err != nil {
		return doors.Job{}, err
	}
	quota, err := d.routes.quota(d.caller, d.owner)
	if err != nil {
		return doors.Job{}, err
	}
	kept := d.routes.Jobs
	job, err := kept.Submit(ctx, jobs.Request{
		Owner: d.owner, Kind: jobs.KindDocument, Values: values, Sources: []*document.Source{src}, Timeout: min(timeout, kept.Deadline()), PagesPerDay: quota,
	})
	return doorJob(job), err
}

func (d doorJobs) Wait(ctx context.Context, id string, most time.Duration) (doors.Job, error) {
	if err := d.routes.there(); err != nil {
		return doors.Job{}, err
	}
	job, err := d.routes.Jobs.Wait(ctx, d.owner, id, most)
	return doorJob(job), err
}

func (d doorJobs) Result(ctx context.Context, id string) (doors.Outcome, error) {
	if err := d.routes.there(); err != nil {
		return doors.Outcome{}, err
	}
	kept := d.routes.Jobs
	res, err := kept.Result(ctx, d.owner, id, 0)
	if err != nil {
		return doors.Outcome{}, err
	}
	item := res.Items[0]
	if err := notRead(res.Job, item); err != nil {
		return doors.Outcome{}, err
	}
	src, err := kept.Source(ctx, item)
	if err != nil {
		return doors.Outcome{}, err
	}
	out := doors.Outcome{
		Reading: service.Reading{Source: src, Options: res.Options.Options, Result: item.Result}, Took: res.Job.Ended.Sub(res.Job.Created),
	}
	for _, f := range res.Options.Formats {
		out.Formats = append(out.Formats, f.Name)
	}
	return out, nil
}

// notRead is why there is no result of a job; nil where there is.
func notRead(job index.Job, item jobs.Item) error {
	switch {
	case item.Problem != nil:
		return item.Problem
	case job.Problem != nil:
		return job.Problem
	case item.Result == nil:
		return document.Problemf(document.CodeNotFound, "", "nothing of this job has been read: it is %s", job.State)
	}
	return nil
}

func (d doorJobs) Forget(ctx context.Context, id string) error {
	if err := d.routes.there(); err != nil {
		return err
	}
	_, err := d.routes.Jobs.Cancel(ctx, d.owner, id)
	return err
}

func doorJob(job index.Job) doors.Job {
	d := doors.Job{
		ID: job.ID, Started: job.State != record.Queued, Ended: job.State.Ended(),
		Problem: job.Problem, Created: job.Created, Changed: job.Created,
	}
	for _, at := range []time.Time{job.Started, job.Ended} {
		if !at.IsZero() {
			d.Changed = at
		}
	}
	if d.Ended && d.Problem == nil && job.State != record.Succeeded && job.State != record.Partial {
		d.Problem = document.Problemf(document.CodeCanceled, "", "the job ended as %s", job.State)
	}
	return d
}
