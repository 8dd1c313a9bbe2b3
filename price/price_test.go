package price_test

import (
	"math"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/price"
)

func TestCharge(t *testing.T) {
	used := document.Usage{Pages: 1, PromptTokens: 2000, CompletionTokens: 500, ModelSeconds: 1.5, CPUSeconds: 0.25}
	for name, c := range map[string]struct {
		prices price.Config
		want   document.Money
	}{
		"nothing has a price": {price.Config{Currency: "USD"}, 0},
		"rented by the hour":  {price.Config{Currency: "USD", GPUHour: 3.6}, 0.0015},
		"by token":            {price.Config{Currency: "EUR", PromptTokens: 1, CompletionTokens: 2}, 0.003},
		"all together":        {price.Config{Currency: "EUR", GPUHour: 3.6, CPUHour: 0.036, PromptTokens: 1, CompletionTokens: 2}, 0.0045025},
	} {
		u := used
		c.prices.Charge(&u)
		if math.Abs(float64(u.Cost-c.want)) > 1e-12 || (u.Currency == "") != (c.want == 0) {
			t.Errorf("%s: %v %q, want %v", name, u.Cost, u.Currency, c.want)
		}
	}
}

func TestValidate(t *testing.T) {
	if err := price.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for part, c := range map[string]price.Config{
		"currency":          {Currency: "$"},
		"gpu_hour":          {Currency: "USD", GPUHour: -1},
		"cpu_hour":          {Currency: "USD", CPUHour: math.NaN()},
		"prompt_tokens":     {Currency: "USD", PromptTokens: 2e6},
		"completion_tokens": {Currency: "USD", CompletionTokens: math.Inf(1)},
	} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v", part, err)
		}
	}
}
