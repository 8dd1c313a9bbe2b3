package runpodtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const (
	keptLines = 20_000
	heartbeat = 15 * time.Second
)

// logbook is a pod's log. It is guarded by Fake.mu.
type logbook struct {
	lines   []logLine
	serial  int
	changed chan struct{} // closed at each change; nil when nobody waits
}

type logLine struct {
	serial int
	time   time.Time
	source string
	text   string
}

func (l logLine) id() string { return fmt.Sprintf("%s/%d", l.time.Format(time.RFC3339Nano), l.serial) }

func (b *logbook) wake() {
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
}

// Log adds a line to a pod's log; source is "container" or "system".
func (f *Fake) Log(id, source, line string) {
	if p := f.find(id); p != nil {
		f.addLine(p, source, line)
	}
}

func (f *Fake) addLine(p *pod, source, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := &p.logs
	b.serial++
	b.lines = append(b.lines, logLine{b.serial, f.now(), source, text})
	if len(b.lines) > keptLines {
		b.lines = slices.Delete(b.lines, 0, len(b.lines)-keptLines)
	}
	b.wake()
}

// after returns the lines behind a serial number, the number to resume from, and
// what is closed when there are more.
func (f *Fake) after(p *pod, source string, serial int) (lines []logLine, next int, more <-chan struct{}, alive bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range p.logs.lines {
		if l.serial > serial && (source == "" || l.source == source) {
			lines = append(lines, l)
		}
	}
	if p.logs.changed == nil {
		p.logs.changed = make(chan struct{})
	}
	return lines, p.logs.serial, p.logs.changed, p.alive()
}

// logStart is where a stream begins: behind the last event that the client has;
// at a time; or some lines before the end.
func logStart(lines []logLine, lastID, since string, tail int) []logLine {
	if lastID != "" {
		i := slices.IndexFunc(lines, func(l logLine) bool { return l.id() == lastID })
		return lines[i+1:]
	}
	if t, err := time.Parse(time.RFC3339Nano, since); err == nil {
		i := slices.IndexFunc(lines, func(l logLine) bool { return !l.time.Before(t) })
		if i < 0 {
			return nil
		}
		return lines[i:]
	}
	return lines[max(len(lines)-tail, 0):]
}

// badLogQuery says what in a query for logs breaks the contract.
func badLogQuery(q url.Values) (wrong []violation) {
	if tail, err := logTail(q); err != nil || tail < 0 || tail > 5000 {
		wrong = append(wrong, violation{"tail", "must be from 0 to 5000"})
	}
	if s := q.Get("source"); s != "" && s != "container" && s != "system" {
		wrong = append(wrong, violation{"source", "must be container or system"})
	}
	if _, err := time.Parse(time.RFC3339Nano, q.Get("since")); q.Get("since") != "" && err != nil {
		wrong = append(wrong, violation{"since", "must be an RFC 3339 time"})
	}
	return wrong
}

func logTail(q url.Values) (int, error) { return strconv.Atoi(cmp.Or(q.Get("tail"), "100")) }

func (f *Fake) streamLogs(w http.ResponseWriter, r *http.Request) {
	p := f.find(r.PathValue("id"))
	if p == nil {
		refuse(w, http.StatusNotFound, "pod not found")
		return
	}
	if wrong := badLogQuery(r.URL.Query()); wrong != nil {
		refuse(w, http.StatusUnprocessableEntity, "the query breaks the contract", wrong...)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	f.followLogs(w, r, p)
}

// followLogs sends a pod's lines until it or the client is gone.
func (f *Fake) followLogs(w http.ResponseWriter, r *http.Request, p *pod) {
	flush := http.NewResponseController(w).Flush
	_ = flush()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	q := r.URL.Query()
	tail, _ := logTail(q) // it was looked at
	sent, serial := 0, 0
	for first := true; ; first = false {
		lines, next, more, alive := f.after(p, q.Get("source"), serial)
		serial = next
		if first {
			lines = logStart(lines, r.Header.Get("Last-Event-ID"), q.Get("since"), tail)
		}
		for _, l := range lines {
			data, _ := json.Marshal(map[string]string{"ts": l.time.Format(time.RFC3339Nano), "source": l.source, "line": l.text})
			if _, err := fmt.Fprintf(w, "id: %s\ndata: %s\n\n", l.id(), data); err != nil {
				return
			}
			if sent++; sent == f.get().LogCut {
				_ = flush()
				panic(http.ErrAbortHandler)
			}
		}
		_ = flush()
		if !alive {
			return
		}
		select {
		case <-more:
		case <-beat.C:
			_, _ = fmt.Fprint(w, ": still here\n\n")
		case <-r.Context().Done():
			return
		case <-f.ctx.Done():
			return
		}
	}
}
