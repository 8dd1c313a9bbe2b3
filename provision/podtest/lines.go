package podtest

import "bytes"

// maxLine bounds a line of a pod's log; longer ones are cut in two.
const maxLine = 64 << 10

// lines is a writer that hands whole lines on.
type lines struct {
	emit func(string) // nil drops them
	rest []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		i := bytes.IndexByte(l.rest, '\n')
		switch {
		case i >= 0:
			l.hand(l.rest[:i])
			l.rest = l.rest[i+1:]
		case len(l.rest) >= maxLine:
			l.hand(l.rest)
			l.rest = nil
		default:
			return len(p), nil
		}
	}
}

// end hands on what no newline closed.
func (l *lines) end() {
	if len(l.rest) > 0 {
		l.hand(l.rest)
	}
}

func (l *lines) hand(line []byte) {
	if l.emit != nil {
		l.emit(string(line))
	}
}
