package doclayout

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
)

// maxLogLine is how much of a line of the program's output is kept.
const maxLogLine = 8 << 10

// programLog turns what the program writes into log records: lines of JSON with
// their level; others, which come from Python's libraries, unchanged.
type programLog struct {
	log  *slog.Logger
	line []byte
}

func (l *programLog) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		part, rest, ended := bytes.Cut(p, []byte("\n"))
		l.line = append(l.line, part[:min(len(part), maxLogLine-len(l.line))]...)
		if ended {
			l.record(l.line)
			l.line = l.line[:0]
		}
		p = rest
	}
	return n, nil
}

func (l *programLog) record(line []byte) {
	if len(bytes.TrimSpace(line)) == 0 {
		return
	}
	var fields map[string]any
	if json.Unmarshal(line, &fields) != nil {
		l.log.Info("layout program wrote", "line", string(line))
		return
	}
	level := slog.LevelInfo
	switch fields["level"] {
	case "warn":
		level = slog.LevelWarn
	case "error":
		level = slog.LevelError
	}
	said := fields["msg"]
	delete(fields, "msg")
	delete(fields, "level")
	delete(fields, "time")
	attrs := []slog.Attr{slog.Any("said", said)}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		attrs = append(attrs, slog.Any(key, fields[key]))
	}
	l.log.LogAttrs(context.Background(), level, "layout program says", attrs...)
}
