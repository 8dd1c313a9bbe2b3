package server

import (
	"context"
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

// requestOptions are the options of a call, parsed.
type requestOptions struct {
	document.Options
	formats  []Format      // renderings to add to a JSON answer
	fields   Fields        // to extract; nil without schema
	until    time.Time     // end of the work
	deadline time.Duration // for it, from the end of the upload
}

// parseOptions reads the options of c and reports everything that is wrong at once.
func (s *Server) parseOptions(c *call, task document.Task) (requestOptions, error) {
	opts := requestOptions{Options: document.Options{Task: task, Layout: s.deps.Layout}, deadline: s.cfg.RequestTimeout}
	read := map[string]func(string) error{
		"task":            func(v string) error { return setOneOf(&opts.Task, "task", v, document.Tasks) },
		"pages":           func(v string) (err error) { opts.Pages, err = document.ParsePageRange(v); return err },
		"password":        func(v string) error { opts.Password = v; return nil },
		"dpi":             func(v string) error { return setInt(&opts.DPI, "dpi", v, document.MinDPI, document.MaxDPI) },
		"enable_layout":   func(v string) error { return setBool(&opts.Layout, "enable_layout", v) },
		"include_headers": func(v string) error { return setBool(&opts.IncludeHeaders, "include_headers", v) },
		"prompt":          func(v string) error { opts.Prompt = v; return nil }, // whether it may be sent is the engine's to say
		"formats":         func(v string) (err error) { opts.formats, err = s.formatsNamed(v); return err },
		"table_format":    func(v string) error { return setOneOf(&opts.TableFormat, "table_format", v, document.TableFormats) },
		"images":          func(v string) error { return setOneOf(&opts.Images, "images", v, document.AllImages) },
		"join_tables":     func(v string) error { return setBool(&opts.JoinTables, "join_tables", v) },
		"schema":          func(v string) (err error) { opts.fields, err = s.deps.Fields(v); return err },
		"deadline_ms": func(v string) error {
			limit := int(s.cfg.RequestTimeout.Milliseconds())
			ms := limit
			err := setInt(&ms, "deadline_ms", v, 1, limit)
			opts.deadline = time.Duration(ms) * time.Millisecond
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
		return opts, all
	}
	if c.values["enable_layout"] == "" && opts.Prompt != "" {
		opts.Layout = false // a prompt is about the whole page
	}
	return opts, nil
}

// fit refuses options that an answer of the given type cannot have.
func (opts requestOptions) fit(media string) error {
	switch {
	case opts.JoinTables && (media == mediaSSE || media == mediaNDJSON):
		return invalid("join_tables", "join_tables needs all pages, and %s sends each when it is finished; ask for %s", media, mediaJSON)
	case opts.Images == document.ImagesRef && !slices.Contains([]string{mediaJSON, mediaNDJSON, mediaSSE}, media):
		return invalid("images", "with images=ref the answer carries the images by name, which %s cannot; use images=inline or ask for %s", media, mediaJSON)
	}
	return nil
}

// parse reads a request that is to be answered with media: its files, which
// the caller must close, and its options. It returns when the request may run.
func (s *Server) parse(c echo.Context, f form, task document.Task, media string) (*call, requestOptions, error) {
	t := c.Get(ticketName).(*ticket)
	call, err := s.decode(c.Request(), t, f)
	if err != nil {
		return nil, requestOptions{}, err
	}
	opts, err := s.parseOptions(call, task)
	if err == nil {
		err = opts.fit(media)
	}
	if err == nil {
		opts.until = time.Now().Add(opts.deadline)
		ctx, cancel := context.WithDeadline(c.Request().Context(), opts.until)
		defer cancel()
		err = t.run(ctx)
	}
	if err != nil {
		call.close()
		return nil, requestOptions{}, err
	}
	return call, opts, nil
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

// setOneOf sets an option that has a few known values.
func setOneOf[T ~string](to *T, name, v string, known []T) error {
	t := T(strings.ToLower(strings.TrimSpace(v)))
	if !slices.Contains(known, t) {
		var names []string
		for _, k := range known {
			names = append(names, string(k))
		}
		return invalid(name, "there is no %s %q; known are %s", name, clip(v), strings.Join(names, ", "))
	}
	*to = t
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
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ENOMEM):
		return document.Problemf(document.CodeOverloaded, document.PhaseAdmission, "the server is out of file descriptors for now; send the upload again later").Retry().Because(err)
	case errors.As(err, &disk):
		return document.Problemf(document.CodeInternal, document.PhaseAdmission, "the upload could not be stored").Because(err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return malformed("the upload ends before it is complete").Because(err)
	}
	return err
}
