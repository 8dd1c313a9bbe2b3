// Package price is what an operator charges for what requests use.
package price

import (
	"fmt"

	"ocr-gateway/document"
	"ocr-gateway/internal/setting"
)

// Config is a list of prices, in one currency. With none of them set nothing has a price.
type Config struct {
	Currency string `mapstructure:"currency"` // as ISO 4217 has it
	// GPUHour is the price of an hour of a model server, with all of its GPUs.
	GPUHour float64 `mapstructure:"gpu_hour"`
	CPUHour float64 `mapstructure:"cpu_hour"` // of one processor core
	// Of a million tokens.
	PromptTokens     float64 `mapstructure:"prompt_tokens"`
	CompletionTokens float64 `mapstructure:"completion_tokens"`
}

// DefaultConfig has no prices.
func DefaultConfig() Config { return Config{Currency: "USD"} }

// maxPrice is higher than any real price.
const maxPrice = 1e6

// Validate reports every price that cannot be right.
func (c Config) Validate() error {
	var errs setting.Errors
	errs.Check(isCurrency(c.Currency), "currency", "is not a code of three capitals, such as USD")
	for _, p := range []struct {
		key   string
		price float64
	}{{"gpu_hour", c.GPUHour}, {"cpu_hour", c.CPUHour}, {"prompt_tokens", c.PromptTokens}, {"completion_tokens", c.CompletionTokens}} {
		errs.Check(p.price >= 0 && p.price <= maxPrice, p.key, "is %v: use %s", p.price, fmt.Sprintf("0 to %.0f", maxPrice))
	}
	return errs.Join()
}

func isCurrency(code string) bool {
	for _, c := range code {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return len(code) == 3
}

// set reports whether anything has a price.
func (c Config) set() bool { return c.GPUHour+c.CPUHour+c.PromptTokens+c.CompletionTokens > 0 }

// Charge writes what u costs into it.
func (c Config) Charge(u *document.Usage) {
	if !c.set() {
		return
	}
	u.Currency = c.Currency
	u.Cost = document.Money(float64(u.ModelSeconds)*c.GPUHour/3600 + float64(u.CPUSeconds)*c.CPUHour/3600 +
		float64(u.PromptTokens)*c.PromptTokens/1e6 + float64(u.CompletionTokens)*c.CompletionTokens/1e6)
}
