package supervise

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/internal/metricnames"
	"ocr-gateway/internal/promtext"
)

// gatewayWork tells by the gateway's metrics whether there was work.
type gatewayWork struct {
	metrics string // URL
	key     string // API key; may be empty
	timeout time.Duration

	done float64 // requests and pages at the last look
}

// look reports whether there was work since the last look. At the first look, what
// was done before counts as work.
func (g *gatewayWork) look(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.metrics, nil)
	if err != nil {
		return false, err
	}
	if g.key != "" {
		req.Header.Set("Authorization", "Bearer "+g.key)
	}
	resp, err := local.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return false, fmt.Errorf("%s answers %s", g.metrics, resp.Status)
	}
	running, done, err := ReadWork(io.LimitReader(resp.Body, maxMetrics))
	if err != nil {
		return false, err
	}
	// A gateway that was restarted counts from 0: what it did since is work, the
	// restart is not.
	worked := running > 0 || done != g.done && done > 0
	g.done = done
	return worked, nil
}

const maxMetrics = 8 << 20 // bytes

// apiRoutes begin the routes whose requests count as work.
const apiRoutes = "/api/"

// ReadWork reads the gateway's metrics in Prometheus text: how many requests are
// running, and how many requests and pages are done. Only POST requests to the API
// count, and none without a valid key: probes and strangers keep no host running.
func ReadWork(r io.Reader) (running, done float64, err error) {
	metrics, err := promtext.Read(r)
	if err != nil {
		return 0, 0, err
	}
	running, found := metrics.Sum(metricnames.RequestsRunning, nil)
	if !found {
		return 0, 0, fmt.Errorf("the metrics are not the gateway's: no %s", metricnames.RequestsRunning)
	}
	uploading, _ := metrics.Sum(metricnames.RequestsUploading, nil)
	requests, _ := metrics.Sum(metricnames.HTTPRequests, isWork)
	pages, _ := metrics.Sum(metricnames.Pages, nil)
	return running + uploading, requests + pages, nil
}

// isWork reports whether requests with these labels were work of the API.
func isWork(labels map[string]string) bool {
	return labels[metricnames.Method] == http.MethodPost && strings.HasPrefix(labels[metricnames.Route], apiRoutes) &&
		labels[metricnames.Status] != strconv.Itoa(http.StatusUnauthorized)
}
