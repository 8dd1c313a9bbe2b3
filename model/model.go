// Package model defines the values that the engine and the packages of single vision models exchange: what is
// asked about an image, and how a model wants to be asked. It does nothing itself; engine/vllm sends
// requests, and model/glmocr and its neighbors write them.
package model

import (
	"regexp"

	"ocr-gateway/document"
)

// Traits are what a model can do.
type Traits struct {
	Tasks []document.Task
	// Pages says that the model reads whole pages and needs no layout detector.
	Pages bool
	// Regions says that it finds the regions of whole pages, with their boxes.
	Regions bool
	// Charts says that it reads the data of charts, as tables.
	Charts bool
	// Questions says that it answers questions about a page, see document.Question.
	Questions bool
}

// Ask is what is wanted of one image.
type Ask struct {
	// Variant is which of a profile's models is asked, in the profile's own terms; empty if unknown.
	Variant string
	// Region is what the image shows, with its type, label and box.
	Region document.Region
	// Layout asks for the regions of a whole page.
	Layout bool
	// Prompt is a client's, used in place of the model's own; empty means the model's own.
	Prompt string
	// Question is asked about the page instead of its text; nil asks nothing.
	Question *document.Question
}

// Request is how a model is asked about one image.
type Request struct {
	// Prompt follows the image; empty sends only the image.
	Prompt    string
	MaxTokens int // of the answer
	Sampling  Sampling
	Image     Image
	Loop      Loop
	Schema    []byte // JSON Schema that the answer must follow; nil for free text
	// NoThinking tells the chat template that the model does not reason before it answers.
	NoThinking bool
	// Read converts the answer's text, trimmed, to Content and Format of a Recognition, and to its Regions if
	// the model finds them.
	Read func(text string) document.Recognition
}

// Sampling is how the model chooses tokens. Zero values are not sent, except Temperature.
type Sampling struct {
	Temperature       float64
	TopP              float64
	TopK              int
	RepetitionPenalty float64
	// Seed makes answers of a Temperature above 0 the same each time.
	Seed int
}

// Loop says when the end of an answer counts as a loop: the same unit repeated at least Copies times and over
// at least Run bytes, in an answer of at least Least bytes.
type Loop struct {
	Copies, Run, Least int
	// Server has the model server look for loops too.
	Server bool
}

// Escape puts a space into everything in a client's words, such as field names, that tokens matches, so that
// the tokenizer takes it for text and not for a control token.
func Escape(tokens *regexp.Regexp, words string) string {
	return tokens.ReplaceAllStringFunc(words, func(token string) string { return token[:1] + " " + token[1:] })
}
