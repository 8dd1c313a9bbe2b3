package enginetest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
)

// Answer is what the model says.
type Answer struct {
	Text   string
	Finish string // empty means "stop"
	Usage  int    // completion tokens; 0 means one per four bytes
	// Delta is what stands in the answer's delta in place of content, as JSON members;
	// content is null then, also where a text was sent before.
	Delta  string
	NoDone bool // the stream ends after the count of tokens, without [DONE]
}

func (f *Fake) whole(q Request, a Answer) string {
	return fmt.Sprintf(`{"id":"chatcmpl-%d","object":"chat.completion","created":1795489463,"model":%q,"choices":[{"index":0,"message":{"role":"assistant",%s},"logprobs":%s,"finish_reason":%q}],"usage":%s}`,
		q.N, f.cfg.Model, a.members(a.Text), logprobs(q, a.Text), a.finish(), usage(a.tokens()))
}

// opening is the content of the first delta.
func (a Answer) opening() string {
	if a.Delta != "" {
		return "null"
	}
	return `""`
}

// members are a piece of text as the members of a delta or message.
func (a Answer) members(piece string) string {
	text, _ := json.Marshal(piece) // a string always marshals
	switch {
	case a.Delta == "":
		return `"content":` + string(text)
	case piece == "":
		return `"content":null,` + a.Delta
	}
	return `"content":` + string(text) + `,` + a.Delta
}

func (a Answer) finish() string { return cmp.Or(a.Finish, "stop") }

func (a Answer) tokens() int { return cmp.Or(a.Usage, len(a.Text)/4+1) }

func usage(n int) string {
	return fmt.Sprintf(`{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d}`, promptTokens, promptTokens+n, n)
}

// promptTokens is what every request is said to have cost.
const promptTokens = 110

// TokenProbability is the probability of every token of a Fake.
const TokenProbability = 0.75

func logprobs(q Request, piece string) string {
	if !q.Logprobs {
		return "null"
	}
	token, _ := json.Marshal(piece)
	return fmt.Sprintf(`{"content":[{"token":%s,"logprob":%g,"bytes":[0],"top_logprobs":[]}]}`, token, math.Log(TokenProbability))
}
