package chat

import (
	"fmt"

	"github.com/sashabaranov/go-openai"
)

// Fields of an answer that can hold words in place of content.
const (
	fieldReasoning = "reasoning_content"
	fieldRefusal   = "refusal"
	fieldToolCalls = "tool_calls"
)

// blankTokens is what the answer for a region without text costs at most: the token that ends it. vLLM
// answers so where there is nothing to read: content "", finish_reason stop, one completion token.
const blankTokens = 1

// Unread says why an answer that was completed is not the text of the region, or not all of it; nil if it is.
// Faults of kind Withheld come from the server's setup or the model's judgment: the same server would answer
// the same again. Those of kind Empty have no known cause.
func (a Answer) Unread() *Fault {
	switch {
	case a.Looped:
		return nil
	case a.finish == openai.FinishReasonContentFilter:
		return &Fault{Kind: Withheld, Detail: "a content filter at the model server held back text: switch it off for this model"}
	case a.finish == openai.FinishReasonToolCalls, a.finish == openai.FinishReasonFunctionCall, a.Text == "" && a.other == fieldToolCalls:
		return &Fault{Kind: Withheld, Detail: "the model server answered with a tool call in place of text: start it without a tool call parser"}
	case a.other == fieldRefusal:
		return &Fault{Kind: Withheld, Detail: "the model refused to read this region"}
	case a.Text != "": // blanks are text too: they are what the tokens were for
		return nil
	case a.other == fieldReasoning:
		return &Fault{Kind: Withheld, Detail: "the model server put the text into reasoning_content: start it without a reasoning parser"}
	case a.blank():
		return nil
	case !a.hasContent:
		return &Fault{Kind: Empty, Detail: "the model server sent no text (content is null): try again later"}
	}
	return &Fault{Kind: Empty, Detail: fmt.Sprintf("the model server sent no text for %d tokens: try again later", a.Usage.CompletionTokens)}
}

// blank reports whether an answer without text says that there is none: the model ended it by itself, at
// once. A server that does not count tokens is believed if it sends an empty text, not if it sends none.
func (a Answer) blank() bool {
	if a.finish != openai.FinishReasonStop {
		return false
	}
	if a.counted {
		return a.Usage.CompletionTokens <= blankTokens
	}
	return a.hasContent
}
