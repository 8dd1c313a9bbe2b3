package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"ocr-gateway/document"
	"ocr-gateway/internal/stage"
	"ocr-gateway/jobs/broker"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/jobs/worker"
	"ocr-gateway/service"
)

// The kinds of jobs.
const (
	KindDocument = "document" // the pages of documents
	KindExtract  = "extract"  // fields of documents
	KindText     = "text"     // the texts of images and short documents
)

// Kinds lists them.
var Kinds = []string{KindDocument, KindExtract, KindText}

// kinds are what the options of jobs are parsed as. The server decides how many files a job may
// have.
var kinds = map[string]service.Kind{
	KindDocument: service.Document, KindExtract: service.Extract, KindText: service.Recognize,
}

// Request is a job to be submitted.
type Request struct {
	Owner    string
	Kind     string
	Values   map[string]string // options by name
	Sources  []*document.Source
	Priority record.Priority // empty means Normal
	Webhook  string          // address that is notified of its end; empty for none
	// PagesPerDay is how many pages the owner's jobs may open a day, in UTC; 0 means any number. A
	// file with more pages than are left is not read.
	PagesPerDay int
	// Timeout is how long it may take before it expires; 0 means Config.Deadline.
	Timeout time.Duration
	// Key identifies the request when the client sends it again; empty for never.
	Key string
}

// Submit accepts a job. When it returns, the job will be done, whatever happens to this process.
// For a request whose key was used before, it returns the job of that time.
func (j *Jobs) Submit(ctx context.Context, r Request) (index.Job, error) {
	job, err := j.draft(r)
	if err != nil {
		return index.Job{}, err
	}
	job.Trace = stage.Traceparent(ctx)
	if err := j.known(ctx); err != nil {
		return index.Job{}, err
	}
	if r.Key != "" {
		if err := j.digest(job, r); err != nil {
			return index.Job{}, err
		}
		if there, err := j.again(ctx, job); err != nil || there != nil {
			return deref(there), err
		}
	}
	if err := j.admit(r.Owner, len(r.Sources)); err != nil {
		return index.Job{}, err
	}
	if err := j.store(ctx, job, r.Sources); err != nil {
		j.discard(ctx, job)
		return index.Job{}, unavailable(err)
	}
	seq, first, err := j.accept(ctx, job)
	if err != nil {
		return index.Job{}, unavailable(err) // it may have been accepted: its files stay
	}
	if err := j.index.Reached(ctx, seq); err != nil {
		return index.Job{}, document.EndProblem(err, document.PhaseAdmission)
	}
	if !first { // the same request came twice at the same time
		j.discard(ctx, job)
		there, err := j.again(ctx, job)
		return deref(there), err
	}
	there, _, known := j.index.Get(job.ID)
	if !known {
		return index.Job{}, unavailable(errAnother)
	}
	return there, nil
}

// errAnother is of a job that was written into another log than the one that was read: see
// broker.Follower.
var errAnother = errors.New("jobs: the log is being read anew")

func deref(job *index.Job) index.Job {
	if job == nil {
		return index.Job{}
	}
	return *job
}

// draft checks the request and makes the job's record of it.
func (j *Jobs) draft(r Request) (*record.Job, error) {
	job := &record.Job{
		Format: record.Format, ID: newID(r), Owner: r.Owner, Kind: r.Kind, Values: maps.Clone(r.Values), Priority: r.Priority, Webhook: r.Webhook, PagesPerDay: r.PagesPerDay, Created: time.Now().UTC(),
	}
	if job.Priority == "" {
		job.Priority = record.Normal
	}
	timeout := j.cfg.Deadline
	if r.Timeout > 0 {
		timeout = min(timeout, r.Timeout)
	}
	job.Deadline = job.Created.Add(timeout)
	if _, err := j.options(job); err != nil {
		return nil, err
	}
	if err := j.checkWebhook(job.Webhook); err != nil {
		return nil, err
	}
	if password := job.Values["password"]; password != "" {
		if j.parts.Sealer == nil {
			return nil, document.Invalid("password", "this server keeps no passwords: its operator has to set jobs.key")
		}
		job.Password = j.parts.Sealer.Seal(password, job.ID)
	}
	delete(job.Values, "password")
	return job, nil
}

// newID is unguessable; for the same key of an owner it is the same.
func newID(r Request) string {
	if r.Key == "" {
		return uuid.Must(uuid.NewV7()).String()
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s", len(r.Owner), r.Owner, r.Key))
	return uuid.Must(uuid.FromBytes(sum[:16])).String()
}

// digest tells different requests under one key apart.
func (j *Jobs) digest(job *record.Job, r Request) error {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q\n", job.Kind, job.Priority, job.Webhook)
	if r.Timeout > 0 {
		fmt.Fprintf(h, "%d\n", r.Timeout)
	}
	if password := r.Values["password"]; password != "" {
		h.Write(j.parts.Sealer.Tag(password))
	}
	for _, name := range slices.Sorted(maps.Keys(job.Values)) {
		fmt.Fprintf(h, "%q %q\n", name, job.Values[name])
	}
	for _, src := range r.Sources {
		fmt.Fprintf(h, "%q %d\n", src.Name, src.Size)
		if _, err := io.Copy(h, src.Reader()); err != nil {
			return fmt.Errorf("jobs: read upload: %w", err)
		}
	}
	job.Digest = hex.EncodeToString(h.Sum(nil))
	return nil
}

// again finds the job that the same request made; nil when there is none.
func (j *Jobs) again(ctx context.Context, job *record.Job) (*index.Job, error) {
	e, there, err := j.broker.Job(ctx, job.ID)
	if err != nil || !there {
		return nil, unavailable(err)
	}
	if e.Job.Digest != job.Digest || e.Job.Owner != job.Owner {
		return nil, document.Problemf(document.CodeKeyReused, document.PhaseAdmission, "under this Idempotency-Key another request was sent before: use a new key for each job")
	}
	if err := j.index.Reached(ctx, e.Seq); err != nil {
		return nil, document.EndProblem(err, document.PhaseAdmission)
	}
	found, _, known := j.index.Get(job.ID)
	if !known {
		return nil, document.Problemf(document.CodeKeyReused, document.PhaseAdmission, "the job of this Idempotency-Key is being forgotten: use a new key")
	}
	return &found, nil
}

// admit refuses a job beyond the limits.
func (j *Jobs) admit(owner string, files int) error {
	load := j.index.Load(owner)
	full := func(code document.Code, limit, format string, args ...any) error {
		p := document.Problemf(code, document.PhaseAdmission, format, args...).Retry()
		p.Limit = limit
		return p
	}
	switch {
	case load.AllJobs >= j.cfg.MaxJobs:
		return full(document.CodeOverloaded, "jobs.max_jobs", "%d jobs are waiting, the limit of this server; try again later", load.AllJobs)
	case load.Jobs >= j.cfg.MaxJobsPerClient:
		return full(document.CodeTooManyRequests, "jobs.max_jobs_per_client", "%d jobs of this client are waiting, its limit; try again when some are done", load.Jobs)
	case load.Pages+files > j.cfg.MaxPagesPerClient:
		return full(document.CodeTooManyRequests, "jobs.max_pages_per_client", "%d pages of this client are waiting, its limit; try again when some are done", load.Pages)
	}
	return nil
}

// folderOf is the prefix of the keys of all blobs of a job.
func folderOf(id string) string { return "jobs/" + id }

// store stores the files, each under a new name: the same job may be being submitted twice at
// once.
func (j *Jobs) store(ctx context.Context, job *record.Job, sources []*document.Source) error {
	visit := newVisit()
	for i, src := range sources {
		f := record.File{Name: src.Name, Size: src.Size, Blob: fmt.Sprintf("%s/in/%s-%d", folderOf(job.ID), visit, i)}
		if err := j.parts.Blobs.Put(ctx, f.Blob, src.Reader()); err != nil {
			return fmt.Errorf("jobs: keep file: %w", err)
		}
		job.Files = append(job.Files, f)
	}
	return nil
}

func newVisit() string {
	id := uuid.New()
	return hex.EncodeToString(id[:8])
}

// accept queues the job's tasks and then records the job. Workers drop tasks whose job is not
// recorded by the time they look, so that must not come too late.
func (j *Jobs) accept(ctx context.Context, job *record.Job) (seq uint64, first bool, err error) {
	lane, start := record.Lane{Owner: job.Owner, Priority: job.Priority}, time.Now().Round(0)
	for i, f := range job.Files {
		if err := j.broker.Queue(ctx, lane, record.Task{Job: job.ID, File: i}, f.Blob); err != nil {
			return 0, false, err
		}
	}
	// By the wall clock, which also counts the time that a machine was asleep.
	if took := time.Now().Round(0).Sub(start); took > worker.AcceptTimeout/2 {
		return 0, false, fmt.Errorf("jobs: the tasks of a job took %s to queue", took)
	}
	return j.broker.Append(ctx, record.Event{ID: job.ID, Job: job})
}

// discard removes the files of a job that was not accepted.
func (j *Jobs) discard(ctx context.Context, job *record.Job) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTimeout)
	defer cancel()
	for _, f := range job.Files {
		if err := j.parts.Blobs.Delete(ctx, f.Blob); err != nil {
			j.log.WarnContext(ctx, "file of a job that was not accepted is left", "blob", f.Blob, "error", err)
		}
	}
}

const cleanTimeout = 10 * time.Second

// unavailable is the problem of a log or blobs that do not answer.
func unavailable(err error) error {
	if err == nil {
		return nil
	}
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p
	}
	if errors.Is(err, broker.ErrNoRoom) {
		return document.Problemf(document.CodeOverloaded, document.PhaseAdmission, "the disk on which this server keeps jobs is full; try again later").Retry().Because(err)
	}
	return document.Problemf(document.CodeOverloaded, document.PhaseAdmission, "jobs cannot be kept at the moment; try again later").Retry().Because(err)
}
