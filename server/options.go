package server

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
)

// wishes are the options of a call, understood.
type wishes struct {
	document.Options
	formats  []Format      // renderings to add to a JSON answer
	fields   Fields        // to extract; nil without schema
	deadline time.Duration // for the work
}

// wishes reads the options of c and reports everything that is wrong at once.
func (s *Server) wishes(c *call, task document.Task) (wishes, error) {
	w := wishes{Options: document.Options{Task: task, Layout: s.deps.Layout}, deadline: s.cfg.RequestTimeout}
	read := map[string]func(string) error{
		"task":            func(v string) error { return setTask(&w.Task, v) },
		"pages":           func(v string) (err error) { w.Pages, err = document.ParsePageRange(v); return err },
		"password":        func(v string) error { w.Password = v; return nil },
		"dpi":             func(v string) error { return setInt(&w.DPI, "dpi", v, document.MinDPI, document.MaxDPI) },
		"enable_layout":   func(v string) error { return setBool(&w.Layout, "enable_layout", v) },
		"include_headers": func(v string) error { return setBool(&w.IncludeHeaders, "include_headers", v) },
		"formats":         func(v string) (err error) { w.formats, err = s.formatsNamed(v); return err },
		"schema":          func(v string) (err error) { w.fields, err = s.fields(v); return err },
		"deadline_ms": func(v string) error {
			limit := int(s.cfg.RequestTimeout.Milliseconds())
			ms := limit
			err := setInt(&ms, "deadline_ms", v, 1, limit)
			w.deadline = time.Duration(ms) * time.Millisecond
			return err
		},
	}
	var all *failure
	for _, name := range c.form.options {
		v, given := c.values[name]
		if !given || v == "" && name != "schema" {
			continue
		}
		if err := read[name](v); err != nil {
			all = all.with(name, err)
		}
	}
	if all != nil {
		return w, all
	}
	return w, nil
}

// understand reads a request: its files, which the caller must close, and its
// options.
func (s *Server) understand(c echo.Context, f form, task document.Task) (*call, wishes, error) {
	call, err := s.decode(c.Request(), f)
	if err != nil {
		return nil, wishes{}, err
	}
	w, err := s.wishes(call, task)
	if err != nil {
		call.close()
		return nil, wishes{}, err
	}
	return call, w, nil
}

// with adds the problem of one field to f, which may be nil.
func (f *failure) with(field string, err error) *failure {
	one := asFailure(err)
	if f == nil {
		f = &failure{Problem: one.Problem}
	}
	f.details = append(f.details, detail{Field: field, Code: one.Code, Detail: one.Detail})
	return f
}

func setTask(task *document.Task, v string) error {
	t := document.Task(strings.ToLower(strings.TrimSpace(v)))
	if !slices.Contains(document.Tasks, t) {
		var known []string
		for _, t := range document.Tasks {
			known = append(known, string(t))
		}
		return invalid("task", "there is no task %q; known are %s", clip(v), strings.Join(known, ", "))
	}
	*task = t
	return nil
}

func setInt(n *int, name, v string, low, high int) error {
	i, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil || i < low || i > high {
		return invalid(name, "%s must be a whole number from %d to %d, not %q", name, low, high, clip(v))
	}
	*n = i
	return nil
}

func setBool(b *bool, name, v string) error {
	switch strings.ToLower(strings.TrimSpace(v)) {
	case "true", "1", "yes", "on":
		*b = true
	case "false", "0", "no", "off":
		*b = false
	default:
		return invalid(name, "%s must be true or false, not %q", name, clip(v))
	}
	return nil
}

// formatsNamed finds "markdown,hocr" among the formats the server can write.
func (s *Server) formatsNamed(v string) ([]Format, error) {
	var found []Format
	for name := range strings.SplitSeq(v, ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		i := slices.IndexFunc(s.deps.Formats, func(f Format) bool { return f.Name == name })
		if i < 0 {
			return nil, invalid("formats", "there is no format %q; known are %s", clip(name), strings.Join(s.formatNames(), ", "))
		}
		if !slices.ContainsFunc(found, func(f Format) bool { return f.Name == name }) {
			found = append(found, s.deps.Formats[i])
		}
	}
	return found, nil
}

func (s *Server) formatNames() []string {
	names := []string{}
	for _, f := range s.deps.Formats {
		names = append(names, f.Name)
	}
	return names
}

// sourceError separates the faults of a client from those of our disk.
func sourceError(err error) error {
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p
	}
	var disk *fs.PathError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC):
		return document.Problemf(document.CodeOverloaded, document.PhaseAdmission, "there is no room for the upload at the moment").Retry().Because(err)
	case errors.As(err, &disk):
		return document.Problemf(document.CodeInternal, document.PhaseAdmission, "the upload could not be stored").Because(err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return malformed("the upload ends before it is complete").Because(err)
	}
	return err
}
