package runpod

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// maxEvent bounds one line and one event of a stream, in bytes. What is longer is cut.
const maxEvent = 1 << 20

// event is one server-sent event with data.
type event struct{ id, data string }

// readEvents reads a stream of server-sent events (the HTML standard, section 9.2)
// until it ends or emit returns an error. An event that the end cuts off is not emitted.
func readEvents(r io.Reader, emit func(event) error) error {
	var (
		lines = bufio.NewScanner(r)
		data  strings.Builder
		id    string
		some  bool // data was seen
	)
	lines.Buffer(make([]byte, 0, 8<<10), maxEvent+1)
	lines.Split(new(lineSplitter).split)
	for lines.Scan() {
		line := lines.Text()
		if line == "" {
			if some {
				if err := emit(event{id: id, data: data.String()}); err != nil {
					return err
				}
			}
			data.Reset()
			some = false
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			if !strings.ContainsAny(value, "\x00\r\n") && len(value) <= maxID {
				id = value
			}
		case "data":
			if some {
				value = "\n" + value
			}
			some = true
			data.WriteString(value[:min(len(value), maxEvent-data.Len())])
		}
	}
	return lines.Err()
}

// lineSplitter ends lines at LF, CR or CRLF, and cuts a line that fills the buffer.
type lineSplitter struct {
	afterCR bool // the LF that follows belongs to the line before
	cut     bool // the rest of the line is dropped
}

func (s *lineSplitter) split(b []byte, _ bool) (int, []byte, error) {
	skip := 0
	if s.afterCR && len(b) > 0 {
		s.afterCR = false
		if b[0] == '\n' {
			skip = 1
		}
	}
	rest := b[skip:]
	end := bytes.IndexAny(rest, "\r\n")
	switch {
	case end < 0 && s.cut:
		return len(b), nil, nil
	case end < 0 && len(rest) >= maxEvent:
		s.cut = true
		return len(b), rest, nil
	case end < 0: // more is needed, or a last line that nothing ends
		return skip, nil, nil
	}
	s.afterCR = rest[end] == '\r'
	if s.cut {
		s.cut = false
		return skip + end + 1, nil, nil
	}
	return skip + end + 1, rest[:end], nil
}
