package enginetest

import (
	"context"
	"fmt"
	"net/http"

	"ocr-gateway/internal/promtext"
)

// Unfinished asks a vLLM server how many requests it has, running and waiting.
func Unfinished(ctx context.Context, url string) (n float64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	metrics, err := promtext.Read(resp.Body)
	if err != nil {
		return 0, err
	}
	running, found := metrics.Sum("vllm:num_requests_running", nil)
	waiting, also := metrics.Sum("vllm:num_requests_waiting", nil)
	if !found && !also {
		return 0, fmt.Errorf("the answer, status %d, does not count requests", resp.StatusCode)
	}
	return running + waiting, nil
}
