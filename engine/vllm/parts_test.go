package vllm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/model"
)

// What GLM-OCR has, so that figures can be checked.
var (
	testImage = model.Image{TokenSide: 28, MaxTokens: 6144, MaxAspect: 180}
	testLoop  = model.Loop{Copies: 10, Run: 1024, Least: 2048, Server: true}
)

func TestTriesAreCountedByKind(t *testing.T) {
	for _, c := range []struct {
		name   string
		faults []fault
		again  bool
	}{
		{"refused", []fault{{kind: refused}}, false},
		{"misconfigured", []fault{{kind: misconfigured}}, false},
		{"oversized", []fault{{kind: oversized}}, false},
		{"broken once", []fault{{kind: broken}}, true},
		{"broken as often as allowed", []fault{{kind: broken}, {kind: broken}}, false},
		{"busy more often", []fault{{kind: busy}, {kind: busy}, {kind: busy}}, true},
		{"busy too often", []fault{{kind: busy}, {kind: busy}, {kind: busy}, {kind: busy}}, false},
		{"both", []fault{{kind: busy}, {kind: broken}, {kind: busy}}, true},
	} {
		var tr tries
		var again bool
		for i := range c.faults {
			_, again = tr.next(&c.faults[i], 2, 4)
		}
		if again != c.again {
			t.Errorf("%s: again %v, want %v", c.name, again, c.again)
		}
	}
	var tr tries
	if wait, _ := tr.next(&fault{kind: busy, wait: 7 * time.Second}, 2, 4); wait != 7*time.Second {
		t.Errorf("waits %s, the server asked for 7 s", wait)
	}
}

func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for value, want := range map[string]time.Duration{
			"": 0, "3": 3 * time.Second, "-3": 0, "soon": 0, "86400": retryAfterMax, "99999999999999999999": 0,
			time.Now().Add(10 * time.Second).UTC().Format(http.TimeFormat): 10 * time.Second,
			time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat):       0,
			time.Now().Add(time.Hour).UTC().Format(http.TimeFormat):        retryAfterMax,
		} {
			if got := retryAfter(value); got != want {
				t.Errorf("%q: %s, want %s", value, got, want)
			}
		}
	})
}

func TestBreaker(t *testing.T) {
	now := time.Unix(0, 0)
	var b breaker
	input := uint64(0)
	next := func() uint64 { input++; return input }
	for range breakerInputs - 1 {
		b.failed(now, next())
	}
	if b.open() || !b.allows(now) {
		t.Fatal("opened too early")
	}
	b.succeeded()
	b.failed(now, next())
	if b.open() {
		t.Fatal("failures that were not in a row opened it")
	}
	for range 10 * breakerInputs {
		if b.failed(now, input) {
			t.Fatal("one input alone opened it")
		}
	}
	for i := range breakerInputs - 1 {
		if opened := b.failed(now, next()); opened != (i == breakerInputs-2) {
			t.Fatalf("opened %v with input %d", opened, i+2)
		}
	}
	if b.allows(now) || b.usable(now) || b.state(now) != "open" {
		t.Fatal("did not open")
	}
	for pause := breakerPause; pause < 4*breakerPauseMax; pause *= 2 {
		want := min(pause, breakerPauseMax)
		if b.allows(now.Add(want - 1)) {
			t.Fatalf("allows before %s", want)
		}
		now = now.Add(want)
		if !b.allows(now) || b.state(now) != "half-open" {
			t.Fatalf("does not allow after %s", want)
		}
		b.sent()
		if b.allows(now) || !b.usable(now) {
			t.Fatal("allows a second request while the first is under way")
		}
		b.failed(now, next())
	}
	now = now.Add(breakerPauseMax)
	b.sent()
	b.withdrawn()
	if !b.allows(now) {
		t.Fatal("a cancelled request closed the way")
	}
	b.sent()
	b.succeeded()
	if b.open() || !b.allows(now) {
		t.Fatal("a success did not close it")
	}
}

// TestBreakerTrustsAProbe: what fails just after the server read a picture of ours is the
// fault of its inputs, whatever else succeeds or fails.
func TestBreakerTrustsAProbe(t *testing.T) {
	now := time.Unix(0, 0)
	var b breaker
	for input := range uint64(breakerInputs) {
		b.failed(now, input)
	}
	b.proved(now)
	for input := range uint64(10 * breakerInputs) {
		if b.failed(now.Add(breakerPause-1), input); input == 3 {
			b.succeeded()
		}
	}
	if b.open() {
		t.Fatal("opened right after a probe")
	}
	now = now.Add(breakerPause)
	for input := range uint64(breakerInputs) {
		b.failed(now, input)
	}
	if !b.open() {
		t.Fatal("trusts a probe for ever")
	}
}

// TestPoolPrefersAnother covers what a retry wants and what it can get.
func TestPoolPrefersAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ready := status{state: stateReady}
		a := &endpoint{Endpoint: Endpoint{Name: "a", Weight: 1, MaxInFlight: 3}, status: ready}
		b := &endpoint{Endpoint: Endpoint{Name: "b", Weight: 1, MaxInFlight: 1}, status: ready}
		p := newPool([]*endpoint{a, b}, time.Second)
		got := make(chan *endpoint, 9)
		take := func(ctx context.Context, avoid *endpoint) {
			if g, err := p.acquire(ctx, avoid); err == nil {
				got <- g.endpoint
			}
		}
		take(t.Context(), a)
		if e := <-got; e != b {
			t.Errorf("got %s, want b", e.Name)
		}
		go take(t.Context(), a) // waits for b
		synctest.Wait()
		take(t.Context(), nil) // passes it
		if e := <-got; e != a {
			t.Errorf("got %s though b is full", e.Name)
		}
		p.release(b, ending{outcome: succeeded})
		if e := <-got; e != b {
			t.Errorf("the place went to %s", e.Name)
		}
		begin := time.Now()
		go take(t.Context(), a)
		for len(got) == 0 { // as the watchers do
			time.Sleep(time.Second)
			p.report(b, ready)
			synctest.Wait()
		}
		if e := <-got; e != a || time.Since(begin) != avoidTime {
			t.Errorf("got %s after %s", e.Name, time.Since(begin))
		}
		a.inFlight = 3
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := p.acquire(ctx, nil); !errors.Is(err, context.Canceled) || len(p.waiting) != 0 {
			t.Errorf("%v, %d still wait", err, len(p.waiting))
		}
	})
}

// TestPoolDoesNotWaitForServersThatAreDown where a retry wants another.
func TestPoolDoesNotWaitForServersThatAreDown(t *testing.T) {
	a := &endpoint{Endpoint: Endpoint{Name: "a", Weight: 1, MaxInFlight: 1}, status: status{state: stateReady}}
	b := &endpoint{Endpoint: Endpoint{Name: "b", Weight: 1, MaxInFlight: 1}, status: status{state: stateUnreachable}}
	p := newPool([]*endpoint{a, b}, time.Second)
	if g, err := p.acquire(t.Context(), a); err != nil || g.endpoint != a {
		t.Errorf("%v, %v", g.endpoint, err)
	}
}

func TestPoolGivesUpOnceNothingIsUsable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &endpoint{Endpoint: Endpoint{Name: "a", Weight: 1, MaxInFlight: 1}, status: status{state: "ready"}}
		p := newPool([]*endpoint{a}, 10*time.Second)
		for input := range uint64(breakerInputs) {
			g, err := p.acquire(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			p.release(g.endpoint, ending{outcome: failed, input: input})
		}
		begin := time.Now()
		got := make(chan error)
		go func() {
			_, err := p.acquire(t.Context(), nil)
			got <- err
		}()
		time.Sleep(breakerPause) // the breaker lets one through
		p.report(a, status{state: "ready"})
		if err := <-got; err != nil || time.Since(begin) != breakerPause {
			t.Errorf("%v after %s", err, time.Since(begin))
		}
		p.release(a, ending{outcome: failed})
		p.report(a, status{state: "unreachable", detail: "it cannot be reached"})
		go func() {
			_, err := p.acquire(t.Context(), nil)
			got <- err
		}()
		time.Sleep(10 * time.Second)
		p.report(a, status{state: "unreachable", detail: "it cannot be reached"})
		var pr *document.Problem
		if err := <-got; !errors.As(err, &pr) || !pr.Retryable {
			t.Errorf("%v", err)
		}
	})
}

// TestPoolTriesAServerThatIsBack has the breaker open when the server goes; once it is back
// one request goes there at once, whatever the breaker's pause.
func TestPoolTriesAServerThatIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ready, gone := status{state: "ready"}, status{state: "unreachable"}
		a := &endpoint{Endpoint: Endpoint{Name: "a", Weight: 1, MaxInFlight: 8}, status: ready}
		p := newPool([]*endpoint{a}, 10*time.Second)
		for range breakerInputs {
			if _, err := p.acquire(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		for input := range uint64(breakerInputs) {
			p.release(a, ending{outcome: failed, input: input})
		}
		p.report(a, gone)
		got := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := p.acquire(t.Context(), nil)
				got <- err
			}()
		}
		synctest.Wait()
		p.report(a, ready)
		synctest.Wait()
		if len(got) != 1 {
			t.Fatalf("%d requests went to the server that is back, want 1", len(got))
		}
		p.release(a, ending{outcome: succeeded})
		for range 2 {
			if err := <-got; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestCrop(t *testing.T) {
	img := image.NewRGBA(image.Rect(10, 20, 4010, 1020)) // bounds need not start at 0
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	img.SetRGBA(10+5, 20+7, color.RGBA{R: 9, A: 255})
	page := &document.Page{Width: 4000, Height: 1000, Image: img}
	for _, c := range []struct {
		name string
		box  document.BBox
		size image.Point
	}{
		{"one pixel", document.BBox{5, 7, 6, 8}, image.Pt(1, 1)},
		{"whole", document.BBox{0, 0, 4000, 1000}, image.Pt(4000, 1000)},
		{"beyond", document.BBox{-50, -50, 9999, 9999}, image.Pt(4000, 1000)},
		{"too flat", document.BBox{0, 0, 4000, 2}, image.Pt(4000, 23)},
		{"too narrow", document.BBox{0, 0, 1, 1000}, image.Pt(6, 1000)},
		{"flat enough", document.BBox{0, 0, 360, 2}, image.Pt(360, 2)},
	} {
		got, problem := crop(page, c.box, nil, testImage)
		if problem != nil {
			t.Errorf("%s: %v", c.name, problem)
			continue
		}
		if got.Bounds().Size() != c.size {
			t.Errorf("%s: %v, want %v", c.name, got.Bounds().Size(), c.size)
		}
	}
	dot, _ := crop(page, document.BBox{5, 7, 6, 8}, nil, testImage)
	if r, _, _, _ := dot.At(dot.Bounds().Min.X, dot.Bounds().Min.Y).RGBA(); r>>8 != 9 {
		t.Error("the crop is of another place")
	}
	for _, box := range []document.BBox{{}, {5, 5, 5, 9}, {9, 9, 5, 5}, {4000, 0, 4100, 50}, {-9, -9, 0, 0}} {
		if _, problem := crop(page, box, nil, testImage); problem == nil {
			t.Errorf("box %v was cropped", box)
		}
	}
	if _, problem := crop(&document.Page{Width: 5, Height: 5}, document.BBox{0, 0, 5, 5}, nil, testImage); problem == nil {
		t.Error("a page without an image was cropped")
	}
	nrgba := &document.Page{Width: 5, Height: 5, Image: image.NewNRGBA(image.Rect(0, 0, 5, 5))}
	if got, problem := crop(nrgba, document.BBox{0, 0, 5, 5}, nil, testImage); problem != nil {
		t.Error(problem)
	} else if r, _, _, _ := got.At(2, 2).RGBA(); r>>8 != 255 {
		t.Error("what is transparent is not white")
	}
}

// TestShrinkAverages compares with the mean over each new pixel's area.
func TestShrinkAverages(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	whole := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range whole.Pix {
		whole.Pix[i] = byte(random.IntN(256))
	}
	src := whole.SubImage(image.Rect(3, 4, 34, 27)).(*image.Gray) // 31x23
	rgba := image.NewRGBA(src.Bounds())
	for y := src.Rect.Min.Y; y < src.Rect.Max.Y; y++ {
		for x := src.Rect.Min.X; x < src.Rect.Max.X; x++ {
			rgba.Set(x, y, src.At(x, y))
		}
	}
	for _, size := range []image.Point{{31, 23}, {30, 22}, {16, 11}, {7, 23}, {1, 1}} {
		got := shrink(src, size.X, size.Y).(*image.Gray)
		color := shrink(rgba, size.X, size.Y).(*image.RGBA)
		for y := range size.Y {
			for x := range size.X {
				want := areaMean(src, float64(x)*31/float64(size.X), float64(y)*23/float64(size.Y), 31/float64(size.X), 23/float64(size.Y))
				if g := float64(got.GrayAt(x, y).Y); g < want-0.51 || g > want+0.51 {
					t.Fatalf("%v at %d,%d: %g, want %g", size, x, y, g, want)
				}
				if c := color.RGBAAt(x, y); c.R != got.GrayAt(x, y).Y || c.A != 255 {
					t.Fatalf("%v at %d,%d: colour %v, gray %d", size, x, y, c, got.GrayAt(x, y).Y)
				}
			}
		}
	}
}

func areaMean(img *image.Gray, x0, y0, w, h float64) float64 {
	var sum float64
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			ox := max(0, min(x0+w, float64(x+1))-max(x0, float64(x)))
			oy := max(0, min(y0+h, float64(y+1))-max(y0, float64(y)))
			sum += ox * oy * float64(img.GrayAt(img.Rect.Min.X+x, img.Rect.Min.Y+y).Y)
		}
	}
	return sum / (w * h)
}

// TestPayloadIsJSON and the buffer goes back only when nobody reads it any more.
func TestPayloadIsJSON(t *testing.T) {
	p := newPayload()
	if err := p.image(goEncoder, image.NewGray(image.Rect(0, 0, 30, 30)), "a \"prompt\" 文", 80); err != nil {
		t.Fatal(err)
	}
	body := p.ask(params{model: "m", maxTokens: 5, sampling: model.Sampling{TopP: 0.00001, TopK: 1, RepetitionPenalty: 1.1}, logprobs: true, detectRepetitions: true})
	whole := body.reader()
	var got map[string]any
	text, err := io.ReadAll(whole)
	if err := errors.Join(err, json.Unmarshal(text, &got)); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if whole.Close(); int64(len(text)) != body.size() {
		t.Errorf("%d bytes were sent and %d promised", len(text), body.size())
	}
	if got["temperature"] != 0.0 || got["top_p"] != 0.00001 || got["max_tokens"] != 5.0 || got["logprobs"] != true {
		t.Errorf("%v", got)
	}
	a, b := body.reader(), body.reader()
	p.release()
	a.Close()
	a.Close() // twice counts once
	if n := p.holders.Load(); n != 1 {
		t.Errorf("%d holders, want 1", n)
	}
	read, err := io.ReadAll(b)
	if err != nil || !json.Valid(read) {
		t.Errorf("the second reader got %d bytes, %v", len(read), err)
	}
	b.Close()
}

func TestErrorMessages(t *testing.T) {
	for body, want := range map[string]struct {
		message string
		code    int
	}{
		`{"error":{"message":"m","type":"t","param":null,"code":503}}`: {"m", 503},
		`{"error":{"message":"m","code":"503"}}`:                       {"m", 0},
		`{"error":"Unauthorized"}`:                                     {"Unauthorized", 0},
		`{"detail":"Not Found"}`:                                       {"Not Found", 0},
		`{"detail":[{"loc":["body"]}]}`:                                {`{"detail":[{"loc":["body"]}]}`, 0},
		`<html>`:                                                       {"<html>", 0},
		``:                                                             {"", 0},
		`{"error":null}`:                                               {`{"error":null}`, 0},
		`{"error":{}}`:                                                 {`{"error":{}}`, 0},
	} {
		if m, c := errorMessage([]byte(body)); m != want.message || c != want.code {
			t.Errorf("%s: %q, %d; want %q, %d", body, m, c, want.message, want.code)
		}
	}
}

const (
	eventHead  = `data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":`
	eventRole  = eventHead + `[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}` + "\n\n"
	eventText  = eventHead + `[{"index":0,"delta":{"content":"né"},"logprobs":{"content":[{"token":"n","logprob":-0.5,"bytes":[110],"top_logprobs":[]}]},"finish_reason":null}]}` + "\n\n"
	eventStop  = eventHead + `[{"index":0,"delta":{"content":"!"},"logprobs":null,"finish_reason":"stop","stop_reason":null}]}` + "\n\n"
	eventUsage = eventHead + `[],"usage":{"prompt_tokens":3,"total_tokens":5,"completion_tokens":2}}` + "\n\n"
	eventError = `data: {"error": {"message": "busy", "type": "x", "param": null, "code": 503}}` + "\n\n"
	eventDone  = "data: [DONE]\n\n"
)

func TestReadAnswer(t *testing.T) {
	whole := eventRole + eventText + eventStop + eventUsage + eventDone
	for name, stream := range map[string]string{
		"plain":             whole,
		"CRLF":              strings.ReplaceAll(whole, "\n", "\r\n"),
		"no space":          strings.ReplaceAll(whole, "data: ", "data:"),
		"comments":          ": ping\n\n" + strings.ReplaceAll(whole, "\n\n", "\n\n: ping\nevent: x\nid: 7\n\n"),
		"no blank lines":    strings.ReplaceAll(whole, "\n\n", "\n"),
		"no newline at end": strings.TrimSuffix(whole, "\n\n"),
		"one long comment":  ": " + strings.Repeat("x", 300_000) + "\n\n" + whole,
		"a long event":      eventRole + strings.Replace(eventText, `"bytes":[110]`, `"bytes":[`+strings.Repeat("110,", 50_000)+`110]`, 1) + eventStop + eventUsage + eventDone,
	} {
		for how, r := range map[string]io.Reader{"at once": strings.NewReader(stream), "byte by byte": iotest.OneByteReader(strings.NewReader(stream))} {
			got, err := readAnswer(r, testLoop)
			if err != nil || got.text != "né!" || got.finish != "stop" || got.usage.PromptTokens != 3 || got.usage.CompletionTokens != 2 || got.confidence == nil {
				t.Errorf("%s, %s: %+v, %v", name, how, got, err)
			}
		}
	}
	// What follows the finish reason changes nothing of the text.
	for name, rest := range map[string]string{
		"no [DONE]": "", "a torn count": eventUsage[:60], "half a [DONE]": "data: [DO", "rubbish": "data: hello\n\n", "too long": "data: " + strings.Repeat("x", maxEvent+10),
	} {
		for how, end := range map[string]error{"ends": io.EOF, "is cut": io.ErrUnexpectedEOF, "breaks": errors.New("reset")} {
			stream := io.MultiReader(strings.NewReader(eventRole+eventText+eventStop+rest), iotest.ErrReader(end))
			if got, err := readAnswer(stream, testLoop); err != nil || got.text != "né!" || got.finish != "stop" || got.usage.CompletionTokens != 2 {
				t.Errorf("%s, and it %s: %+v, %v", name, how, got, err)
			}
		}
	}
	for name, c := range map[string]struct {
		stream string
		want   error
	}{
		"nothing":                {"", errCut},
		"no end":                 {eventRole + eventText, errCut},
		"[DONE] with no end":     {eventRole + eventText + eventDone, errCut},
		"given up":               {strings.Replace(eventStop, "stop", "abort", 1) + eventDone, errCut},
		"half an event":          {eventRole + eventText[:40], errMalformed},
		"no JSON":                {"data: hello\n\n", errMalformed},
		"HTML":                   {"<html>\n</html>\n", errCut},
		"an event too long":      {"data: " + strings.Repeat("x", maxEvent+10) + "\n\n", errTooLong},
		"a text that is endless": {endlessText(), errTooLong},
	} {
		if _, err := readAnswer(strings.NewReader(c.stream), model.Loop{Copies: 10, Run: 1 << 30}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	var f *fault
	if _, err := readAnswer(strings.NewReader(eventRole+eventText+eventError+eventDone), testLoop); !errors.As(err, &f) || f.kind != busy || f.status != 503 {
		t.Errorf("an error frame came as %v", err)
	}
}

// TestServersThatDoNotCount: an empty text is believed, no text is not.
func TestServersThatDoNotCount(t *testing.T) {
	const stop = `data: {"choices":[{"delta":{},"finish_reason":"stop"}]}` + "\n\n"
	for role, want := range map[string]bool{eventRole: true, strings.Replace(eventRole, `""`, "null", 1): false, "": false} {
		got, err := readAnswer(strings.NewReader(role+stop+eventDone), testLoop)
		if err != nil || got.counted || (got.unread() == nil) != want {
			t.Errorf("%q: %v, %v; want blank %v", role, got.unread(), err, want)
		}
	}
}

// endlessText is a stream of more text than a region can have.
func endlessText() string {
	piece := strings.Replace(eventText, "né", strings.Repeat("0123456789abcdef", 4096), 1)
	return strings.Repeat(piece, maxContent/65536+2)
}

func FuzzReadAnswer(f *testing.F) {
	for _, s := range []string{eventRole + eventText + eventStop + eventUsage + eventDone, eventRole + eventError + eventDone, "data: {}\n", ":\r\n\r\ndata:\ndata: [DONE]", "data: {\"choices\":[{\"delta\":{\"content\":\"\\ud83d\"}}]}\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		got, err := readAnswer(bytes.NewReader(stream), testLoop)
		slow, slowErr := readAnswer(iotest.OneByteReader(bytes.NewReader(stream)), testLoop)
		if (err == nil) != (slowErr == nil) || got.text != slow.text || got.finish != slow.finish {
			t.Errorf("at once %+v, %v; byte by byte %+v, %v", got, err, slow, slowErr)
		}
		if err == nil && got.finish == "" && !got.looped {
			t.Error("an answer without an end is no error")
		}
		if c := got.confidence; c != nil && (*c < 0 || *c > 1) {
			t.Errorf("confidence %g", *c)
		}
	})
}

func FuzzErrorBody(f *testing.F) {
	for _, s := range []string{
		`{"error":{"message":"m","code":503}}`, `{"error":"Unauthorized"}`, `{"detail":"Not Found"}`, "<html>", `{"error":{"message":["a"],"code":{}}}`,
		`{"error":{"message":"exceeds the pre-allocated encoder cache size 4800.","code":400}}`, "\xff",
	} {
		f.Add(400, []byte(s))
		f.Add(200, []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		got := parseFault(status, body)
		if got.detail == "" || got.tokens < 0 || len(got.cause.Error()) > 5*maxMessage {
			t.Errorf("%+v", got)
		}
		if status >= 400 && status < 500 && status != 429 && status != 408 && (got.kind == busy || got.kind == broken) {
			t.Errorf("status %d would be sent again", status)
		}
	})
}

// naiveLoop is findLoop by its definition, in quadratic time.
func naiveLoop(text string, rule model.Loop) (int, bool) {
	n := len(text)
	for p := 1; p*rule.Copies <= n; p++ {
		run := p
		for run < n && text[n-1-run] == text[n-1-run+p] {
			run++
		}
		if run >= rule.Run && run >= rule.Copies*p {
			return boundary(text, n-run+p), true
		}
	}
	return 0, false
}

func FuzzLoop(f *testing.F) {
	f.Add("before ", "again and over ", "ag", 12, 10, 30)
	f.Add("", "a", "", 100, 3, 1)
	f.Add("文字", "循环", "循", 20, 10, 40)
	f.Add("ab", "aba", "ab", 5, 2, 2)
	f.Fuzz(func(t *testing.T, before, unit, tail string, times, copies, run int) {
		text := before + strings.Repeat(unit, min(max(times, 0), 200)) + tail
		if len(text) > 5000 || copies < 2 || copies > 50 {
			t.Skip()
		}
		rule := model.Loop{Copies: copies, Run: run}
		cut, found := findLoop(text, rule)
		wantCut, want := naiveLoop(text, rule)
		if cut != wantCut || found != want {
			t.Errorf("%q, %+v: %d, %v; want %d, %v", text, rule, cut, found, wantCut, want)
		}
		if found && cut > len(text) {
			t.Errorf("cut %d of %d", cut, len(text))
		}
	})
}

func TestLoopIsFoundWhileItGrows(t *testing.T) {
	w := loopWatch{rule: testLoop}
	var text strings.Builder
	text.WriteString(strings.Repeat("0123456789", 1)) // not part of the loop
	for i := range 4000 {
		text.WriteString("again and over ")
		if cut, found := w.look(text.String()); found {
			if text.Len() > testLoop.Least*9/8+15 {
				t.Errorf("found only at %d bytes", text.Len())
			}
			if got := text.String()[:cut]; got != "0123456789again and over " {
				t.Errorf("cut to %q", got)
			}
			return
		} else if i == 3999 {
			t.Error("not found")
		}
	}
}

func BenchmarkFindLoop(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	prose := make([]byte, 40_000)
	for i := range prose {
		prose[i] = "etaoin shrdlu"[random.IntN(13)]
	}
	for name, text := range map[string]string{"prose 40 kB": string(prose), "worst 40 kB": strings.Repeat("a", 20_000) + "b" + strings.Repeat("a", 19_999)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				findLoop(text, model.Loop{Copies: 10, Run: 30_000})
			}
		})
	}
}

// BenchmarkReadAnswer reads an answer of 150 chunks, about a paragraph.
func BenchmarkReadAnswer(b *testing.B) {
	piece := strings.Replace(eventText, `{"content":[{"token":"n","logprob":-0.5,"bytes":[110],"top_logprobs":[]}]}`, "null", 1)
	stream := eventRole + strings.Repeat(piece, 150) + eventStop + eventUsage + eventDone
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readAnswer(strings.NewReader(stream), testLoop); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAnswer reads an answer of 200 tokens, each a part of the stream, with
// usage at the end and with every part.
func BenchmarkAnswer(b *testing.B) {
	const head = `data: {"id":"chatcmpl-a397abe7f378d66c","object":"chat.completion.chunk","created":1795487860,"model":"glm-ocr","choices":`
	for name, usage := range map[string]string{
		"end": "", "every part": `,"usage":{"prompt_tokens":109,"total_tokens":110,"completion_tokens":1,"completion_tokens_details":null}`,
	} {
		var s strings.Builder
		for i := range 200 {
			fmt.Fprintf(&s, head+`[{"index":0,"delta":{"content":"w%d "},"logprobs":null,"finish_reason":null,"token_ids":null}]%s}`+"\n\n", i, usage)
		}
		s.WriteString(head + `[{"index":0,"delta":{"content":""},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n")
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := readAnswer(strings.NewReader(s.String()), testLoop); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
