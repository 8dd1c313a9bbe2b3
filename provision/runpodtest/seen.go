package runpodtest

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Request is one that the API has answered, or has not because of a fault.
type Request struct {
	Op, Method, Path, Query string
	Body                    string
	Status                  int // 0 when no answer was given
}

// Requests returns all requests so far, in the order of their ends.
func (f *Fake) Requests() []Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

// Count says how many calls of a kind there were, failed ones too.
func (f *Fake) Count(op string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[op]
}

// Event is a step in the life of a pod: a status of the API's, or VANISHED, RESET or CRASHED.
type Event struct {
	Time time.Time
	What string
}

// Seen is a pod as it is and was.
type Seen struct {
	ID, Name, GPU, Status string
	Other                 bool // of other people
	History               []Event
	Env                   map[string]string // as ordered
	Volume                string            // its folder; empty when it has none
	TCP                   map[int]int       // public ports by inner port, told or not
}

// Steps is the history's words, joined by blanks.
func (s Seen) Steps() string {
	var words []string
	for _, e := range s.History {
		words = append(words, e.What)
	}
	return strings.Join(words, " ")
}

// Alive reports whether the pod exists, and so is billed.
func (s Seen) Alive() bool { return s.Status != terminated && s.Status != vanished }

// Pods returns every pod that there ever was, in order of creation.
func (f *Fake) Pods() []Seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []Seen
	for _, p := range f.pods {
		all = append(all, Seen{
			ID: p.id, Name: p.order.Name, GPU: p.order.gpu, Status: p.status, Other: p.other,
			History: slices.Clone(p.history), Env: maps.Clone(p.order.Env), Volume: p.volume, TCP: maps.Clone(p.public),
		})
	}
	return all
}

// Created is how many creates were accepted.
func (f *Fake) Created() int { return len(f.ours(func(Seen) bool { return true })) }

// Live returns our pods that exist.
func (f *Fake) Live() []Seen { return f.ours(Seen.Alive) }

// Peak is the most pods of ours that existed at once.
func (f *Fake) Peak() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.peak
}

func (f *Fake) ours(keep func(Seen) bool) []Seen {
	return slices.DeleteFunc(f.Pods(), func(s Seen) bool { return s.Other || !keep(s) })
}
