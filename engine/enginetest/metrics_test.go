package enginetest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"ocr-gateway/engine/enginetest"
)

func TestUnfinished(t *testing.T) {
	for name, tc := range map[string]struct {
		metrics string
		want    float64
		fails   bool
	}{
		"two engines": {`# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="glm-ocr"} 4.0
vllm:num_requests_running{engine="1",model_name="glm-ocr"} 3.0
vllm:num_requests_waiting{engine="0",model_name="glm-ocr"} 60.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="glm-ocr",reason="capacity"} 60.0
`, 67, false},
		"other metrics": {"up 1\n", 0, true},
		"no number":     {`vllm:num_requests_running{engine="0"} many` + "\n", 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, tc.metrics)
			}))
			defer server.Close()
			got, err := enginetest.Unfinished(t.Context(), server.URL)
			if got != tc.want || (err != nil) != tc.fails {
				t.Errorf("%g, %v", got, err)
			}
		})
	}
}
