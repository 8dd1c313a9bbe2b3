package index

import (
	"testing"
	"time"

	"ocr-gateway/jobs/record"
)

// TestPagesOfADay count when their file is opened, once, until midnight UTC.
func TestPagesOfADay(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	x, now := New(time.Hour), noon
	x.now = func() time.Time { return now }
	open := func(id, owner string, at time.Time, pages int) {
		x.See(record.Event{ID: id, Seq: x.applied + 1, At: at, Job: &record.Job{ID: id, Owner: owner, Created: at, Deadline: at.Add(time.Hour), Files: []record.File{{}}}})
		x.See(record.Event{ID: id, Seq: x.applied + 1, At: at, Open: &record.Opened{Pages: make([]int, pages)}})
	}
	open("a", "anna", noon, 3)
	open("b", "anna", noon, 4)
	open("c", "bert", noon, 1)
	if a, b, c := x.PagesToday("anna"), x.PagesToday("bert"), x.PagesToday("nobody"); a != 7 || b != 1 || c != 0 {
		t.Errorf("%d, %d and %d pages", a, b, c)
	}
	now = noon.Add(12 * time.Hour)
	if n := x.PagesToday("anna"); n != 0 {
		t.Errorf("%d pages after midnight", n)
	}
	open("d", "anna", now, 2)
	if a, b := x.PagesToday("anna"), x.PagesToday("bert"); a != 2 || b != 0 {
		t.Errorf("%d and %d pages on the next day", a, b)
	}
}
