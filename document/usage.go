package document

import (
	"math"
	"strconv"
)

// Usage is what a request cost.
type Usage struct {
	Pages            int `json:"pages"`
	Regions          int `json:"regions"`
	Attempts         int `json:"attempts"`          // requests to model servers, for regions and questions
	PromptTokens     int `json:"prompt_tokens"`     // of language models
	CompletionTokens int `json:"completion_tokens"` // of language models
	// ModelSeconds is the time of model servers. Requests that a server works on at once share its time, so
	// that all together have the time for which it worked.
	ModelSeconds Seconds `json:"model_seconds"`
	// CPUSeconds is processor time of the gateway: of the processes that drew the pages, and a share of its
	// own.
	CPUSeconds Seconds `json:"cpu_seconds"`
	Cost       Money   `json:"cost,omitempty"`     // by the operator's prices
	Currency   string  `json:"currency,omitempty"` // of Cost; empty if there are no prices
}

// Add adds the counts of v to u. Prices are all in one currency.
func (u *Usage) Add(v Usage) {
	u.Pages += v.Pages
	u.Regions += v.Regions
	u.Attempts += v.Attempts
	u.PromptTokens += v.PromptTokens
	u.CompletionTokens += v.CompletionTokens
	u.ModelSeconds += v.ModelSeconds
	u.CPUSeconds += v.CPUSeconds
	u.Cost += v.Cost
	if v.Currency != "" {
		u.Currency = v.Currency
	}
}

// Seconds is a time; in JSON it has microseconds.
type Seconds float64

// MarshalJSON rounds to microseconds.
func (s Seconds) MarshalJSON() ([]byte, error) { return decimal(float64(s), 6), nil }

// Money is an amount of some currency; in JSON it has nine decimals.
type Money float64

// MarshalJSON rounds to billionths.
func (m Money) MarshalJSON() ([]byte, error) { return decimal(float64(m), 9), nil }

// decimal writes v with at most places decimals.
func decimal(v float64, places int) []byte {
	unit := math.Pow10(places)
	return strconv.AppendFloat(nil, math.Round(v*unit)/unit, 'f', -1, 64)
}
