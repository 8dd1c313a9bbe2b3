// Package streams keeps the events of documents while they are read, so that a client whose
// connection broke can come back for those that it has not had. A stream lives in this process
// only, and not much longer than its work.
package streams

import (
	"slices"
	"sync"
	"time"
)

// maxEnded is how many streams are kept whose work has ended, for clients that lost the end.
const maxEnded = 256

// Streams are those of one server. They are safe for concurrent use.
type Streams struct {
	grace time.Duration
	dir   string

	mu    sync.Mutex
	byID  map[string]*Stream
	ended []*Stream // the oldest first
}

// New makes a place for streams that are given up when nobody has read them for the grace, and
// kept as long after their end. dir is for events that are too many for memory; empty means the
// system's folder for such files.
func New(grace time.Duration, dir string) *Streams {
	return &Streams{grace: grace, dir: dir, byID: map[string]*Stream{}}
}

// Open begins a stream, which must End. abandon is called when nobody comes back for it, or
// somebody has had it canceled.
func (s *Streams) Open(id, owner string, abandon func()) *Stream {
	t := &Stream{
		streams: s, id: id, owner: owner, abandon: abandon, kept: kept{dir: s.dir},
		readers: map[*Reader]bool{}, changed: make(chan struct{}),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[id] = t
	return t
}

// Find is the stream of an owner by its id; nil when there is none.
func (s *Streams) Find(owner, id string) *Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.byID[id]; t != nil && t.owner == owner {
		return t
	}
	return nil
}

// retire keeps a stream that has ended for the grace, as long as there are not too many.
func (s *Streams) retire(t *Stream) {
	s.mu.Lock()
	s.ended = append(s.ended, t)
	var oldest *Stream
	if len(s.ended) > maxEnded {
		oldest = s.ended[0]
	}
	s.mu.Unlock()
	if oldest != nil {
		s.forget(oldest)
	}
	time.AfterFunc(s.grace, func() { s.forget(t) })
}

// forget lets nobody join a stream any more.
func (s *Streams) forget(t *Stream) {
	s.mu.Lock()
	delete(s.byID, t.id)
	s.ended = slices.DeleteFunc(s.ended, func(other *Stream) bool { return other == t })
	s.mu.Unlock()
	t.close()
}
