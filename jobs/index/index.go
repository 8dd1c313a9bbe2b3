// Package index is what is known of every job, in memory: the fold of the log of events. Each
// process that answers questions about jobs has one, which follows the log, so that all come to
// the same answers.
package index

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/jobs/record"
)

// Job is a job as it stands.
type Job struct {
	ID       string
	Owner    string
	Kind     string
	Priority record.Priority
	State    record.State
	Problem  *document.Problem // why it did not succeed
	Created  time.Time
	Started  time.Time // zero until a file is open
	Ended    time.Time // zero until it has
	Deadline time.Time
	Files    []File
	Pages    Pages
	Usage    document.Usage // of the pages that are done
	Bytes    int64          // taken by its files and pages
	Seq      uint64         // of its last event
	Webhook  Webhook
}

// Webhook is the state of the notice of a job's end.
type Webhook struct {
	URL       string // empty for none
	Attempts  int
	Delivered bool
	Over      bool // no attempt follows, except on request
}

// File is the state of a file.
type File struct {
	Opened bool
	Failed bool // it could not be opened
	Pages  int  // asked for
	Done   int
	Bytes  int64 // taken by its pages
}

// Pages counts the pages of the files that are open.
type Pages struct {
	Total, OK, Partial, Failed int
}

// Done is how many have ended.
func (p Pages) Done() int { return p.OK + p.Partial + p.Failed }

// Complete reports whether every file was opened and all of its pages are done.
func (j Job) Complete() bool {
	return !slices.ContainsFunc(j.Files, func(f File) bool { return !f.Opened || f.Done < f.Pages })
}

// Lane is the lane of its tasks.
func (j Job) Lane() record.Lane { return record.Lane{Owner: j.Owner, Priority: j.Priority} }

// Index is safe for concurrent use.
type Index struct {
	keep time.Duration // how long jobs are kept after their end
	now  func() time.Time

	mu      sync.Mutex
	jobs    map[string]*entry
	owners  map[string]*owner
	lanes   map[record.Lane]int // unfinished jobs
	untold  map[string]bool     // jobs that have ended and whose notice is still to be sent
	bytes   int64
	ended   map[record.State]int64 // as seen by this process
	today   day
	applied uint64
	moved   chan struct{} // closed with every event
	ready   chan struct{}
}

type entry struct {
	Job
	changed chan struct{} // closed with every event of the job
}

// owner is what one client has.
type owner struct {
	order  []*entry // the oldest first
	active int      // jobs
	pages  int      // not done, of active jobs
}

// New makes an empty index. Jobs are to be forgotten keep after their end.
func New(keep time.Duration) *Index {
	return &Index{
		keep: keep, now: time.Now, jobs: map[string]*entry{}, owners: map[string]*owner{}, lanes: map[record.Lane]int{}, untold: map[string]bool{},
		today: day{pages: map[string]int{}}, ended: map[record.State]int64{}, moved: make(chan struct{}), ready: make(chan struct{}),
	}
}

// CaughtUp says that all events that were there at the start have been seen.
func (x *Index) CaughtUp() {
	x.mu.Lock()
	defer x.mu.Unlock()
	close(x.ready)
}

// Ready is closed when all events that were there at the start have been seen.
func (x *Index) Ready() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.ready
}

// Anew forgets everything: the events of another log follow, from its first. What has ended so far
// still counts.
func (x *Index) Anew() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, j := range x.jobs {
		close(j.changed)
	}
	x.jobs, x.owners, x.lanes, x.untold = map[string]*entry{}, map[string]*owner{}, map[record.Lane]int{}, map[string]bool{}
	x.today, x.bytes, x.applied = day{pages: map[string]int{}}, 0, 0
	select {
	case <-x.ready:
		x.ready = make(chan struct{})
	default: // the log before had not been seen to its end
	}
	close(x.moved)
	x.moved = make(chan struct{})
}

// See takes the next event of the log.
func (x *Index) See(e record.Event) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.applied = e.Seq
	close(x.moved)
	x.moved = make(chan struct{})
	j := x.jobs[e.ID]
	switch {
	case e.Job != nil:
		if j != nil { // another process has forgotten it, and its id is in use again
			x.drop(j)
		}
		j = x.add(e)
	case j != nil && e.Told != nil:
		x.told(j, *e.Told)
		return
	case j == nil || j.State.Ended():
		return // it was forgotten, or the event came too late
	case e.Open != nil:
		x.open(j, e)
	case e.Page != nil:
		x.page(j, *e.Page)
	case e.End != nil:
		x.end(j, e)
	}
	j.Seq = e.Seq
	close(j.changed)
	j.changed = make(chan struct{})
}

func (x *Index) add(e record.Event) *entry {
	j := &entry{changed: make(chan struct{}), Job: Job{
		ID: e.ID, Owner: e.Job.Owner, Kind: e.Job.Kind, Priority: e.Job.Priority, State: record.Queued,
		Created: e.Job.Created, Deadline: e.Job.Deadline, Files: make([]File, len(e.Job.Files)), Webhook: Webhook{URL: e.Job.Webhook},
	}}
	for _, f := range e.Job.Files {
		j.Bytes += f.Size
	}
	x.jobs[j.ID] = j
	x.bytes += j.Bytes
	o := x.owners[j.Owner]
	if o == nil {
		o = &owner{}
		x.owners[j.Owner] = o
	}
	at, _ := slices.BinarySearchFunc(o.order, j, byAge)
	o.order = slices.Insert(o.order, at, j)
	o.active++
	x.lanes[j.Lane()]++
	return j
}

func byAge(a, b *entry) int { return older(a.Job, b.Job) }

func older(a, b Job) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) }

func (x *Index) open(j *entry, e record.Event) {
	if e.Open.File >= len(j.Files) {
		return
	}
	f := &j.Files[e.Open.File]
	f.Opened, f.Failed, f.Pages = true, e.Open.Problem != nil, len(e.Open.Pages)
	x.today.add(j.Owner, f.Pages, e.At)
	j.Pages.Total += f.Pages
	x.owners[j.Owner].pages += f.Pages
	if j.State == record.Queued {
		j.State, j.Started = record.Running, e.At
	}
}

func (x *Index) page(j *entry, p record.Page) {
	if p.File >= len(j.Files) {
		return
	}
	j.Files[p.File].Done++
	switch p.Status {
	case document.StatusOK:
		j.Pages.OK++
	case document.StatusPartial:
		j.Pages.Partial++
	default:
		j.Pages.Failed++
	}
	j.Files[p.File].Bytes += p.Size
	j.Usage.Add(p.Usage)
	j.Bytes += p.Size
	x.bytes += p.Size
	x.owners[j.Owner].pages--
}

func (x *Index) end(j *entry, e record.Event) {
	x.ended[e.End.State]++
	j.State, j.Problem, j.Ended = e.End.State, e.End.Problem, e.At
	o := x.owners[j.Owner]
	o.active--
	o.pages -= j.Pages.Total - j.Pages.Done()
	if x.lanes[j.Lane()]--; x.lanes[j.Lane()] == 0 {
		delete(x.lanes, j.Lane())
	}
	if j.Webhook.URL != "" {
		x.untold[j.ID] = true
	}
}

// told takes an attempt to send the notice. It is no step of the job itself: its end stays its
// last event.
func (x *Index) told(j *entry, a record.Attempt) {
	w := &j.Webhook
	w.Attempts, w.Delivered, w.Over = max(w.Attempts, a.N), w.Delivered || a.Delivered, a.Last
	if a.Last {
		delete(x.untold, j.ID)
	}
}

// Untold returns the jobs that have ended and whose notice is still to be sent, and a channel that
// is closed when anything happens.
func (x *Index) Untold() (ids []string, moved <-chan struct{}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Collect(maps.Keys(x.untold)), x.moved
}

// Drop forgets a job that has ended and whose events are gone. A newer job of the same id stays.
func (x *Index) Drop(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if j := x.jobs[id]; j != nil && j.State.Ended() {
		x.drop(j)
	}
}

// drop forgets a job; its end may have been removed before it was seen. mu is held.
func (x *Index) drop(j *entry) {
	if !j.State.Ended() {
		x.end(j, record.Event{At: x.now(), End: &record.End{State: record.Expired}})
	}
	delete(x.jobs, j.ID)
	delete(x.untold, j.ID)
	x.bytes -= j.Bytes
	o := x.owners[j.Owner]
	if at, found := slices.BinarySearchFunc(o.order, j, byAge); found {
		o.order = slices.Delete(o.order, at, at+1)
	}
	if len(o.order) == 0 {
		delete(x.owners, j.Owner)
	}
	close(j.changed)
	j.changed = make(chan struct{})
}

// copied returns the job as it stands now. mu is held.
func (j *entry) copied() Job {
	c := j.Job
	c.Files = slices.Clone(j.Files)
	return c
}

// gone reports whether a job is to be forgotten.
func (x *Index) gone(j *entry) bool {
	return j.State.Ended() && x.now().After(j.Ended.Add(x.keep))
}

// Get returns a job as it stands, and a channel that is closed when it changes; false when it is
// unknown.
func (x *Index) Get(id string) (Job, <-chan struct{}, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	j := x.jobs[id]
	if j == nil || x.gone(j) {
		return Job{}, nil, false
	}
	return j.copied(), j.changed, true
}

// Reached waits until the event at seq has been seen.
func (x *Index) Reached(ctx context.Context, seq uint64) error {
	ctx, cancel := context.WithTimeoutCause(ctx, reachTimeout, errBehind)
	defer cancel()
	for {
		x.mu.Lock()
		there, moved := x.applied >= seq, x.moved
		x.mu.Unlock()
		if there {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// reachTimeout is the longest that an event may take from the log to the index.
const reachTimeout = 30 * time.Second

// errBehind is the answer while the index has not caught up with the log.
var errBehind = document.Problemf(document.CodeOverloaded, "", "the log of jobs is behind; try again later").Retry()

// Lanes returns the lanes in which there may be tasks, and a channel that is closed when anything
// happens.
func (x *Index) Lanes() ([]record.Lane, <-chan struct{}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	lanes := make([]record.Lane, 0, len(x.lanes))
	for lane := range x.lanes {
		lanes = append(lanes, lane)
	}
	return lanes, x.moved
}

// Query chooses jobs.
type Query struct {
	Owner  string
	States []record.State // empty means all
	Before *Mark          // only older ones
	Limit  int
}

// Mark is a place in the order of an owner's jobs.
type Mark struct {
	Created time.Time
	ID      string
}

// List returns an owner's jobs, the newest first; more says that there are others.
func (x *Index) List(q Query) (jobs []Job, more bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	o := x.owners[q.Owner]
	if o == nil {
		return nil, false
	}
	end := len(o.order)
	if q.Before != nil {
		end, _ = slices.BinarySearchFunc(o.order, &entry{Job: Job{Created: q.Before.Created, ID: q.Before.ID}}, byAge)
	}
	for _, j := range slices.Backward(o.order[:end]) {
		if x.gone(j) || len(q.States) > 0 && !slices.Contains(q.States, j.State) {
			continue
		}
		if len(jobs) == q.Limit {
			return jobs, true
		}
		jobs = append(jobs, j.copied())
	}
	return jobs, false
}

// Load is the amount of work there is.
type Load struct {
	Jobs, Pages int   // of one owner, as AllJobs and AllPages
	AllJobs     int   // unfinished
	AllPages    int   // of opened files, not done
	Bytes       int64 // taken by files and pages of all known jobs
	Known       int   // jobs, those that have ended included
	Ended       map[record.State]int64
}

// Load counts the work of all owners, and of one.
func (x *Index) Load(of string) Load {
	x.mu.Lock()
	defer x.mu.Unlock()
	l := Load{Bytes: x.bytes, Known: len(x.jobs), Ended: maps.Clone(x.ended)}
	for name, o := range x.owners {
		l.AllJobs += o.active
		l.AllPages += o.pages
		if name == of {
			l.Jobs, l.Pages = o.active, o.pages
		}
	}
	return l
}

// Due returns the jobs whose time has come: late ones are past their deadline, gone ones are to be
// forgotten.
func (x *Index) Due() (late, gone []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for id, j := range x.jobs {
		switch {
		case x.gone(j):
			gone = append(gone, id)
		case !j.State.Ended() && x.now().After(j.Deadline):
			late = append(late, id)
		}
	}
	return late, gone
}
