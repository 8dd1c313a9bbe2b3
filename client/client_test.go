package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/client"
	"ocr-gateway/document"
	"ocr-gateway/server"
	"ocr-gateway/server/health"
	"ocr-gateway/service"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const key = "a key of the tests"

// pipeline reads two pages of what begins with "two", the second of which fails, one of all
// else, and none of "bad".
type pipeline struct{ got chan string }

func (p pipeline) Run(_ context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error) {
	b, err := io.ReadAll(src.Reader())
	if err != nil {
		return nil, err
	}
	select {
	case p.got <- src.Name + " " + string(b) + " " + opts.Password:
	default:
	}
	if string(b) == "bad" {
		return nil, document.Problemf(document.CodeUnreadable, document.PhaseRaster, "it is damaged")
	}
	sum := document.Summary{Total: 1, Pages: 1}
	if strings.HasPrefix(string(b), "two") {
		sum = document.Summary{Total: 2, Pages: 2}
	}
	emit(document.Event{Kind: document.EventAccepted, Summary: sum})
	sum.OK = 1
	emit(document.Event{Kind: document.EventPage, Summary: sum, Page: page()})
	res := &document.Result{Status: document.StatusOK, Summary: sum, Model: "m", Engine: "e", Layout: "l", Timings: map[string]int{"total": 3}}
	if sum.Total == 2 {
		sum.Failed, res.Status = 1, document.StatusPartial
		emit(document.Event{Kind: document.EventPageFail, Summary: sum, Page: &document.PageResult{
			Number: 2, Status: document.StatusFailed, Error: document.Problemf(document.CodePageFailed, document.PhaseRaster, "no ink"),
		}})
		res.Summary = sum
	}
	return res, nil
}

func (pipeline) Join([]document.PageResult, document.Options) {}

func page() *document.PageResult {
	sure := .9
	return &document.PageResult{
		Number: 1, Status: document.StatusOK, Width: 10, Height: 20, Rotation: 90, DPI: 150, Layout: "l", Engine: "e", Text: "Hello", Markdown: "# Hello",
		Images: map[string][]byte{"p1r2.png": {1, 2}},
		Regions: []document.Region{{
			ID: "p1r1", Order: 1, Type: document.RegionTitle, Label: "t", Level: 1, Score: &sure, Status: document.StatusOK, Content: "Hello",
			Format: document.FormatText, Confidence: &sure, Lines: []document.Line{{Text: "Hello", Confidence: &sure}},
		}},
	}
}

// fields finds what any schema asks for.
type fields struct{}

func (fields) Question() *document.Question { return nil }

func (fields) Extract(*document.Result) (*document.Extraction, error) {
	return &document.Extraction{
		Status: document.StatusOK, Data: json.RawMessage(`{"total":"7"}`), Valid: true, Method: document.MethodHeuristic,
		SchemaErrors: []document.SchemaError{}, Evidence: map[string]document.Evidence{"/total": {Page: 1}}, Conflicts: []document.Conflict{}, Pages: []document.ExtractedPage{},
	}, nil
}

// serve serves, with an API key, on a pipeline.
func serve(t *testing.T) (listening *httptest.Server, p pipeline) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	cfg := server.DefaultConfig()
	cfg.APIKeys = []string{key}
	p.got = make(chan string, 10)
	s, err := service.New(cfg.Config, service.Parts{
		Pipeline: p, Layout: true, Fields: func(string) (service.Fields, error) { return fields{}, nil },
		Formats: []service.Format{
			{Name: "text", MediaType: "text/plain", Encode: func(_ context.Context, w io.Writer, r service.Reading) error {
				_, err := io.WriteString(w, r.Result.Text)
				return err
			}},
			{Name: "binary", MediaType: "application/x-binary", Encode: func(_ context.Context, w io.Writer, _ service.Reading) error {
				_, err := w.Write([]byte{0xff, 0})
				return err
			}},
		},
	}, log)
	if err != nil {
		t.Fatal(err)
	}
	status := func() health.Report {
		engine := health.Component{
			Name: "e", Model: "m", Profile: "p", State: "ready", Detail: "d", Tasks: document.Tasks, Scripts: []string{"Latin"},
			Extract: "model", Prompts: true, Encoder: "jpeg", Endpoints: []health.Endpoint{{Name: "endpoint-1", State: "ready", Detail: "d", Limit: 3, Breaker: "closed", Version: "1"}},
		}
		return health.Report{
			Ready: true, Status: "ok", Engines: []health.Component{engine}, Layout: health.Component{Name: "l", State: "ready"},
			Rendering: health.Rendering{State: "ready", Detail: "d", Isolated: 1},
		}
	}
	srv, err := server.New(cfg, server.Deps{Service: s, Jobs: keepJobs(t, s), Status: status, Version: "test", FieldLimits: map[string]int64{"max_fields": 1}}, log)
	if err != nil {
		t.Fatal(err)
	}
	listening = httptest.NewServer(srv.Handler())
	t.Cleanup(listening.Close)
	return listening, p
}

// start makes a client of a server; bodies holds the answers as they came.
func start(t *testing.T) (*client.Client, pipeline, *bytes.Buffer) {
	t.Helper()
	listening, p := serve(t)
	bodies := &bytes.Buffer{}
	c, err := client.New(listening.URL, key, &http.Client{Transport: tap{listening.Client().Transport, bodies}})
	if err != nil {
		t.Fatal(err)
	}
	return c, p, bodies
}

// tap keeps the last answer's body.
type tap struct {
	http.RoundTripper
	body *bytes.Buffer
}

func (p tap) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := p.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	p.body.Reset()
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(res.Body, p.body), res.Body}
	return res, nil
}

// TestAnswersAreWhole: what the server sends is in the client's types, all of it.
func TestAnswersAreWhole(t *testing.T) {
	c, _, body := start(t)
	ctx := t.Context()
	file := client.Bytes("a.pdf", []byte("two pages"))
	opts := client.Options{Formats: []string{"text", "binary"}}
	for name, ask := range map[string]func() (any, error){
		"document":  func() (any, error) { return c.Document(ctx, file, opts) },
		"recognize": func() (any, error) { return c.Recognize(ctx, file, client.Options{}) },
		"extract":   func() (any, error) { return c.Extract(ctx, file, client.Options{Schema: `{"total":""}`}) },
		"batch": func() (any, error) {
			return c.Batch(ctx, []client.File{file, client.Bytes("b", []byte("bad"))}, client.Options{})
		},
		"health": func() (any, error) { return c.Health(ctx) },
		"info":   func() (any, error) { return c.Info(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ask()
			if err != nil {
				t.Fatal(err)
			}
			strict := json.NewDecoder(bytes.NewReader(body.Bytes()))
			strict.DisallowUnknownFields()
			again := reflect.New(reflect.TypeOf(got).Elem()).Interface()
			if err := strict.Decode(again); err != nil {
				t.Errorf("%v: %s", err, body)
			}
			if !reflect.DeepEqual(got, again) {
				t.Errorf("the call gives %+v, its answer holds %+v", got, again)
			}
		})
	}
}

// TestUpload: files come whole and by their names, from memory and from disk, with options.
func TestUpload(t *testing.T) {
	c, p, _ := start(t)
	name := filepath.Join(t.TempDir(), "so \"called\" §\x1b\n.pdf")
	if err := os.WriteFile(name, bytes.Repeat([]byte("0123456789"), 300<<10), 0o600); err != nil { // above what a server holds in memory
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	file, err := client.Opened(f)
	if err != nil {
		t.Fatal(err)
	}
	off := false
	got, err := c.Document(t.Context(), file, client.Options{Pages: "1", Password: "secret", DPI: 100, Layout: &off, JoinTables: true, Deadline: time.Minute, Formats: []string{"text", "binary"}})
	if err != nil {
		t.Fatal(err)
	}
	if sent := <-p.got; !strings.HasPrefix(sent, `so "called" §__.pdf 0123`) || !strings.HasSuffix(sent, "789 secret") || len(sent) < 3_000_000 {
		t.Errorf("the server got %d bytes: %.60q", len(sent), sent)
	}
	if text, err := got.Outputs["text"].Bytes(); string(text) != "Hello" || err != nil {
		t.Errorf("text %q, %v", text, err)
	}
	if b, err := got.Outputs["binary"].Bytes(); !bytes.Equal(b, []byte{0xff, 0}) || err != nil {
		t.Errorf("binary %v, %v", b, err)
	}
}

func TestStream(t *testing.T) {
	c, _, _ := start(t)
	var pages []document.PageResult
	var done []int
	events := client.Events{
		Page:     func(p document.PageResult) { pages = append(pages, p) },
		Progress: func(p client.Progress) { done = append(done, p.Done) },
	}
	end, err := c.Stream(t.Context(), client.Bytes("a", []byte("two")), client.Options{}, events)
	if err != nil || end.Status != document.StatusPartial || end.Summary.Failed != 1 || end.Timings["total"] != 3 {
		t.Errorf("ends with %+v, %v", end, err)
	}
	if !reflect.DeepEqual(done, []int{0, 1, 2}) || len(pages) != 2 || pages[0].Markdown != "# Hello" || pages[1].Error == nil {
		t.Errorf("progress %v, pages %+v", done, pages)
	}
	if _, err := c.Stream(t.Context(), client.Bytes("a", []byte("bad")), client.Options{}, client.Events{}); !hasCode(err, document.CodeUnreadable, 422) {
		t.Errorf("a damaged document gives %v", err)
	}
}

// cutting breaks the answers of the first requests off, each after some bytes more than the one before.
type cutting struct {
	http.RoundTripper
	left, bytes int
	methods     []string
}

func (c *cutting) RoundTrip(req *http.Request) (*http.Response, error) {
	c.methods = append(c.methods, req.Method)
	res, err := c.RoundTripper.RoundTrip(req)
	if err == nil && c.left > 0 {
		c.left--
		c.bytes += 40
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(res.Body, int64(c.bytes)), iotest.ErrReader(io.ErrUnexpectedEOF)), res.Body}
	}
	return res, err
}

// TestStreamGoesOn over connections that break, with each page once.
func TestStreamGoesOn(t *testing.T) {
	at, _ := serve(t)
	breaking := &cutting{RoundTripper: at.Client().Transport, left: 6}
	c, err := client.New(at.URL, key, &http.Client{Transport: breaking})
	if err != nil {
		t.Fatal(err)
	}
	var pages, done []int
	end, err := c.Stream(t.Context(), client.Bytes("a", []byte("two")), client.Options{}, client.Events{
		Page:     func(p document.PageResult) { pages = append(pages, p.Number) },
		Progress: func(p client.Progress) { done = append(done, p.Done) },
	})
	if err != nil || end.Status != document.StatusPartial {
		t.Fatalf("ends with %+v, %v", end, err)
	}
	if len(breaking.methods) < 7 || !reflect.DeepEqual(pages, []int{1, 2}) || !reflect.DeepEqual(done, []int{0, 1, 2}) {
		t.Errorf("%v brought pages %v, progress %v", breaking.methods, pages, done)
	}
}

// TestBrokenStreams are errors, never a document that ends early.
func TestBrokenStreams(t *testing.T) {
	for name, stream := range map[string]string{
		"cut":          "event: job.accepted\ndata: {\"total\":2}\n\nevent: document.comp",
		"no JSON":      "event: page.completed\ndata: {\n\n",
		"failed":       "event: document.failed\ndata: {\"status\":\"failed\",\"error\":{\"code\":\"engine_failed\",\"status\":502}}\n\n",
		"of elsewhere": "",
	} {
		t.Run(name, func(t *testing.T) {
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if stream != "" {
					w.Header().Set("Content-Type", "text/event-stream")
				}
				_, _ = io.WriteString(w, stream)
			}))
			defer other.Close()
			c, err := client.New(other.URL, "", other.Client())
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Stream(t.Context(), client.Bytes("a", nil), client.Options{}, client.Events{})
			if err == nil || name == "failed" && !hasCode(err, document.CodeEngineFailed, 502) {
				t.Errorf("gives %v", err)
			}
		})
	}
}

func hasCode(err error, code document.Code, status int) bool {
	p, ok := errors.AsType[*client.Problem](err)
	plain, too := errors.AsType[*document.Problem](err)
	return ok && too && p.Code == code && plain.Code == code && p.Status == status
}

func TestProblems(t *testing.T) {
	c, _, _ := start(t)
	_, err := c.Document(t.Context(), client.Bytes("a", []byte("x")), client.Options{DPI: 1, TableFormat: "none"})
	if p, ok := errors.AsType[*client.Problem](err); !hasCode(err, document.CodeInvalidRequest, 422) || !ok || len(p.Parts) != 2 || p.RequestID == "" {
		t.Errorf("wrong options give %+v", err)
	}
	_, err = c.Batch(t.Context(), []client.File{client.Bytes("a", []byte("bad"))}, client.Options{})
	if b, ok := errors.AsType[*client.BatchProblem](err); !hasCode(err, document.CodeUnreadable, 422) || !ok || len(b.Items) != 1 || b.Items[0].Error.Detail != "it is damaged" {
		t.Errorf("a batch of which nothing is read gives %+v", err)
	}
}

// TestOthersInBetween: what a proxy answers is a problem too, and says when to try again.
func TestOthersInBetween(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		http.Error(w, "<html>", http.StatusBadGateway)
	}))
	defer proxy.Close()
	c, err := client.New(proxy.URL+"/ocr/", "", proxy.Client())
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Health(t.Context())
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Status != 502 || !p.Retryable || p.After != 7*time.Second {
		t.Errorf("gives %+v", err)
	}
	proxy.Close()
	if _, err := c.Info(t.Context()); err == nil || strings.Contains(err.Error(), "http://") {
		t.Errorf("a server that is gone gives %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for _, bad := range []string{"", "127.0.0.1:8007", "ftp://host", "http://", "http://%"} {
		if _, err := client.New(bad, "", nil); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
