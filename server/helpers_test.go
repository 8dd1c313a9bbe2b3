package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/document"
	"ocr-gateway/internal/correlation"
	"ocr-gateway/internal/logtest"
	"ocr-gateway/server"
	"ocr-gateway/server/health"
	"ocr-gateway/service"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// fakePipeline is a pipeline whose Run a test writes.
type fakePipeline struct {
	run func(ctx context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error)
}

func (f fakePipeline) Run(ctx context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error) {
	return f.run(ctx, src, opts, emit)
}

// Join leaves a mark where it was asked to do something.
func (f fakePipeline) Join(pages []document.PageResult, opts document.Options) {
	if opts.JoinTables {
		pages[0].Markdown += " (joined)"
	}
}

// scripted plays a document by its content: "pages:3", "pages:3 fail:2",
// "pages:2 fail:1 fail:2 phase:raster", "error:password_required", "panic".
func scripted() fakePipeline {
	return fakePipeline{func(ctx context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error) {
		b, err := io.ReadAll(io.LimitReader(src.Reader(), 256))
		if err != nil {
			return nil, err
		}
		script := parseScript(string(b))
		switch {
		case script.panics:
			panic("scripted")
		case script.err != "":
			return nil, document.Problemf(document.Code(script.err), document.PhaseAdmission, "scripted %s", script.err)
		}
		return play(ctx, script, emit)
	}}
}

type script struct {
	pages  int
	fail   map[int]bool
	phase  document.Phase
	code   document.Code
	err    string
	panics bool
}

func parseScript(s string) script {
	sc := script{pages: 1, fail: map[int]bool{}, phase: document.PhaseRecognize, code: document.CodeEngineFailed}
	for word := range strings.FieldsSeq(s) {
		key, value, _ := strings.Cut(word, ":")
		switch key {
		case "pages":
			fmt.Sscan(value, &sc.pages)
		case "fail":
			var n int
			fmt.Sscan(value, &n)
			sc.fail[n] = true
		case "phase":
			sc.phase = document.Phase(value)
		case "code":
			sc.code = document.Code(value)
		case "error":
			sc.err = value
		case "panic":
			sc.panics = true
		}
	}
	return sc
}

func play(ctx context.Context, sc script, emit func(document.Event)) (*document.Result, error) {
	sum := document.Summary{Total: sc.pages, Pages: sc.pages}
	emit(document.Event{Kind: document.EventAccepted, Summary: sum, Model: "fake-1"})
	for n := sc.pages; n >= 1; n-- { // the last page first: the server must sort
		if ctx.Err() != nil {
			return nil, document.Problemf(document.CodeCanceled, "", "stopped").Because(ctx.Err())
		}
		if sc.fail[n] {
			sum.Failed++
			emit(document.Event{Kind: document.EventPageFail, Summary: sum, Model: "fake-1", Page: &document.PageResult{
				Number: n, Status: document.StatusFailed,
				Error: document.Problemf(sc.code, sc.phase, "page %d failed", n),
			}})
			continue
		}
		sum.OK++
		emit(document.Event{Kind: document.EventPage, Summary: sum, Model: "fake-1", Page: goodPage(n)})
	}
	res := &document.Result{
		Status: document.StatusOK, Summary: sum, Usage: document.Usage{Pages: sum.OK, Regions: sum.OK},
		Timings: map[string]int{"raster": 1}, Model: "fake-1", Engine: "fake", Layout: "geometry",
	}
	switch {
	case sum.Failed == sc.pages:
		res.Status = document.StatusFailed
		res.Error = document.Problemf(document.CodeAllPagesFailed, document.PhaseRecognize, "all pages failed")
	case sum.Failed > 0:
		res.Status = document.StatusPartial
	}
	return res, nil
}

func goodPage(n int) *document.PageResult {
	confidence := 0.9
	text := fmt.Sprintf("text of page %d", n)
	return &document.PageResult{
		Number: n, Status: document.StatusOK, Width: 100, Height: 200, DPI: 144, Layout: "geometry", Engine: "fake",
		Text: text, Markdown: "**" + text + "**",
		Regions: []document.Region{{
			ID: fmt.Sprintf("p%dr1", n), Order: 1, Type: document.RegionText, Label: "Text", BBox: document.BBox{1, 2, 30, 40},
			Status: document.StatusOK, Content: text, Format: document.FormatText, Confidence: &confidence,
			Lines: []document.Line{{BBox: document.BBox{1, 2, 30, 40}, Text: text, Confidence: &confidence}},
		}},
	}
}

// api is a running server.
type api struct {
	t      *testing.T
	server *server.Server
	base   string
	client *http.Client
	log    *logtest.Buffer
	stop   context.CancelFunc
	done   chan error // holds what Serve returned
	// lenient is set by tests of what the server takes beside what the contract promises.
	lenient bool
}

func ready() health.Report {
	tasks := []document.Task{document.TaskText, document.TaskTable, document.TaskDocument}
	return health.Report{
		Ready: true, Status: "ok",
		Engines:   []health.Component{{Name: "fake", Model: "fake-1", State: "ready", Tasks: tasks, Extract: document.MethodHeuristic}},
		Layout:    health.Component{Name: "geometry", State: "ready"},
		Rendering: health.Rendering{State: "ready", Isolated: 2},
	}
}

func testConfig() server.Config {
	cfg := server.DefaultConfig()
	cfg.Port = 0
	cfg.MaxUploadBytes = 4 << 20
	cfg.IdleTimeout = time.Minute // tests of it have their own
	cfg.DrainTimeout = 5 * time.Second
	return cfg
}

// deps is what a test may change before its server is built.
type deps struct {
	service.Parts
	server.Deps
}

func build(cfg server.Config, d deps, log *slog.Logger) (*server.Server, error) {
	var err error
	if d.Service, err = service.New(cfg.Config, d.Parts, log); err != nil {
		return nil, err
	}
	return server.New(cfg, d.Deps, log)
}

func start(t *testing.T, p service.Pipeline, change ...func(*server.Config, *deps)) *api {
	t.Helper()
	cfg := testConfig()
	cfg.TempDir = t.TempDir()
	d := deps{
		Deps: server.Deps{FieldLimits: map[string]int64{}, Status: ready, Version: "test", Limits: map[string]int64{"max_pages": 7}},
		Parts: service.Parts{Pipeline: p, Fields: fakeSchema, Layout: true, Formats: []service.Format{
			{Name: "markdown", MediaType: "text/markdown", Encode: func(_ context.Context, w io.Writer, r service.Reading) error {
				_, err := io.WriteString(w, r.Result.Markdown)
				return err
			}},
			{Name: "text", MediaType: "text/plain", Encode: func(_ context.Context, w io.Writer, r service.Reading) error {
				_, err := io.WriteString(w, r.Result.Text)
				return err
			}},
			{Name: "binary", MediaType: "application/x-binary", Encode: func(_ context.Context, w io.Writer, _ service.Reading) error {
				_, err := w.Write([]byte{0xff, 0xfe, 0})
				return err
			}},
			{Name: "panicking", MediaType: "application/x-panicking", Encode: func(context.Context, io.Writer, service.Reading) error {
				panic("scripted")
			}},
			{Name: "words", MediaType: "application/x-words", Boxes: document.BoxesWord, Images: document.ImagesInline, Encode: func(_ context.Context, w io.Writer, r service.Reading) error {
				_, err := fmt.Fprint(w, r.Source.Name, " ", r.Options.Boxes, " ", r.Options.Images)
				return err
			}},
			{Name: "impossible", MediaType: "application/x-impossible", Encode: func(context.Context, io.Writer, service.Reading) error {
				return document.Problemf(document.CodeUnreadable, document.PhaseFormat, "not this one")
			}},
			{Name: "endless", MediaType: "application/x-endless", Encode: func(ctx context.Context, _ io.Writer, _ service.Reading) error {
				<-ctx.Done()
				return fmt.Errorf("write: %w", ctx.Err())
			}},
			{Name: "broken", MediaType: "application/x-broken", Encode: func(context.Context, io.Writer, service.Reading) error {
				return fmt.Errorf("open /secret/path: no")
			}},
		}},
	}
	for name, media := range map[string]string{
		"md": "text/markdown", "txt": "text/plain", "html": "text/html", "hocr": "text/vnd.hocr+html", "alto": "application/alto+xml",
		"docling": "application/vnd.docling+json", "zip": "application/zip", "pdf": "application/pdf",
	} {
		d.Parts.Formats = append(d.Parts.Formats, service.Format{Name: name, MediaType: media, Encode: func(_ context.Context, w io.Writer, _ service.Reading) error {
			_, err := io.WriteString(w, "{}")
			return err
		}})
	}
	for _, f := range change {
		f(&cfg, &d)
	}
	buf := &logtest.Buffer{}
	s, err := build(cfg, d, slog.New(correlation.Handler(slog.NewJSONHandler(buf, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	a := &api{
		t: t, server: s, base: "http://" + ln.Addr().String(), log: buf, stop: stop, done: make(chan error, 1),
		client: &http.Client{
			Transport: &http.Transport{DisableCompression: true}, Timeout: 2 * time.Minute,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	go func() { a.done <- s.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		if err := <-a.done; err != nil {
			t.Errorf("serve: %v", err)
		}
		a.client.CloseIdleConnections()
	})
	return a
}

// reply is an answer read to its end.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

func (a *api) do(req *http.Request) reply {
	a.t.Helper()
	res, err := a.client.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	checkContract(a.t, req, res.StatusCode, res.Header, b)
	if res.StatusCode == 200 && !a.lenient {
		checkRequest(a.t, req)
	}
	return reply{a.t, res.StatusCode, res.Header, b}
}

func (a *api) get(path string) reply {
	a.t.Helper()
	return a.do(a.request("GET", path, "", nil))
}

func (a *api) post(path, contentType string, body []byte) reply {
	a.t.Helper()
	return a.do(a.request("POST", path, contentType, body))
}

func (a *api) postForm(path string, f *formBody) reply {
	a.t.Helper()
	body, contentType := f.encode()
	return a.post(path, contentType, body)
}

func (a *api) request(method, path, contentType string, body []byte) *http.Request {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.base+path, bytes.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return req
}

func (r reply) json() map[string]any {
	r.t.Helper()
	var v map[string]any
	if err := json.Unmarshal(r.body, &v); err != nil {
		r.t.Fatalf("status %d, body is not a JSON object: %q", r.status, r.body)
	}
	return v
}

// want checks the status and, for problems, the code, and returns the body.
func (r reply) want(status int, code string) map[string]any {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	if code == "" {
		return r.json()
	}
	if ct := r.header.Get("Content-Type"); ct != "application/problem+json" {
		r.t.Errorf("Content-Type %q", ct)
	}
	body := r.json()
	if body["code"] != code {
		r.t.Fatalf("code %v, want %s: %s", body["code"], code, r.body)
	}
	return body
}

// formBody builds a multipart body.
type formBody struct {
	buf bytes.Buffer
	w   *multipart.Writer
}

func newForm() *formBody {
	f := &formBody{}
	f.w = multipart.NewWriter(&f.buf)
	return f
}

func (f *formBody) file(field, name, content string) *formBody {
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="%s"; filename="%s"`, field, name))
	h.Set("Content-Type", "application/octet-stream")
	p, _ := f.w.CreatePart(h)
	io.WriteString(p, content)
	return f
}

func (f *formBody) field(name, value string) *formBody {
	f.w.WriteField(name, value)
	return f
}

func (f *formBody) encode() ([]byte, string) {
	f.w.Close()
	return f.buf.Bytes(), f.w.FormDataContentType()
}

// ctxt keeps the signatures of fake pipelines short.
type ctxt = context.Context

func read(src *document.Source) string {
	b, _ := io.ReadAll(src.Reader())
	return string(b)
}

// doUnchecked leaves the contract aside, for media types that only a test has.
func (a *api) doUnchecked(req *http.Request) reply {
	a.t.Helper()
	res, err := a.client.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return reply{a.t, res.StatusCode, res.Header, b}
}

func (a *api) logged() string { return a.log.String() }

// onePage is a pipeline that reads a page in whatever it gets.
func onePage() fakePipeline {
	return fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		return play(ctx, parseScript("pages:1"), emit)
	}}
}
