package service_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/service"
)

func TestReadGathersThePagesInOrder(t *testing.T) {
	s, _ := build(t, made(page{text: "one"}, page{code: document.CodeEngineFailed}, page{text: "three"}), nil)
	var seen []string
	res, err := s.Read(t.Context(), source("x"), service.Options{}, func(e document.Event) { seen = append(seen, string(e.Kind)) })
	if err != nil {
		t.Fatal(err)
	}
	if res.Status != document.StatusPartial || res.Text != "one\n\nthree" || res.Markdown != "one (joined)\n\nthree" || len(res.Pages) != 3 || res.Pages[1].Number != 2 {
		t.Errorf("%+v", res)
	}
	if want := []string{"job.accepted", "page.completed", "page.failed", "page.completed"}; !slices.Equal(seen, want) {
		t.Errorf("events %v", seen)
	}
	if n := s.Pages(); n[document.StatusOK] != 2 || n[document.StatusFailed] != 1 {
		t.Errorf("counted %v", n)
	}
	if here := s.Admission.Counts(); here.Pages != 0 {
		t.Errorf("%d pages are still waiting", here.Pages)
	}
}

// TestVerdicts: whose fault it is that nothing could be read.
func TestVerdicts(t *testing.T) {
	const raster, recognize = document.PhaseRaster, document.PhaseRecognize
	for name, tc := range map[string]struct {
		pages []page
		want  document.Code
	}{
		"engine":                   {[]page{{code: document.CodeEngineFailed, phase: recognize}, {code: document.CodeEngineFailed, phase: recognize}}, document.CodeAllPagesFailed},
		"one page too large":       {[]page{{code: document.CodeTooManyPixels, phase: raster}}, document.CodeTooManyPixels},
		"all pages too large":      {[]page{{code: document.CodeTooManyPixels, phase: raster}, {code: document.CodeTooManyPixels, phase: raster}}, document.CodeTooManyPixels},
		"damaged in various ways":  {[]page{{code: document.CodeTooManyPixels, phase: raster}, {code: document.CodeUnreadable, phase: raster}}, document.CodeUnreadable},
		"not rendered":             {[]page{{code: document.CodePageFailed, phase: raster}, {code: document.CodePageTimeout, phase: raster}}, document.CodeUnreadable},
		"not whole":                {[]page{{code: document.CodePageIncomplete, phase: raster}}, document.CodeUnreadable},
		"overload":                 {[]page{{code: document.CodeOverloaded, phase: recognize}, {code: document.CodeOverloaded, phase: raster}}, document.CodeOverloaded},
		"time":                     {[]page{{code: document.CodeDeadlineExceeded, phase: recognize}}, document.CodeDeadlineExceeded},
		"overload and a bad page":  {[]page{{code: document.CodeOverloaded, phase: recognize}, {code: document.CodeUnreadable, phase: raster}}, document.CodeAllPagesFailed},
		"engine and layout failed": {[]page{{code: document.CodeEngineFailed, phase: recognize}, {code: document.CodeLayoutFailed, phase: document.PhaseLayout}}, document.CodeAllPagesFailed},
	} {
		s, _ := build(t, made(tc.pages...), nil)
		res, err := s.Run(t.Context(), source("x"), service.Options{}, func(document.Event) {})
		p, ok := errors.AsType[*document.Problem](err)
		if !ok || p.Code != tc.want {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
			continue
		}
		if res == nil || res.Status != document.StatusFailed || len(p.Parts) != len(tc.pages) || p.Parts[0].Page != 1 {
			t.Errorf("%s: result %+v, parts %+v", name, res, p.Parts)
		}
	}
}

func TestNoPagesAtAll(t *testing.T) {
	s, _ := build(t, made(), nil)
	_, err := s.Run(t.Context(), source("x"), service.Options{}, func(document.Event) {})
	wants(t, err, document.CodeAllPagesFailed)
}

// TestADocumentThatCannotBeOpenedHasNoResult, whatever the reason.
func TestADocumentThatCannotBeOpenedHasNoResult(t *testing.T) {
	for want, fail := range map[document.Code]func() (*document.Result, error){
		document.CodePasswordRequired: func() (*document.Result, error) {
			return nil, document.Problemf(document.CodePasswordRequired, document.PhaseRaster, "no")
		},
		document.CodeInternal: func() (*document.Result, error) { panic("scripted") },
	} {
		s, log := build(t, pipeline(func(context.Context, *document.Source, document.Options, func(document.Event)) (*document.Result, error) {
			return fail()
		}), nil)
		res, err := s.Read(t.Context(), source("x"), service.Options{}, nil)
		p := wants(t, err, want)
		if res != nil || strings.Contains(p.Detail, "scripted") {
			t.Errorf("%s: result %v, %v", want, res, p)
		}
		if want == document.CodeInternal && !strings.Contains(log.String(), "scripted") {
			t.Errorf("the log does not say why: %s", log)
		}
	}
}

// TestAnEndedContextIsTheReason, and what was read until then is accounted for.
func TestAnEndedContextIsTheReason(t *testing.T) {
	stopping := document.Problemf(document.CodeOverloaded, "", "stopping")
	for name, tc := range map[string]struct {
		cause  error
		code   document.Code
		status document.Status
	}{
		"client gone": {nil, document.CodeCanceled, document.StatusCanceled},
		"stop":        {stopping, document.CodeOverloaded, document.StatusCanceled},
		"time":        {context.DeadlineExceeded, document.CodeDeadlineExceeded, document.StatusFailed},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		s, _ := build(t, made(page{text: "one"}, page{text: "two"}, page{text: "three"}), nil)
		res, err := s.Read(ctx, source("x"), service.Options{}, func(e document.Event) {
			if e.Page != nil {
				cancel(tc.cause)
			}
		})
		wants(t, err, tc.code)
		if res == nil || res.Status != tc.status || res.Summary.OK != 1 || res.Summary.Canceled != 2 || res.Text != "three" || res.Engine != "fake" || res.Error == nil {
			t.Errorf("%s: %+v", name, res)
		}
	}
}

// TestAPanicHalfwayIsAccountedFor by what was seen.
func TestAPanicHalfwayIsAccountedFor(t *testing.T) {
	s, _ := build(t, pipeline(func(_ context.Context, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		emit(document.Event{Kind: document.EventAccepted, Summary: document.Summary{Pages: 2}})
		emit(document.Event{Kind: document.EventPage, Page: &document.PageResult{Number: 1, Text: "one"}, Summary: document.Summary{Pages: 2, OK: 1}})
		panic("scripted")
	}), nil)
	res, err := s.Read(t.Context(), source("x"), service.Options{}, nil)
	wants(t, err, document.CodeInternal)
	if res == nil || res.Status != document.StatusFailed || res.Summary.OK != 1 || res.Text != "one" {
		t.Errorf("%+v", res)
	}
	if here := s.Admission.Counts(); here.Pages != 0 {
		t.Errorf("%d pages are still waiting", here.Pages)
	}
}

// TestTooManyPagesAreRefusedBeforeAnythingIsSaid of their document.
func TestTooManyPagesAreRefusedBeforeAnythingIsSaid(t *testing.T) {
	s, _ := build(t, made(page{text: "one"}, page{text: "two"}), func(c *service.Config) { c.MaxQueuedPages = 2 })
	other := s.Admission.Document(nil)
	if err := other.Add(1); err != nil {
		t.Fatal(err)
	}
	defer other.End()
	res, err := s.Run(t.Context(), source("x"), service.Options{}, func(e document.Event) { t.Errorf("event %s", e.Kind) })
	if p := wants(t, err, document.CodeOverloaded); res != nil || p.Limit != "max_queued_pages" || !p.Retryable {
		t.Errorf("result %v, %+v", res, p)
	}
	if n := s.Admission.Counts().Refused["max_queued_pages"]; n != 1 {
		t.Errorf("%d refusals are counted", n)
	}
}

func TestTimeRunsFromTheStart(t *testing.T) {
	s, _ := build(t, pipeline(func(ctx context.Context, _ *document.Source, _ document.Options, _ func(document.Event)) (*document.Result, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}), func(c *service.Config) { c.MaxRequests = 1 })
	opts, err := s.Parse(service.Document, map[string]string{"deadline_ms": "20"})
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := s.Admission.Enter("anna", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer ticket.Leave()
	if err := opts.Start(t.Context(), ticket); err != nil || time.Until(opts.Until) > 20*time.Millisecond {
		t.Fatalf("%v, until %v", err, opts.Until)
	}
	_, err = s.Read(t.Context(), source("x"), opts, nil)
	wants(t, err, document.CodeDeadlineExceeded)
}

func TestExtract(t *testing.T) {
	var asked *document.Question
	read := made(page{text: "found"})
	s, _ := build(t, pipeline(func(ctx context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error) {
		asked = opts.Question
		return read(ctx, src, opts, emit)
	}), nil)
	opts, err := s.Parse(service.Extract, map[string]string{"schema": "{}"})
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Extract(t.Context(), source("x"), opts)
	if err != nil || string(found.Data) != `"found"` || asked == nil || asked.Example != "{}" {
		t.Errorf("%+v, %v, asked %v", found, err, asked)
	}
	for schema, values := range map[string]map[string]string{"absent": {}, "empty": {"schema": ""}} {
		opts, err := s.Parse(service.Extract, values)
		if err == nil {
			_, err = s.Extract(t.Context(), source("x"), opts)
		}
		if p := wants(t, err, document.CodeInvalidRequest); p.Parts[0].Field != "schema" {
			t.Errorf("%s: %+v", schema, p)
		}
	}
}

// TestNoRequestEndsWithTheCodeOfAPage: it ends with what that means for the whole.
func TestNoRequestEndsWithTheCodeOfAPage(t *testing.T) {
	for _, tc := range []struct {
		code  document.Code
		phase document.Phase
		want  document.Code
	}{
		{document.CodePageIncomplete, document.PhaseRaster, document.CodeUnreadable},
		{document.CodePageTimeout, document.PhaseRaster, document.CodeUnreadable},
		{document.CodeScriptUnsupported, document.PhaseRecognize, document.CodeAllPagesFailed},
		{document.CodeLayoutFailed, document.PhaseLayout, document.CodeAllPagesFailed},
		{document.CodeEngineFailed, document.PhaseRecognize, document.CodeEngineFailed},
	} {
		s, _ := build(t, made(page{text: "x"}), nil)
		opts := service.Options{Fields: failing{document.Problemf(tc.code, tc.phase, "no page could be searched")}}
		_, err := s.Extract(t.Context(), source("x"), opts)
		p := wants(t, err, tc.want)
		if p.Detail != "no page could be searched" || tc.code != tc.want && (len(p.Parts) != 1 || p.Parts[0].Code != tc.code) {
			t.Errorf("%s: %+v", tc.code, p)
		}
	}
}

// failing are fields that are found nowhere.
type failing struct{ err error }

func (failing) Question() *document.Question { return nil }

func (f failing) Extract(*document.Result) (*document.Extraction, error) { return nil, f.err }
