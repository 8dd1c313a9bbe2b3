package supervise

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// Log files: one in use and three older ones of about this size each.
const (
	maxLogFile   = 64 << 20
	keptLogFiles = 3
	maxLastLines = 4 << 10 // what the status shows
)

// logFile is the log of a program: PATH, and older ones PATH.1 (the youngest) to
// PATH.3. It is opened when something is written. It is for one goroutine at a time.
type logFile struct {
	path    string
	limit   int64
	secrets *strings.Replacer
	log     *slog.Logger

	file   *os.File
	size   int64
	tail   []byte // the end of what this run of the program wrote
	failed bool   // the last write did, and it was said
}

func newLogFile(path string, secrets []string, log *slog.Logger) *logFile {
	var pairs []string
	for _, secret := range secrets {
		if len(secret) >= minSecret {
			pairs = append(pairs, secret, "***")
		}
	}
	return &logFile{path: path, limit: maxLogFile, secrets: strings.NewReplacer(pairs...), log: log}
}

// minSecret is the length from which a value of an env_file is masked: shorter
// ones are ports and switches, and would blank out half of the text.
const minSecret = 8

// Write takes everything, always: a full disk must not block or end the program.
func (l *logFile) Write(p []byte) (int, error) {
	l.remember(p)
	err := l.write(p)
	if err != nil && !l.failed {
		l.log.Error("output of the program is lost", "error", err)
	}
	l.failed = err != nil
	return len(p), nil
}

// write goes over to the next file behind a line, so that none stands in two. A
// line that does not end is cut at twice the limit.
func (l *logFile) write(p []byte) error {
	for len(p) > 0 {
		if err := l.open(); err != nil {
			return err
		}
		part, full := p, false
		if room := l.limit - l.size; int64(len(p)) >= room {
			from := max(room-1, 0)
			if end := bytes.IndexByte(p[from:], '\n'); end >= 0 {
				part, full = p[:from+int64(end)+1], true
			}
		}
		n, err := l.file.Write(part)
		l.size += int64(n)
		if err != nil {
			return err
		}
		p = p[len(part):]
		if full || l.size >= 2*l.limit {
			if err := l.rotate(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *logFile) open() error {
	if l.file != nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(l.path), 0o755); err != nil {
		return err
	}
	// Not for everybody: programs may log what they were asked.
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return err
	}
	l.file, l.size = f, info.Size()
	return nil
}

func (l *logFile) rotate() error {
	err := l.close()
	for i := keptLogFiles; i > 0; i-- {
		older := fmt.Sprintf("%s.%d", l.path, i)
		younger := fmt.Sprintf("%s.%d", l.path, i-1)
		if i == 1 {
			younger = l.path
		}
		if e := os.Rename(younger, older); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

func (l *logFile) close() error {
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

// tailRoom is more than is shown: masking and cutting to whole lines takes some off.
const tailRoom = 2 * maxLastLines

func (l *logFile) remember(p []byte) {
	l.tail = append(l.tail, p[max(0, len(p)-tailRoom):]...)
	if len(l.tail) > tailRoom {
		l.tail = append(l.tail[:0], l.tail[len(l.tail)-tailRoom:]...)
	}
}

// forget begins a new run of the program.
func (l *logFile) forget() { l.tail = nil }

// last is the last lines of this run, secrets masked.
func (l *logFile) last() string {
	text := string(l.tail)
	if len(text) == tailRoom {
		text = wholeLines(text) // it may begin with the rest of a secret
	}
	text = l.secrets.Replace(strings.ToValidUTF8(text, "\uFFFD"))
	if len(text) > maxLastLines {
		text = wholeLines(text[len(text)-maxLastLines:])
	}
	return strings.ToValidUTF8(text, "")
}

// wholeLines drops the first line, which was cut, unless it is the only one.
func wholeLines(text string) string {
	if _, rest, ok := strings.Cut(text, "\n"); ok && rest != "" {
		return rest
	}
	return text
}
