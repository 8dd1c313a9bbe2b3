package enginetest

import "time"

// Config is how a Fake behaves. The zero value answers at once, as vLLM 0.32 with
// a scripted model does.
type Config struct {
	Model       string // served name; empty means "glm-ocr"
	Root        string // what the server says that it loaded; empty means "zai-org/GLM-OCR"
	Version     string // of vLLM; empty means "0.32.0", "none" means that /version is missing
	ModelLength int    // tokens of prompt and answer; 0 means 16384
	APIKey      string // asked for under /v1 when not empty; see Rekey
	Health      int    // status of /health, as routers have it; 0 means 200, or 503 while loading

	Latency time.Duration // from a free slot to the end of an answer
	Slots   int           // requests served at once, others queue; 0 means 64
	Queue   int           // requests that may queue, others get 503; 0 means any number

	// Answer gives the text for a request; nil means Script.
	Answer func(Request) Answer
	// Fault gives how a request fails; nil, and the zero Fault, mean not at all.
	Fault func(Request) Fault
	// Pieces is how many chunks the text of a stream is cut into; 0 means 4.
	Pieces int
	// SplitBytes sends a stream in transport writes of so many bytes, which tears
	// events and characters apart; 0 sends it in one.
	SplitBytes int
	// CountAtEnd makes the server count tokens at the end of a stream only, also when
	// asked to count with every chunk.
	CountAtEnd bool
	// MTP makes /metrics count the tokens of a draft head, of which Acceptance (0 to 1)
	// come true.
	MTP        bool
	Acceptance float64
	// KeepImages gives Answer and Fault the whole image, which costs much.
	KeepImages bool
}
