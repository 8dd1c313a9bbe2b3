package index_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// log feeds an index.
type log struct {
	*index.Index
	seq uint64
}

func (l *log) say(id string, e record.Event) {
	l.seq++
	e.ID, e.Seq, e.At = id, l.seq, epoch.Add(time.Duration(l.seq)*time.Second)
	l.See(e)
}

func (l *log) accept(id, owner string, files int) {
	l.say(id, record.Event{Job: &record.Job{
		ID: id, Owner: owner, Priority: record.Normal, Created: epoch.Add(time.Duration(l.seq) * time.Second),
		Deadline: time.Now().Add(time.Hour), Files: make([]record.File, files),
	}})
}

func page(file, n int, status document.Status) record.Event {
	return record.Event{Page: &record.Page{File: file, Number: n, Status: status, Size: 10}}
}

func TestJobFollowsItsEvents(t *testing.T) {
	l := &log{Index: index.New(100 * 365 * 24 * time.Hour)}
	steps := []struct {
		event    record.Event
		state    record.State
		complete bool
		done     int
	}{
		{record.Event{Open: &record.Opened{File: 0, Total: 5, Pages: []int{2, 4}}}, record.Running, false, 0},
		{page(0, 4, document.StatusOK), record.Running, false, 1},
		{record.Event{Open: &record.Opened{File: 1, Problem: document.Problemf(document.CodeUnreadable, "", "x")}}, record.Running, false, 1},
		{page(0, 2, document.StatusFailed), record.Running, true, 2},
		{page(7, 2, document.StatusOK), record.Running, true, 2}, // a file that it has not
		{record.Event{End: &record.End{State: record.Partial}}, record.Partial, true, 2},
		{page(0, 3, document.StatusOK), record.Partial, true, 2}, // too late
		{record.Event{End: &record.End{State: record.Canceled}}, record.Partial, true, 2},
	}
	l.accept("j", "o", 2)
	for i, s := range steps {
		_, changed, _ := l.Get("j")
		l.say("j", s.event)
		job, _, there := l.Get("j")
		if !there || job.State != s.state || job.Complete() != s.complete || job.Pages.Done() != s.done {
			t.Errorf("after step %d: %+v", i, job)
		}
		late := i > 5
		select {
		case <-changed:
			if late {
				t.Errorf("step %d changed an ended job", i)
			}
		default:
			if !late {
				t.Errorf("nobody is told of step %d", i)
			}
		}
	}
	if load := l.Load("o"); load.Jobs != 0 || load.Pages != 0 || load.AllJobs != 0 || load.Bytes != 20 || load.Ended[record.Partial] != 1 {
		t.Errorf("%+v", load)
	}
	if lanes, _ := l.Lanes(); len(lanes) != 0 {
		t.Errorf("lanes %v", lanes)
	}
	l.say("unknown", page(0, 1, document.StatusOK))
	l.Drop("j")
	l.Drop("j")
	if load := l.Load("o"); load.Known != 0 || load.Bytes != 0 {
		t.Errorf("after it was dropped: %+v", load)
	}
}

// TestIDIsUsedAgain has a job forgotten by another process, and its id given to one that must
// not be forgotten in its place.
func TestIDIsUsedAgain(t *testing.T) {
	l := &log{Index: index.New(time.Hour)} // events are from the past
	l.accept("j", "o", 1)
	l.say("j", record.Event{Open: &record.Opened{Pages: []int{1, 2}}})
	l.say("j", record.Event{End: &record.End{State: record.Canceled}})
	if _, gone := l.Due(); !slices.Equal(gone, []string{"j"}) {
		t.Errorf("to be forgotten: %v", gone)
	}
	l.accept("j", "o", 2)
	_, gone := l.Due()
	l.Drop("j")
	if job, _, there := l.Get("j"); len(gone) > 0 || !there || job.State != record.Queued || len(job.Files) != 2 {
		t.Errorf("%v are to be forgotten, and there is %v: %+v", gone, there, job)
	}
	if load := l.Load("o"); load.AllJobs != 1 || load.AllPages != 0 || load.Known != 1 {
		t.Errorf("%+v", load)
	}
	if jobs, more := l.List(index.Query{Owner: "o", Limit: 2}); len(jobs) != 1 || more {
		t.Errorf("%d jobs, and more: %v", len(jobs), more)
	}
	l.accept("j", "o", 3) // and the end of the one before was not seen
	if load := l.Load("o"); load.AllJobs != 1 || load.Known != 1 {
		t.Errorf("%+v", load)
	}
}

func TestListsAreInPartsAndByState(t *testing.T) {
	l := &log{Index: index.New(100 * 365 * 24 * time.Hour)}
	for i := range 7 {
		l.accept(fmt.Sprint("j", i), "o", 1)
		l.accept(fmt.Sprint("other", i), "p", 1)
	}
	for _, i := range []int{1, 4} {
		l.say(fmt.Sprint("j", i), record.Event{End: &record.End{State: record.Succeeded}})
	}
	list := func(q index.Query) (ids []string) {
		for more := true; more; {
			var jobs []index.Job
			jobs, more = l.List(q)
			for _, j := range jobs {
				ids = append(ids, j.ID)
				q.Before = &index.Mark{Created: j.Created, ID: j.ID}
			}
		}
		return ids
	}
	if got := list(index.Query{Owner: "o", Limit: 3}); !slices.Equal(got, []string{"j6", "j5", "j4", "j3", "j2", "j1", "j0"}) {
		t.Errorf("all: %v", got)
	}
	if got := list(index.Query{Owner: "o", Limit: 1, States: []record.State{record.Succeeded}}); !slices.Equal(got, []string{"j4", "j1"}) {
		t.Errorf("succeeded: %v", got)
	}
	if got := list(index.Query{Owner: "nobody", Limit: 1}); got != nil {
		t.Errorf("nobody's: %v", got)
	}
}

func TestDue(t *testing.T) {
	l := &log{Index: index.New(time.Hour)} // events are from the past
	l.accept("ended", "o", 1)
	l.say("ended", record.Event{End: &record.End{State: record.Succeeded}})
	l.accept("waits", "o", 1)
	l.say("late", record.Event{Job: &record.Job{Created: epoch, Deadline: epoch, Files: make([]record.File, 1)}})
	late, gone := l.Due()
	if !slices.Equal(late, []string{"late"}) || !slices.Equal(gone, []string{"ended"}) {
		t.Errorf("late %v, gone %v", late, gone)
	}
	if _, _, there := l.Get("ended"); there {
		t.Error("a job is shown that is to be forgotten")
	}
}
