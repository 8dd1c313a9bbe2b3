package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"ocr-gateway/model"
)

// testLoop is what GLM-OCR has, so that figures can be checked.
var testLoop = model.Loop{Copies: 10, Run: 1024, Least: 2048, Server: true}

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

// TestRequestsAreJSON and the buffer goes back only when nobody reads it any more.
func TestRequestsAreJSON(t *testing.T) {
	p, err := NewMessage("a \"prompt\" 文", func(dst []byte) ([]byte, error) { return append(dst, "a picture"...), nil })
	if err != nil {
		t.Fatal(err)
	}
	body := p.Ask(Params{Model: "m", MaxTokens: 5, Sampling: model.Sampling{TopP: 0.00001, TopK: 1, RepetitionPenalty: 1.1}, Logprobs: true, DetectRepetitions: true})
	whole := body.Reader()
	var got map[string]any
	text, err := io.ReadAll(whole)
	if err := errors.Join(err, json.Unmarshal(text, &got)); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if whole.Close(); int64(len(text)) != body.Size() {
		t.Errorf("%d bytes were sent and %d promised", len(text), body.Size())
	}
	if got["temperature"] != 0.0 || got["top_p"] != 0.00001 || got["max_tokens"] != 5.0 || got["logprobs"] != true {
		t.Errorf("%v", got)
	}
	a, b := body.Reader(), body.Reader()
	p.Release()
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
			got, err := Read(r, testLoop)
			if err != nil || got.Text != "né!" || got.finish != "stop" || got.Usage.PromptTokens != 3 || got.Usage.CompletionTokens != 2 || got.Confidence == nil {
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
			if got, err := Read(stream, testLoop); err != nil || got.Text != "né!" || got.finish != "stop" || got.Usage.CompletionTokens != 2 {
				t.Errorf("%s, and it %s: %+v, %v", name, how, got, err)
			}
		}
	}
	for name, c := range map[string]struct {
		stream string
		want   error
	}{
		"nothing":                {"", ErrCut},
		"no end":                 {eventRole + eventText, ErrCut},
		"[DONE] with no end":     {eventRole + eventText + eventDone, ErrCut},
		"given up":               {strings.Replace(eventStop, "stop", "abort", 1) + eventDone, ErrCut},
		"half an event":          {eventRole + eventText[:40], ErrMalformed},
		"no JSON":                {"data: hello\n\n", ErrMalformed},
		"HTML":                   {"<html>\n</html>\n", ErrCut},
		"an event too long":      {"data: " + strings.Repeat("x", maxEvent+10) + "\n\n", ErrTooLong},
		"a text that is endless": {endlessText(), ErrTooLong},
	} {
		if _, err := Read(strings.NewReader(c.stream), model.Loop{Copies: 10, Run: 1 << 30}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	var f *Fault
	if _, err := Read(strings.NewReader(eventRole+eventText+eventError+eventDone), testLoop); !errors.As(err, &f) || f.Kind != Busy || f.Status != 503 {
		t.Errorf("an error frame came as %v", err)
	}
}

// TestServersThatDoNotCount: an empty text is believed, no text is not.
func TestServersThatDoNotCount(t *testing.T) {
	const stop = `data: {"choices":[{"delta":{},"finish_reason":"stop"}]}` + "\n\n"
	for role, want := range map[string]bool{eventRole: true, strings.Replace(eventRole, `""`, "null", 1): false, "": false} {
		got, err := Read(strings.NewReader(role+stop+eventDone), testLoop)
		if err != nil || got.counted || (got.Unread() == nil) != want {
			t.Errorf("%q: %v, %v; want blank %v", role, got.Unread(), err, want)
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
		got, err := Read(bytes.NewReader(stream), testLoop)
		slow, slowErr := Read(iotest.OneByteReader(bytes.NewReader(stream)), testLoop)
		if (err == nil) != (slowErr == nil) || got.Text != slow.Text || got.finish != slow.finish {
			t.Errorf("at once %+v, %v; byte by byte %+v, %v", got, err, slow, slowErr)
		}
		if err == nil && got.finish == "" && !got.Looped {
			t.Error("an answer without an end is no error")
		}
		if c := got.Confidence; c != nil && (*c < 0 || *c > 1) {
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
		if got.Detail == "" || got.Tokens < 0 || len(got.Cause.Error()) > 5*maxMessage {
			t.Errorf("%+v", got)
		}
		if status >= 400 && status < 500 && status != 429 && status != 408 && (got.Kind == Busy || got.Kind == Broken) {
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
		if _, err := Read(strings.NewReader(stream), testLoop); err != nil {
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
				if _, err := Read(strings.NewReader(s.String()), testLoop); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
