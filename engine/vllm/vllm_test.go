package vllm_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/engine/vllm"
	"ocr-gateway/model/glmocr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quick is a configuration whose times suit tests.
func quick() vllm.Config {
	cfg := vllm.DefaultConfig()
	cfg.FirstByteTimeout, cfg.ProgressTimeout = 30*time.Second, 30*time.Second
	cfg.RegionTimeout = 2 * time.Minute
	cfg.DownTimeout = 5 * time.Second
	cfg.CheckInterval = 20 * time.Millisecond
	return cfg
}

// profiles are those that engines of these tests know.
var profiles = []vllm.Profile{glmocr.Profile{}}

// serve starts a fake server.
func serve(t testing.TB, cfg enginetest.Config) (*enginetest.Fake, vllm.Endpoint) {
	fake := enginetest.NewFake(cfg)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return fake, vllm.Endpoint{URL: server.URL, APIKey: cfg.APIKey}
}

// start starts an engine on the endpoints.
func start(t testing.TB, cfg vllm.Config, endpoints ...vllm.Endpoint) *vllm.Engine {
	cfg.Endpoints = endpoints
	e, err := vllm.New(cfg, profiles, "../../models", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// checked starts an engine and waits until it has looked at its one endpoint.
func checked(t testing.TB, cfg vllm.Config, endpoint vllm.Endpoint) *vllm.Engine {
	e := start(t, cfg, endpoint)
	for e.Health()[0].State == "checking" {
		time.Sleep(time.Millisecond) // between two looks
	}
	return e
}

// page is a small white page.
func page(w, h int) *document.Page {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	return &document.Page{Number: 1, Width: w, Height: h, Image: img}
}

// read reads the whole page as a region of type kind.
func read(ctx context.Context, e *vllm.Engine, p *document.Page, kind document.RegionType) (document.Recognition, error) {
	return e.Recognize(ctx, p, document.Region{Type: kind, BBox: document.BBox{0, 0, p.Width, p.Height}}, document.Options{})
}

func problem(t *testing.T, err error) *document.Problem {
	t.Helper()
	var p *document.Problem
	if !errors.As(err, &p) {
		t.Fatalf("%v, want a *document.Problem", err)
	}
	return p
}

func TestConformance(t *testing.T) {
	enginetest.Run(t, enginetest.Suite{Stuck: stuck, New: func(t *testing.T) enginetest.Recognizer {
		_, endpoint := serve(t, enginetest.Config{Latency: 5 * time.Millisecond, KeepImages: true, Answer: enginetest.SeesBlanks(enginetest.Script)})
		return start(t, quick(), endpoint)
	}})
}

// stuck starts an engine whose server does not answer.
func stuck(t *testing.T) (r enginetest.Recognizer, asked <-chan struct{}) {
	requests := make(chan struct{}, 1)
	_, endpoint := serve(t, enginetest.Config{Fault: func(enginetest.Request) enginetest.Fault {
		select {
		case requests <- struct{}{}:
		default:
		}
		return enginetest.Fault{Hang: true}
	}})
	return start(t, quick(), endpoint), requests
}

// TestRegionTypes checks prompts, formats and every parameter of the request.
func TestRegionTypes(t *testing.T) {
	for kind, want := range map[document.RegionType]struct {
		prompt, content string
		format          document.ContentFormat
		maxTokens       int
		detects         bool
	}{
		document.RegionText:    {"Text Recognition:", enginetest.PageText, document.FormatText, 8192, true},
		document.RegionTitle:   {"Text Recognition:", enginetest.PageText, document.FormatText, 8192, true},
		document.RegionTable:   {"Table Recognition:", enginetest.TableText, document.FormatHTML, 8192, false},
		document.RegionFormula: {"Formula Recognition:", `E = mc^{2} + \frac{a}{b}`, document.FormatLaTeX, 4096, true},
	} {
		t.Run(string(kind), func(t *testing.T) {
			var asked enginetest.Request
			_, endpoint := serve(t, enginetest.Config{KeepImages: true, Answer: func(q enginetest.Request) enginetest.Answer {
				asked = q
				return enginetest.Script(q)
			}})
			got, err := read(t.Context(), start(t, quick(), endpoint), page(56, 56), kind)
			if err != nil {
				t.Fatal(err)
			}
			if got.Content != want.content || got.Format != want.format || got.Truncated != nil {
				t.Errorf("got %+v", got)
			}
			if got.Confidence != nil {
				t.Errorf("confidence %g was not asked for", *got.Confidence)
			}
			if got.Usage.PromptTokens != 110 || got.Usage.CompletionTokens == 0 {
				t.Errorf("usage %+v", got.Usage)
			}
			if asked.Prompt != want.prompt || !asked.ImageFirst || !strings.HasPrefix(asked.Image, "data:image/jpeg;base64,/9j/") {
				t.Errorf("asked %q, image first %v, image %.40q", asked.Prompt, asked.ImageFirst, asked.Image)
			}
			if asked.Model != "glm-ocr" || !asked.Stream || !asked.StreamOptions.IncludeUsage || asked.MaxTokens != want.maxTokens || asked.Logprobs ||
				asked.Temperature == nil || *asked.Temperature != 0 || *asked.TopP != 0.00001 || *asked.TopK != 1 || *asked.RepetitionPenalty != 1.1 {
				t.Errorf("asked %+v", asked)
			}
			if (asked.RepetitionDetection != nil) != want.detects {
				t.Errorf("repetition detection %+v, want it: %v", asked.RepetitionDetection, want.detects)
			}
		})
	}
}

func TestRepetitionDetectionNeedsAServerThatKnowsIt(t *testing.T) {
	for version, want := range map[string]bool{
		"0.17.0": false, "0.17.1": true, "0.32.0": true, "1.0.0rc1": true, "0.9.2": false, "dev": false, "none": false, "0.17": false, "0.19.1.dev3+g1": true,
	} {
		var asked enginetest.Request
		_, endpoint := serve(t, enginetest.Config{Version: version, Answer: func(q enginetest.Request) enginetest.Answer {
			asked = q
			return enginetest.Script(q)
		}})
		if _, err := read(t.Context(), start(t, quick(), endpoint), page(56, 56), document.RegionText); err != nil {
			t.Fatal(err)
		}
		if (asked.RepetitionDetection != nil) != want {
			t.Errorf("version %q: asked for it: %v, want %v", version, asked.RepetitionDetection != nil, want)
		}
	}
}

func TestMaxTokensFitTheModelsLength(t *testing.T) {
	var asked enginetest.Request
	_, endpoint := serve(t, enginetest.Config{ModelLength: 1000, Answer: func(q enginetest.Request) enginetest.Answer {
		asked = q
		return enginetest.Script(q)
	}})
	if _, err := read(t.Context(), start(t, quick(), endpoint), page(280, 280), document.RegionText); err != nil {
		t.Fatal(err)
	}
	if want := 1000 - 100 - 64; asked.MaxTokens != want { // 280x280 pixels are 100 tokens
		t.Errorf("max_tokens %d, want %d", asked.MaxTokens, want)
	}
}

func TestConfidenceWhenAskedFor(t *testing.T) {
	_, endpoint := serve(t, enginetest.Config{})
	cfg := quick()
	cfg.Confidence = true
	got, err := read(t.Context(), start(t, cfg, endpoint), page(56, 56), document.RegionText)
	if err != nil {
		t.Fatal(err)
	}
	if got.Confidence == nil || *got.Confidence < enginetest.TokenProbability-1e-6 || *got.Confidence > enginetest.TokenProbability+1e-6 {
		t.Errorf("confidence %v, want %g", got.Confidence, enginetest.TokenProbability)
	}
}

// TestStreamShapes: a chunk is no token and a read no chunk.
func TestStreamShapes(t *testing.T) {
	for _, pieces := range []int{1, 2, 1000} {
		for _, split := range []int{0, 1, 7} {
			_, endpoint := serve(t, enginetest.Config{Pieces: pieces, SplitBytes: split})
			got, err := read(t.Context(), start(t, quick(), endpoint), page(56, 56), document.RegionText)
			if err != nil || got.Content != enginetest.PageText {
				t.Errorf("%d pieces in writes of %d: %q, %v", pieces, split, got.Content, err)
			}
		}
	}
}

// TestFaultsThatPass fails the first request or two; the region must be read all the same.
func TestFaultsThatPass(t *testing.T) {
	for name, fault := range map[string]enginetest.Fault{
		"429":                   {Status: 429},
		"500":                   {Status: 500},
		"502 with HTML":         {Status: 502, Body: "<html>bad gateway</html>"},
		"503":                   {Status: 503},
		"504":                   {Status: 504},
		"503 in a 200 stream":   {InStream: 503},
		"500 in a 200 stream":   {InStream: 500},
		"engine death in text":  {AfterText: 500},
		"death in the answer":   {Die: true},
		"reset":                 {Reset: true},
		"stall in the answer":   {Stall: true},
		"no answer":             {Hang: true},
		"503 with Retry-After":  {Status: 503, RetryAfter: "1"},
		"503 with a wrong hint": {Status: 503, RetryAfter: "soon"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, endpoint := serve(t, enginetest.Config{Fault: enginetest.First(1, fault)})
			cfg := quick()
			cfg.FirstByteTimeout, cfg.ProgressTimeout = 300*time.Millisecond, 300*time.Millisecond
			start1 := time.Now()
			got, err := read(t.Context(), start(t, cfg, endpoint), page(56, 56), document.RegionText)
			if err != nil || got.Content != enginetest.PageText {
				t.Fatalf("%q, %v", got.Content, err)
			}
			if n := fake.Counts().Requests; n != 2 {
				t.Errorf("%d requests, want 2", n)
			}
			if fault.RetryAfter == "1" && time.Since(start1) < time.Second {
				t.Errorf("came back after %s, was asked to wait 1 s", time.Since(start1))
			}
		})
	}
}

// TestFaultsThatStay checks how a region ends, how often it was sent and what people are told.
func TestFaultsThatStay(t *testing.T) {
	for _, c := range []struct {
		name      string
		server    enginetest.Config
		change    func(*vllm.Config)
		requests  int
		retryable bool
		detail    string
	}{
		{"400", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Status: 400})}, nil, 1, false, "refused the request (status 400)"},
		{"422", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Status: 422})}, nil, 1, false, "refused the request (status 422)"},
		{"401 as a string", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Status: 401, Body: `{"error":"Unauthorized"}`})}, nil, 1, false, "refuses the API key"},
		{"404 model", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Status: 404, Body: `{"error":{"message":"The model x does not exist.","code":404}}`})}, nil, 1, false, "does not serve the model"},
		{"404 route", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Status: 404, Body: `{"detail":"Not Found"}`})}, nil, 1, false, "no chat completion service"},
		{"redirect", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Status: 307})}, nil, 1, false, "no chat completion service"},
		{"400 in a 200 stream", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{InStream: 400})}, nil, 1, false, "refused the request (status 400)"},
		{"500", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Status: 500})}, nil, 3, true, "failed (status 500)"},
		{"503", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Status: 503})}, nil, 4, true, "overloaded"},
		{"a page that is no answer", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Status: 200, Body: "<html>welcome</html>"})}, nil, 3, true, "cannot be read"},
		{"death", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Die: true})}, nil, 3, true, "connection"},
		{"no answer", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Hang: true})}, func(c *vllm.Config) { c.FirstByteTimeout = 50 * time.Millisecond }, 3, true, "stopped answering"},
		{"encoder cache, again", enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Status: 400, Body: enginetest.CacheExceeded(4956, 4800)})}, nil, 2, false, "encoder cache"},
		{"wrong model", enginetest.Config{Model: "other"}, func(c *vllm.Config) { c.DownTimeout = 100 * time.Millisecond }, 0, true, `does not serve the model "glm-ocr"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fake, endpoint := serve(t, c.server)
			cfg := quick()
			cfg.Attempts, cfg.BusyAttempts = 3, 4
			if c.change != nil {
				c.change(&cfg)
			}
			_, err := read(t.Context(), checked(t, cfg, endpoint), page(280, 280), document.RegionText)
			p := problem(t, err)
			if p.Code != document.CodeEngineFailed || p.Retryable != c.retryable || !strings.Contains(p.Detail, c.detail) {
				t.Errorf("%s, retryable %v: %q; want retryable %v: …%s…", p.Code, p.Retryable, p.Detail, c.retryable, c.detail)
			}
			if strings.Contains(p.Detail, "127.0.0.1") {
				t.Errorf("the detail names an address: %q", p.Detail)
			}
			if n := fake.Counts().Requests; n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
		})
	}
}

// TestRegionTimeout gives a region more time until its request gets as far as the server.
func TestRegionTimeout(t *testing.T) {
	t.Parallel()
	for timeout := 100 * time.Millisecond; ; timeout *= 2 {
		fake, endpoint := serve(t, enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Hang: true})})
		cfg := quick()
		cfg.RegionTimeout = timeout
		_, err := read(t.Context(), start(t, cfg, endpoint), page(280, 280), document.RegionText)
		n := fake.Counts().Requests
		if n == 0 && timeout < time.Minute {
			continue
		}
		p := problem(t, err)
		if says := "within " + timeout.String(); n != 1 || p.Code != document.CodeEngineFailed || !p.Retryable || !strings.Contains(p.Detail, says) {
			t.Errorf("%d requests; %s, retryable %v: %q; want one, and …%s…", n, p.Code, p.Retryable, p.Detail, says)
		}
		return
	}
}

func TestWrongKey(t *testing.T) {
	fake, endpoint := serve(t, enginetest.Config{APIKey: "sesame-open"})
	endpoint.APIKey = "wrong-secret"
	cfg := quick()
	cfg.DownTimeout = 100 * time.Millisecond
	e := checked(t, cfg, endpoint)
	_, err := read(t.Context(), e, page(56, 56), document.RegionText)
	p := problem(t, err)
	if !strings.Contains(p.Detail, "refuses the API key") || strings.Contains(p.Error(), "secret") {
		t.Errorf("problem %v", p)
	}
	if h := e.Health(); h[0].State != "unauthorized" || e.Ready() {
		t.Errorf("health %+v, ready %v", h, e.Ready())
	}
	if n := fake.Counts().Requests; n != 0 {
		t.Errorf("%d requests were sent with a wrong key", n)
	}
	endpoint.APIKey = "sesame-open"
	if _, err := read(t.Context(), start(t, cfg, endpoint), page(56, 56), document.RegionText); err != nil {
		t.Error(err)
	}
}

func TestKeyForAllEndpoints(t *testing.T) {
	_, endpoint := serve(t, enginetest.Config{APIKey: "sesame-open"})
	_, other := serve(t, enginetest.Config{APIKey: "own-secret"})
	endpoint.APIKey = ""
	cfg := quick()
	cfg.APIKey = "sesame-open"
	for _, e := range []vllm.Endpoint{endpoint, other} {
		if _, err := read(t.Context(), start(t, cfg, e), page(56, 56), document.RegionText); err != nil {
			t.Error(err)
		}
	}
}

func TestKeysStayOutOfLogs(t *testing.T) {
	endpoints := []vllm.Endpoint{{Name: "gpu-1", URL: "http://user:secret@a", APIKey: "secret"}}
	for name, handler := range map[string]func(io.Writer) slog.Handler{
		"text": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
		"JSON": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
	} {
		var b strings.Builder
		slog.New(handler(&b)).Info("started", "endpoints", endpoints, "first", endpoints[0])
		if strings.Contains(b.String(), "secret") || strings.Count(b.String(), "gpu-1") != 2 {
			t.Errorf("%s: %s", name, b.String())
		}
	}
}

func TestEncoderCacheGetsASmallerImage(t *testing.T) {
	var mu sync.Mutex
	var sizes []image.Point
	fault := func(q enginetest.Request) enginetest.Fault {
		mu.Lock()
		defer mu.Unlock()
		sizes = append(sizes, imageSize(t, q.Image))
		if q.N == 1 {
			return enginetest.Fault{Status: 400, Body: enginetest.CacheExceeded(4956, 3721)}
		}
		return enginetest.Fault{}
	}
	_, endpoint := serve(t, enginetest.Config{KeepImages: true, Fault: fault})
	if _, err := read(t.Context(), start(t, quick(), endpoint), page(1652, 2352), document.RegionText); err != nil {
		t.Fatal(err)
	}
	first, second := sizes[0], sizes[1]
	if first != image.Pt(1652, 2352) {
		t.Errorf("the first image was resized to %v", first)
	}
	ratio := float64(second.X*second.Y) / float64(first.X*first.Y)
	if ratio < 0.6 || ratio > 0.68 {
		t.Errorf("the second image %v has %.2f of the area of the first, want two thirds", second, ratio)
	}
}

// TestLoops: one more try with another penalty, then the text up to the loop.
func TestLoops(t *testing.T) {
	row := "<tr><td>a</td></tr>"
	prose := "The text before the loop. "
	for _, c := range []struct {
		name             string
		kind             document.RegionType
		first, second    enginetest.Answer
		requests         int
		want             string
		truncated, abort bool
	}{
		{
			"endless", document.RegionText,
			enginetest.Answer{Text: prose + strings.Repeat("again and over ", 2000), Finish: "length"},
			enginetest.Answer{Text: prose + strings.Repeat("over and over ", 2000), Finish: "length"},
			2, prose + "again and over", true, true,
		},
		{
			"mended by the second try", document.RegionText,
			enginetest.Answer{Text: strings.Repeat("again and over ", 2000)},
			enginetest.Answer{Text: "all well"},
			2, "all well", false, true,
		},
		{
			"found by the server", document.RegionText,
			enginetest.Answer{Text: prose + strings.Repeat("lo", 64), Finish: "repetition"},
			enginetest.Answer{Text: prose + strings.Repeat("lo", 64), Finish: "repetition"},
			2, prose + "lo", true, false,
		},
		{
			"short and cut", document.RegionText,
			enginetest.Answer{Text: prose + strings.Repeat("0123456789", 12), Finish: "length"},
			enginetest.Answer{Text: "whole"},
			2, "whole", false, false,
		},
		{"cut but no loop", document.RegionText, enginetest.Answer{Text: prose, Finish: "length"}, enginetest.Answer{}, 1, strings.TrimSpace(prose), true, false},
		{
			"a blank form is no loop", document.RegionTable,
			enginetest.Answer{Text: "<table>" + strings.Repeat(row, 200) + "</table>"},
			enginetest.Answer{},
			1, "<table>" + strings.Repeat(row, 200) + "</table>", false, false,
		},
		{
			"leaders are no loop", document.RegionText,
			enginetest.Answer{Text: strings.Repeat("abc def ghi jkl. 1\n", 1) + strings.Repeat(".", 900) + " 5"},
			enginetest.Answer{},
			1, "abc def ghi jkl. 1\n" + strings.Repeat(".", 900) + " 5", false, false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var mu sync.Mutex
			var penalties []float64
			fake, endpoint := serve(t, enginetest.Config{Pieces: 200, Answer: func(q enginetest.Request) enginetest.Answer {
				mu.Lock()
				defer mu.Unlock()
				penalties = append(penalties, *q.RepetitionPenalty)
				if len(penalties) == 1 {
					return c.first
				}
				return c.second
			}})
			got, err := read(t.Context(), start(t, quick(), endpoint), page(56, 56), c.kind)
			if err != nil {
				t.Fatal(err)
			}
			if got.Content != c.want || (got.Truncated != nil) != c.truncated {
				t.Errorf("content %.200q, truncated %v; want %.200q, %v", got.Content, got.Truncated, c.want, c.truncated)
			}
			if n := fake.Counts().Requests; n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			if len(penalties) == 2 && penalties[1] != 1.3 {
				t.Errorf("the second try had penalty %g, want 1.3", penalties[1])
			}
		})
	}
}

// TestCancelClosesTheSocket reads from the server when the work stopped.
func TestCancelClosesTheSocket(t *testing.T) {
	for name, fault := range map[string]enginetest.Fault{"before the answer": {Hang: true}, "in the answer": {Stall: true}} {
		t.Run(name, func(t *testing.T) {
			fake, endpoint := serve(t, enginetest.Config{Fault: enginetest.Every(1, fault)})
			e := start(t, quick(), endpoint)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() {
				_, err := read(ctx, e, page(56, 56), document.RegionText)
				ended <- err
			}()
			eventually(t, "the request to arrive", func() bool { return fake.Counts().InFlight == 1 })
			cancel()
			err := <-ended
			if p := problem(t, err); p.Code != document.CodeCanceled || !errors.Is(err, context.Canceled) {
				t.Errorf("%v, want %s", p, document.CodeCanceled)
			}
			eventually(t, "the server to stop", func() bool { return fake.Counts().Canceled == 1 })
			if h := e.Health()[0]; h.InFlight != 0 || h.Breaker != "closed" {
				t.Errorf("health %+v after a cancel", h)
			}
		})
	}
}

// eventually waits for what another goroutine does; the limit is for what never comes.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// TestFaultyServerLosesNoRegionThatARetryCouldSave is the reference's worst defect:
// regions that failed vanished.
func TestFaultyServerLosesNoRegionThatARetryCouldSave(t *testing.T) {
	const regions = 400
	fault := func(q enginetest.Request) enginetest.Fault {
		switch {
		case q.N%3 == 0:
			return enginetest.Fault{Status: 503}
		case q.N%5 == 0:
			return enginetest.Fault{Status: 400}
		}
		return enginetest.Fault{}
	}
	fake, endpoint := serve(t, enginetest.Config{Fault: fault})
	e := start(t, quick(), endpoint)
	p := page(56, 56)
	var mu sync.Mutex
	ends := map[string]int{}
	var readers sync.WaitGroup
	for range regions {
		readers.Go(func() {
			got, err := read(t.Context(), e, p, document.RegionText)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && got.Content == enginetest.PageText:
				ends["read"]++
			case err != nil && strings.Contains(problem(t, err).Detail, "status 400"):
				ends["refused"]++
			default:
				ends[fmt.Sprint(err)]++
			}
		})
	}
	readers.Wait()
	counts := fake.Counts()
	refused := 0 // what the server says it refused with 400
	for n := 1; n <= counts.Requests; n++ {
		if n%3 != 0 && n%5 == 0 {
			refused++
		}
	}
	if ends["read"]+ends["refused"] != regions || ends["refused"] != refused {
		t.Errorf("regions ended as %v; the server refused %d of %d requests", ends, refused, counts.Requests)
	}
}

func TestValidateNamesEveryKey(t *testing.T) {
	cfg := vllm.Config{
		Endpoints: []vllm.Endpoint{
			{URL: "ftp://a"}, {URL: "http://user:hunter2@b"}, {URL: "http://c?key=hunter2"}, {Name: "d", URL: "http://d", Weight: -1, MaxInFlight: -1, APIKey: "a\nb"}, {Name: "d", URL: "http://d"},
		},
		APIKey: "a\nb", JPEGQuality: 101, MaxTokens: vllm.MaxTokens{Text: -1, Table: -1, Formula: -1},
		Sampling: vllm.Sampling{Temperature: -0.5, TopP: -1, TopK: -1, RepetitionPenalty: -1},
	}
	err := cfg.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, key := range []string{
		"endpoints[0].url", "endpoints[1].url", "endpoints[2].url", "endpoints[3].weight", "endpoints[3].max_in_flight", "endpoints[3].api_key", "endpoints[4].name", "api_key",
		"model", "profile", "first_byte_timeout", "progress_timeout", "region_timeout", "down_timeout", "check_interval", "attempts", "busy_attempts", "jpeg_quality",
		"max_tokens.text", "max_tokens.table", "max_tokens.formula", "sampling.temperature", "sampling.top_p", "sampling.top_k", "sampling.repetition_penalty", "loop_penalty",
	} {
		if !strings.Contains("\n"+err.Error(), "\n"+key+" ") {
			t.Errorf("%s is not named", key)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Error("a secret is repeated")
	}
	if err := vllm.DefaultConfig().Validate(); err == nil || !strings.Contains(err.Error(), "endpoints is empty") || strings.Contains(err.Error(), "\n") {
		t.Errorf("default: %v, want only the missing endpoints", err)
	}
}
