package enginetest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/engine/enginetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serve(t *testing.T, cfg enginetest.Config) (*enginetest.Fake, *httptest.Server) {
	fake := enginetest.NewFake(cfg)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	t.Cleanup(server.Client().CloseIdleConnections)
	return fake, server
}

const image = `{"type":"image_url","image_url":{"url":"data:image/png;base64,%s"}}`

// body is a request as the reference SDK and others write it, spaces and all.
func body(image, prompt, params string) string {
	return fmt.Sprintf(`{"model": "glm-ocr", "messages": [{"role": "user", "content": [%s, {"type": "text", "text": %q}]}]%s}`, image, prompt, params)
}

func post(t *testing.T, server *httptest.Server, body string) (int, string) {
	t.Helper()
	resp, err := server.Client().Post(server.URL+"/v1/chat/completions", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(got)
}

// TestImagesPassBy: images of every length around the reader's buffer, and what
// is asked for is understood all the same.
func TestImagesPassBy(t *testing.T) {
	for _, size := range []int{0, 1, 100, 65_000, 65_535, 65_536, 65_537, 70_000, 1 << 20} {
		for _, keep := range []bool{false, true} {
			var asked enginetest.Request
			_, server := serve(t, enginetest.Config{KeepImages: keep, Answer: func(q enginetest.Request) enginetest.Answer {
				asked = q
				return enginetest.Script(q)
			}})
			picture := fmt.Sprintf(image, strings.Repeat("A", size))
			status, got := post(t, server, body(picture, "Table Recognition:", `, "max_tokens": 77, "temperature": 0.0, "top_k": 1`))
			if status != 200 || asked.Prompt != "Table Recognition:" || asked.MaxTokens != 77 || !asked.ImageFirst || *asked.TopK != 1 {
				t.Errorf("image of %d: status %d %s, asked %+v", size, status, got, asked)
			}
			want := "data:image/png;base64,"
			if keep {
				want += strings.Repeat("A", size)
			}
			if asked.Image != want {
				t.Errorf("image of %d, kept %v: %d bytes", size, keep, len(asked.Image))
			}
		}
	}
}

func TestWholeAnswer(t *testing.T) {
	_, server := serve(t, enginetest.Config{})
	_, got := post(t, server, body(fmt.Sprintf(image, "AA"), "Text Recognition:", ""))
	var answer struct {
		Choices []struct {
			Message      struct{ Content string }
			FinishReason string `json:"finish_reason"`
		}
		Usage struct {
			CompletionTokens int `json:"completion_tokens"`
		}
	}
	if err := json.Unmarshal([]byte(got), &answer); err != nil {
		t.Fatal(err)
	}
	if c := answer.Choices[0]; c.Message.Content != enginetest.PageText || c.FinishReason != "stop" || answer.Usage.CompletionTokens == 0 {
		t.Errorf("%s", got)
	}
}

// TestStreamIsLikeRecorded: role, text, end, usage with no choices, [DONE].
func TestStreamIsLikeRecorded(t *testing.T) {
	_, server := serve(t, enginetest.Config{Pieces: 3, SplitBytes: 11})
	_, got := post(t, server, body(fmt.Sprintf(image, "AA"), "Text Recognition:", `,"stream":true,"stream_options":{"include_usage":true},"logprobs":true`))
	var text strings.Builder
	var kinds []string
	lines := bufio.NewScanner(strings.NewReader(got))
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		if data == "[DONE]" {
			kinds = append(kinds, "done")
			continue
		}
		var c struct {
			Choices []struct {
				Delta        struct{ Role, Content string }
				FinishReason *string `json:"finish_reason"`
				Logprobs     *struct{ Content []struct{ Logprob float64 } }
			}
			Usage *struct{}
		}
		if err := json.Unmarshal([]byte(data), &c); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		switch {
		case c.Usage != nil && len(c.Choices) == 0:
			kinds = append(kinds, "usage")
		case c.Choices[0].Delta.Role != "":
			kinds = append(kinds, "role")
		case c.Choices[0].FinishReason != nil:
			kinds = append(kinds, "end")
		default:
			kinds = append(kinds, "text")
			if c.Choices[0].Logprobs == nil {
				t.Error("no logprobs")
			}
		}
		if len(c.Choices) > 0 {
			text.WriteString(c.Choices[0].Delta.Content)
		}
	}
	if want := "role text text end usage done"; strings.Join(kinds, " ") != want || text.String() != enginetest.PageText {
		t.Errorf("events %v with %q, want %s", kinds, text.String(), want)
	}
}

func TestErrorsAreLikeRecorded(t *testing.T) {
	for name, c := range map[string]struct {
		cfg    enginetest.Config
		body   string
		status int
		want   string
	}{
		"no JSON":     {enginetest.Config{}, "hello", 400, `"code":400`},
		"wrong model": {enginetest.Config{}, `{"model":"nope"}`, 404, "The model `nope` does not exist. Valid aliases: glm-ocr."},
		"key":         {enginetest.Config{APIKey: "k"}, `{}`, 401, `{"error":"Unauthorized"}`},
		"too long":    {enginetest.Config{ModelLength: 100}, `{"max_tokens":101}`, 400, "max_tokens=101 cannot be greater than max_model_len=100"},
		"injected":    {enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{Status: 503})}, `{}`, 503, "currently busy"},
		"in 200":      {enginetest.Config{Fault: enginetest.Every(1, enginetest.Fault{InStream: 503})}, `{"stream":true}`, 200, "\"code\": 503}}\n\ndata: [DONE]"},
		"cache":       {enginetest.Config{Fault: enginetest.First(1, enginetest.Fault{Status: 400, Body: enginetest.CacheExceeded(9, 5)})}, `{}`, 400, "exceeds the pre-allocated encoder cache size 5"},
	} {
		_, server := serve(t, c.cfg)
		if status, got := post(t, server, c.body); status != c.status || !strings.Contains(got, c.want) {
			t.Errorf("%s: %d %s", name, status, got)
		}
	}
	fake, server := serve(t, enginetest.Config{})
	fake.Drain(true)
	if status, got := post(t, server, `{}`); status != 500 || !strings.Contains(got, "cannot schedule new futures after shutdown") {
		t.Errorf("drain: %d %s", status, got)
	}
	if resp, err := server.Client().Get(server.URL + "/health"); err != nil || resp.StatusCode != 200 {
		t.Errorf("drain: health %v, %v", resp, err)
	} else {
		resp.Body.Close()
	}
}

func TestSlotsAndQueue(t *testing.T) {
	hold := make(chan struct{})
	fake, server := serve(t, enginetest.Config{Slots: 2, Queue: 3, Answer: func(q enginetest.Request) enginetest.Answer {
		<-hold
		return enginetest.Script(q)
	}})
	var clients sync.WaitGroup
	for range 5 {
		clients.Go(func() {
			if status, body := post(t, server, `{}`); status != 200 {
				t.Errorf("status %d %s", status, body)
			}
		})
	}
	for fake.Counts().Queued != 3 {
		time.Sleep(time.Millisecond)
	}
	if status, body := post(t, server, `{}`); status != 503 || !strings.Contains(body, "currently busy") {
		t.Errorf("with a full queue: status %d %s", status, body)
	}
	close(hold)
	clients.Wait()
	if c := fake.Counts(); c != (enginetest.Counts{Requests: 6, Answered: 5, Failed: 1, MaxInFlight: 6}) {
		t.Errorf("counts %+v", c)
	}
}

func TestClientsThatLeaveAreCounted(t *testing.T) {
	for name, c := range map[string]enginetest.Config{
		"in its slot":   {Latency: time.Hour},
		"without reply": {Fault: enginetest.Every(1, enginetest.Fault{Hang: true})},
		"in the middle": {Fault: enginetest.Every(1, enginetest.Fault{Stall: true})},
	} {
		fake, server := serve(t, c)
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/v1/chat/completions", strings.NewReader(`{"stream":true}`))
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			if resp, err := server.Client().Do(req); err == nil {
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		}()
		for fake.Counts().InFlight == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
		<-ended
		for end := time.Now().Add(time.Minute); fake.Counts().Canceled != 1; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: counts %+v", name, fake.Counts())
			}
		}
	}
}

func TestSocketsThatClose(t *testing.T) {
	for name, f := range map[string]enginetest.Fault{"before": {Reset: true}, "in the middle": {Die: true}} {
		_, server := serve(t, enginetest.Config{Fault: enginetest.Every(1, f)})
		resp, err := server.Client().Post(server.URL+"/v1/chat/completions", "application/json", strings.NewReader(`{"stream":true}`))
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func BenchmarkFake(b *testing.B) {
	fake := enginetest.NewFake(enginetest.Config{})
	request := body(fmt.Sprintf(image, strings.Repeat("A", 64<<10)), "Text Recognition:", `,"stream":true`)
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		fake.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/chat/completions", strings.NewReader(request)))
		if w.Code != 200 {
			b.Fatal(w.Body.String())
		}
	}
}
