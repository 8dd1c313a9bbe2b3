package vllm_test

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
)

// unreadEnds is how a region ends that is answered as enginetest.Unread only.
var unreadEnds = map[string]struct {
	requests  int // at one server
	retryable bool
	detail    string
	content   string // of a region that is not failed but truncated
}{
	"reasoning":       {1, false, "put the text into reasoning_content", ""},
	"newer reasoning": {1, false, "put the text into reasoning_content", ""},
	"null":            {2, true, "content is null", ""},
	"empty":           {2, true, "no text for 57 tokens", ""},
	"empty and cut":   {2, true, "no text for 8192 tokens", ""},
	"tool calls":      {1, false, "tool call in place of text", ""},
	"refusal":         {1, false, "the model refused", ""},
	"filtered":        {1, false, "content filter", "Hello wo"},
	"filtered whole":  {1, false, "content filter", ""},
}

// TestUnreadAnswersAreNotText: no answer without its text is taken for the text of the region.
func TestUnreadAnswersAreNotText(t *testing.T) {
	if got, want := slices.Sorted(maps.Keys(unreadEnds)), slices.Sorted(maps.Keys(enginetest.Unread)); !slices.Equal(got, want) {
		t.Fatalf("ends of %v, want of %v", got, want)
	}
	for name, want := range unreadEnds {
		for _, atEnd := range []bool{false, true} {
			fake, endpoint := serve(t, enginetest.Config{CountAtEnd: atEnd, Answer: func(enginetest.Request) enginetest.Answer { return enginetest.Unread[name] }})
			got, err := read(t.Context(), start(t, quick(), endpoint), page(56, 56), document.RegionText)
			why := got.Truncated
			if want.content == "" {
				why = problem(t, err)
			}
			if why == nil || why.Code != document.CodeEngineFailed || why.Retryable != want.retryable || !strings.Contains(why.Detail, want.detail) || got.Content != want.content {
				t.Errorf("%s: %q, %+v; want %q, %+v", name, got.Content, why, want.content, want)
			}
			if n := fake.Counts().Requests; n != want.requests || got.Usage.Attempts != n {
				t.Errorf("%s: %d requests, %d counted, want %d", name, n, got.Usage.Attempts, want.requests)
			}
		}
	}
}

// TestUnreadAnswersAreReadElsewhere: another server has no parser or filter in the way.
func TestUnreadAnswersAreReadElsewhere(t *testing.T) {
	for name, unread := range enginetest.Unread {
		_, a := serve(t, enginetest.Config{Answer: func(enginetest.Request) enginetest.Answer { return unread }})
		_, b := serve(t, enginetest.Config{})
		a.Name, b.Name = "faulty", "sound"
		a.Weight = 1000 // it is asked first
		e := start(t, quick(), a, b)
		eventually(t, "both servers", allReady(e))
		got, err := read(t.Context(), e, page(56, 56), document.RegionText)
		if err != nil || got.Content != enginetest.PageText || got.Truncated != nil || got.Usage.Attempts != 2 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestPartsOutliveWorseAnswers: what a filter let through is kept when the next attempt
// brings less, or nothing.
func TestPartsOutliveWorseAnswers(t *testing.T) {
	for name, second := range map[string]enginetest.Config{
		"filtered whole": {Answer: func(enginetest.Request) enginetest.Answer { return enginetest.Unread["filtered whole"] }},
		"failed":         {Fault: enginetest.Every(1, enginetest.Fault{Status: 400})},
	} {
		_, a := serve(t, enginetest.Config{Answer: func(enginetest.Request) enginetest.Answer { return enginetest.Unread["filtered"] }})
		_, b := serve(t, second)
		a.Name, b.Name = "first", "second"
		a.Weight = 1000
		e := start(t, quick(), a, b)
		eventually(t, "both servers", allReady(e))
		got, err := read(t.Context(), e, page(56, 56), document.RegionText)
		if err != nil || got.Content != "Hello wo" || got.Truncated == nil || got.Usage.Attempts != 2 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestAnEmptyAnswerMayPass: the same server reads at the second attempt.
func TestAnEmptyAnswerMayPass(t *testing.T) {
	for _, name := range []string{"null", "empty"} {
		var asked atomic.Int64
		_, endpoint := serve(t, enginetest.Config{Answer: func(q enginetest.Request) enginetest.Answer {
			if asked.Add(1) == 1 {
				return enginetest.Unread[name]
			}
			return enginetest.Script(q)
		}})
		got, err := read(t.Context(), start(t, quick(), endpoint), page(56, 56), document.RegionText)
		if err != nil || got.Content != enginetest.PageText {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestBlankRegionsAreRead: an answer that ended at once, and blanks, are what stands there.
func TestBlankRegionsAreRead(t *testing.T) {
	for name, answer := range map[string]enginetest.Answer{
		"as recorded": enginetest.Blank,
		"null":        {Delta: `"refusal":null`, Usage: 1},
		"white space": {Text: "\n \n", Usage: 3},
		"no [DONE]":   {Usage: 1, NoDone: true},
	} {
		fake, endpoint := serve(t, enginetest.Config{Answer: func(enginetest.Request) enginetest.Answer { return answer }})
		got, err := read(t.Context(), start(t, quick(), endpoint), page(56, 56), document.RegionText)
		if err != nil || got.Content != "" || got.Truncated != nil || fake.Counts().Requests != 1 {
			t.Errorf("%s: %+v, %v after %d requests", name, got, err, fake.Counts().Requests)
		}
	}
}

// TestStreamsWithoutDone are complete once the model has ended its answer.
func TestStreamsWithoutDone(t *testing.T) {
	fake, endpoint := serve(t, enginetest.Config{Answer: func(enginetest.Request) enginetest.Answer {
		return enginetest.Answer{Text: enginetest.PageText, Usage: 40, NoDone: true}
	}})
	got, err := read(t.Context(), start(t, quick(), endpoint), page(56, 56), document.RegionText)
	if err != nil || got.Content != enginetest.PageText || got.Truncated != nil || got.Usage.CompletionTokens != 40 || fake.Counts().Requests != 1 {
		t.Errorf("%+v, %v after %d requests", got, err, fake.Counts().Requests)
	}
}
