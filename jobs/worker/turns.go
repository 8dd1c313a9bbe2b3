package worker

import (
	"cmp"
	"slices"

	"ocr-gateway/jobs/record"
)

// turns decides whose turn it is: the most urgent lanes first, among them the one served longest
// ago. Every fifth turn is for the least urgent. Its zero value is ready.
type turns struct {
	n    int
	last map[record.Lane]int // the turn in which a lane was served
}

const leastUrgentEvery = 5

func (t *turns) order(lanes []record.Lane) []record.Lane {
	lanes = slices.Clone(lanes)
	urgency := func(l record.Lane) int { return slices.Index(record.Priorities, l.Priority) }
	slices.SortFunc(lanes, func(a, b record.Lane) int {
		byUrgency := cmp.Compare(urgency(a), urgency(b))
		if t.n%leastUrgentEvery == leastUrgentEvery-1 {
			byUrgency = -byUrgency
		}
		return cmp.Or(byUrgency, cmp.Compare(t.last[a], t.last[b]), cmp.Compare(a.Owner, b.Owner))
	})
	for lane := range t.last {
		if !slices.Contains(lanes, lane) {
			delete(t.last, lane) // it has no more jobs
		}
	}
	return lanes
}

func (t *turns) served(l record.Lane) {
	if t.last == nil {
		t.last = map[record.Lane]int{}
	}
	t.n++
	t.last[l] = t.n
}
