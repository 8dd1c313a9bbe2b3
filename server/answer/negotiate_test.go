package answer_test

import (
	"net/http/httptest"
	"testing"

	"ocr-gateway/server/answer"
)

func TestNegotiate(t *testing.T) {
	offers := []string{answer.JSON, answer.NDJSON, "text/markdown"}
	for accept, want := range map[string]string{
		"":                                  answer.JSON,
		"*/*":                               answer.JSON,
		"text/*":                            "text/markdown",
		"text/markdown, application/json":   answer.JSON, // a tie: the first offer
		"application/json;q=0.5, text/*":    "text/markdown",
		"application/*;q=0.1, */*;q=0.2":    "text/markdown", // the more specific range counts
		"application/json;q=0, */*":         answer.NDJSON,
		"application/json;q=much":           "",
		"image/png":                         "",
		";;, text/markdown":                 "text/markdown",
		"application/x-ndjson;charset=utf8": answer.NDJSON,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		if accept != "" {
			r.Header.Set("Accept", accept)
		}
		got, err := answer.Negotiate(r, offers...)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("Accept: %q gives %q, %v; want %q", accept, got, err, want)
		}
	}
}
