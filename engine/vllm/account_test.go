package vllm_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/engine/vllm"
)

// TestUsageCountsEveryAttempt: a region costs what all its attempts cost, those
// that failed on the way too, whether it is read in the end or not.
func TestUsageCountsEveryAttempt(t *testing.T) {
	const prompt, answer = 110, 40 // tokens of one attempt
	for name, c := range map[string]struct {
		fault    func(enginetest.Request) enginetest.Fault
		attempts int
		tokens   int // of answers
		prompts  int // that were counted
		fails    bool
	}{
		"at once":               {enginetest.First(0, enginetest.Fault{}), 1, answer, 1, false},
		"refused twice":         {enginetest.First(2, enginetest.Fault{Status: 503}), 3, answer, 1, false},
		"dies in the answer":    {enginetest.First(1, enginetest.Fault{Die: true}), 2, answer + answer/2, 2, false},
		"fails in the answer":   {enginetest.First(2, enginetest.Fault{AfterText: 500}), 3, answer + answer/2*2, 3, false},
		"a request at fault":    {enginetest.Every(1, enginetest.Fault{Status: 400}), 1, 0, 0, true},
		"fails for ever":        {enginetest.Every(1, enginetest.Fault{AfterText: 500}), 3, answer / 2 * 3, 3, true},
		"refused for ever":      {enginetest.Every(1, enginetest.Fault{Status: 500}), 3, 0, 0, true},
		"fails before its text": {enginetest.First(1, enginetest.Fault{InStream: 500}), 2, answer, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, endpoint := serve(t, enginetest.Config{Fault: c.fault, Answer: func(enginetest.Request) enginetest.Answer {
				return enginetest.Answer{Text: enginetest.PageText, Usage: answer}
			}})
			cfg := quick()
			cfg.Attempts = 3
			got, err := read(t.Context(), start(t, cfg, endpoint), page(56, 56), document.RegionText)
			if (err != nil) != c.fails {
				t.Fatal(err)
			}
			if got.Usage.ModelSeconds <= 0 {
				t.Error("it took no time")
			}
			got.Usage.ModelSeconds = 0 // whatever the machine takes
			want := document.Usage{Attempts: c.attempts, PromptTokens: prompt * c.prompts, CompletionTokens: c.tokens}
			if got.Usage != want {
				t.Errorf("usage %+v, want %+v", got.Usage, want)
			}
		})
	}
}

// TestALoopIsCounted although its stream is left before the server sums up.
func TestALoopIsCounted(t *testing.T) {
	loop := enginetest.Answer{Text: strings.Repeat("again and over ", 2000), Finish: "length", Usage: 8000}
	for name, c := range map[string]struct {
		atEnd   bool
		prompts int
		atLeast int
	}{
		"by the server":                   {false, 2 * 110, 2 * 500},
		"by its parts, where it does not": {true, 0, 2 * 10},
	} {
		t.Run(name, func(t *testing.T) {
			_, endpoint := serve(t, enginetest.Config{
				Pieces: 200, CountAtEnd: c.atEnd, Answer: func(enginetest.Request) enginetest.Answer { return loop },
			})
			got, err := read(t.Context(), start(t, quick(), endpoint), page(56, 56), document.RegionText)
			if err != nil || got.Truncated == nil {
				t.Fatalf("%+v, %v", got, err)
			}
			if u := got.Usage; u.Attempts != 2 || u.PromptTokens != c.prompts || u.CompletionTokens < c.atLeast || u.CompletionTokens >= 2*loop.Usage {
				t.Errorf("usage %+v", u)
			}
		})
	}
}

// TestRetryAfterSendsElsewhere: the region that a server sends away is read by
// the other without a wait for the first, which would be longer than the region has.
func TestRetryAfterSendsElsewhere(t *testing.T) {
	busy, a := serve(t, enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Status: http.StatusTooManyRequests, RetryAfter: "30"})})
	free, b := serve(t, enginetest.Config{})
	a.Name, a.Weight, b.Name = "busy", 1000, "free"
	cfg := quick()
	cfg.RegionTimeout = 25 * time.Second
	e := start(t, cfg, a, b)
	eventually(t, "both servers", allReady(e))
	if ok, problems := readMany(t, e, 1); ok != 1 {
		t.Fatal(problems)
	}
	if free.Counts().Requests != 1 || busy.Counts().Requests != 1 {
		t.Errorf("the free server got %d, the busy one %d", free.Counts().Requests, busy.Counts().Requests)
	}
}

// TestRetryAfterIsARest: a server is left alone for as long as it asked, and used
// again then.
func TestRetryAfterIsARest(t *testing.T) {
	var mu sync.Mutex
	var sentAway time.Time
	busy, a := serve(t, enginetest.Config{Fault: func(q enginetest.Request) enginetest.Fault {
		mu.Lock()
		defer mu.Unlock()
		if q.N > 1 {
			if rested := time.Since(sentAway); rested < time.Second {
				t.Errorf("the busy server was asked again after %s", rested)
			}
			return enginetest.Fault{}
		}
		sentAway = time.Now()
		return enginetest.Fault{Status: http.StatusTooManyRequests, RetryAfter: "1"}
	}})
	_, b := serve(t, enginetest.Config{})
	a.Name, a.Weight, b.Name = "busy", 1000, "free"
	e := start(t, quick(), a, b)
	eventually(t, "both servers", allReady(e))
	if ok, problems := readMany(t, e, 1); ok != 1 {
		t.Fatal(problems)
	}
	eventually(t, "the busy server to be used again", func() bool {
		ok, problems := readMany(t, e, 1)
		if ok != 1 {
			t.Fatal(problems)
		}
		return busy.Counts().Requests > 1
	})
}

// TestRetryAfterOfTheOnlyServer is waited for.
func TestRetryAfterOfTheOnlyServer(t *testing.T) {
	fake, endpoint := serve(t, enginetest.Config{Fault: enginetest.First(1, enginetest.Fault{Status: 503, RetryAfter: "1"})})
	e := start(t, quick(), endpoint)
	begin := time.Now()
	ok, problems := readMany(t, e, 1)
	if took := time.Since(begin); ok != 1 || took < time.Second || fake.Counts().Requests != 2 {
		t.Errorf("%d read after %s with %d requests, %v", ok, took, fake.Counts().Requests, problems)
	}
}

func TestPrompts(t *testing.T) {
	var asked enginetest.Request
	_, endpoint := serve(t, enginetest.Config{Answer: func(q enginetest.Request) enginetest.Answer {
		asked = q
		return enginetest.Answer{Text: "a stamp"}
	}})
	ask := func(e *vllm.Engine, prompt string) (document.Recognition, error) {
		p := page(56, 56)
		return e.Recognize(t.Context(), p, document.Region{Type: document.RegionText, BBox: document.BBox{0, 0, 56, 56}},
			document.Options{Task: document.TaskText, Prompt: prompt})
	}
	closed := start(t, quick(), endpoint)
	if _, err := ask(closed, "What is this?"); problem(t, err).Code != document.CodeInvalidRequest || asked.N != 0 {
		t.Errorf("%v after %d requests", err, asked.N)
	}
	cfg := quick()
	cfg.AllowPrompt = true
	open := start(t, cfg, endpoint)
	got, err := ask(open, `What is "this"?`)
	if err != nil || got.Content != "a stamp" || got.Format != document.FormatText || asked.Prompt != `What is "this"?` || !asked.ImageFirst {
		t.Errorf("%+v, %v, asked %q", got, err, asked.Prompt)
	}
	if _, err := ask(open, strings.Repeat("long ", 401)); problem(t, err).Code != document.CodeInvalidRequest {
		t.Error(err)
	}
}
