package service

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/internal/stage"
	"ocr-gateway/service/admission"
)

// Options are what a request asks for, parsed and checked.
type Options struct {
	document.Options
	Format  *Format       // of the answer; nil where the request does not say
	Formats []Format      // renderings to add to the answer
	Fields  Fields        // to extract; nil without schema
	Timeout time.Duration // of the work, from the end of the upload; 0 means none
	Until   time.Time     // the end of the work; zero means none

	account admission.Account // of the client; nil for none
}

// Rules are what options are checked against.
type Rules struct {
	Layout  bool          // the default of enable_layout
	Timeout time.Duration // the default of deadline_ms and the most that it may say
	Formats []Format
	Fields  func(schema string) (Fields, error)
}

// Parse reads the options of a request of the given kind: see Rules.Parse.
func (s *Service) Parse(k Kind, values map[string]string) (Options, error) {
	return Rules{s.parts.Layout, s.cfg.RequestTimeout, s.parts.Formats, s.parts.Fields}.Parse(k, values)
}

// Parse reads the options by their names and reports everything that is wrong at once:
// a *document.Problem with a part for each. Empty values are as good as absent.
func (r Rules) Parse(k Kind, values map[string]string) (Options, error) {
	opts := Options{Options: document.Options{Task: k.Task, Layout: r.Layout}, Timeout: r.Timeout}
	var wrong wrongs
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(k.Options, name) {
			wrong.add(name, k.Unknown(name))
		}
	}
	set := r.setters(&opts)
	for _, name := range k.Options {
		v, given := values[name]
		if !given || v == "" && name != "schema" {
			continue
		}
		if err := set[name](v); err != nil {
			wrong.add(name, err)
		}
	}
	if wrong.problem != nil {
		return Options{}, wrong.problem
	}
	if values["enable_layout"] == "" && opts.Prompt != "" {
		opts.Layout = false // a prompt is about the whole page
	}
	if opts.Format != nil {
		opts.Use(*opts.Format)
	}
	for _, f := range opts.Formats {
		opts.Use(f)
	}
	return opts, nil
}

// Use sets what a format needs, where the request does not say otherwise.
func (o *Options) Use(f Format) {
	if o.Boxes == "" || f.Words {
		o.Boxes = f.Boxes
	}
	if o.Images == "" {
		o.Images = f.Images
	}
}

// setters parse the text of each option into opts.
func (r Rules) setters(opts *Options) map[string]func(string) error {
	return map[string]func(string) error{
		"task":            func(v string) error { return setOneOf(&opts.Task, "task", v, document.Tasks) },
		"pages":           func(v string) (err error) { opts.Pages, err = document.ParsePageRange(v); return err },
		"password":        func(v string) error { opts.Password = v; return nil },
		"dpi":             func(v string) error { return setInt(&opts.DPI, "dpi", v, document.MinDPI, document.MaxDPI) },
		"enable_layout":   func(v string) error { return setBool(&opts.Layout, "enable_layout", v) },
		"include_headers": func(v string) error { return setBool(&opts.IncludeHeaders, "include_headers", v) },
		"prompt":          func(v string) error { opts.Prompt = v; return nil }, // the engine decides whether prompts are allowed
		"formats":         func(v string) (err error) { opts.Formats, err = r.formatsNamed(v); return err },
		"format":          func(v string) (err error) { opts.Format, err = r.formatNamed(v); return err },
		"table_format":    func(v string) error { return setOneOf(&opts.TableFormat, "table_format", v, document.TableFormats) },
		"images":          func(v string) error { return setOneOf(&opts.Images, "images", v, document.AllImages) },
		"boxes":           func(v string) error { return setOneOf(&opts.Boxes, "boxes", v, document.AllBoxes) },
		"text_layer":      func(v string) error { return setOneOf(&opts.TextLayer, "text_layer", v, document.TextLayers) },
		"join_tables":     func(v string) error { return setBool(&opts.JoinTables, "join_tables", v) },
		"schema":          func(v string) (err error) { opts.Fields, err = r.Fields(v); return err },
		"deadline_ms": func(v string) error {
			limit := int(r.Timeout.Milliseconds())
			ms := limit
			err := setInt(&ms, "deadline_ms", v, 1, limit)
			opts.Timeout = time.Duration(ms) * time.Millisecond
			return err
		},
	}
}

// Start waits for a place for a request whose upload is complete. Its time starts now.
func (o *Options) Start(ctx context.Context, t *admission.Ticket) error {
	if o.Timeout > 0 {
		o.Until = time.Now().Add(o.Timeout)
	}
	o.account = t.Account()
	ctx, cancel := o.Within(ctx)
	defer cancel()
	wait := stage.Wait(ctx, stage.WaitAdmission)
	defer wait.End(ctx)
	return t.Run(ctx)
}

// Within is ctx with the request's time limit.
func (o *Options) Within(ctx context.Context) (context.Context, context.CancelFunc) {
	if o.Until.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, o.Until)
}

// wrongs collects the problems of options.
type wrongs struct{ problem *document.Problem }

func (w *wrongs) add(field string, err error) {
	one := Problem(err)
	if w.problem == nil {
		first := *one
		first.Parts = nil
		w.problem = &first
	}
	w.problem.Parts = append(w.problem.Parts, document.Part{Field: field, Code: one.Code, Detail: one.Detail})
}

// setOneOf sets an option that has a few known values.
func setOneOf[T ~string](to *T, name, v string, known []T) error {
	t := T(strings.ToLower(strings.TrimSpace(v)))
	if !slices.Contains(known, t) {
		return document.Invalid(name, "there is no %s %q; known are %s", name, clip.Text(v), list(known))
	}
	*to = t
	return nil
}

func list[T ~string](known []T) string {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}

func setInt(n *int, name, v string, low, high int) error {
	i, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil || i < low || i > high {
		return document.Invalid(name, "%s must be a whole number from %d to %d, not %q", name, low, high, clip.Text(v))
	}
	*n = i
	return nil
}

// Bool reads an option that is true or false; empty is false.
func Bool(name, v string) (b bool, err error) {
	if v != "" {
		err = setBool(&b, name, v)
	}
	return b, err
}

func setBool(b *bool, name, v string) error {
	switch strings.ToLower(strings.TrimSpace(v)) {
	case "true", "1", "yes", "on":
		*b = true
	case "false", "0", "no", "off":
		*b = false
	default:
		return document.Invalid(name, "%s must be true or false, not %q", name, clip.Text(v))
	}
	return nil
}

// formatNamed finds one of the available formats.
func (r Rules) formatNamed(name string) (*Format, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	known := make([]string, len(r.Formats))
	for i, f := range r.Formats {
		if f.Name == name {
			return &f, nil
		}
		known[i] = f.Name
	}
	return nil, document.Invalid("format", "there is no format %q; known are %s", clip.Text(name), list(known))
}

// formatsNamed parses a list such as "md,hocr"; each format counts once.
func (r Rules) formatsNamed(v string) ([]Format, error) {
	var found []Format
	for name := range strings.SplitSeq(v, ",") {
		f, err := r.formatNamed(name)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(found, func(other Format) bool { return other.Name == f.Name }) {
			found = append(found, *f)
		}
	}
	return found, nil
}
