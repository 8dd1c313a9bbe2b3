package supervise

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// gatewayWork sees by the gateway's metrics whether it has worked.
type gatewayWork struct {
	metrics string
	key     string // API key; may be empty
	timeout time.Duration

	last float64 // requests and pages at the last look
}

// look says whether there was work since the last look. The first look takes what
// was done before for work.
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
		return false, fmt.Errorf("the metrics answer %s", resp.Status)
	}
	running, done, err := readWork(io.LimitReader(resp.Body, maxMetrics))
	if err != nil {
		return false, err
	}
	// A gateway that was started again counts from 0: what it did since is work, the
	// start is not.
	worked := running > 0 || done != g.last && done > 0
	g.last = done
	return worked, nil
}

const maxMetrics = 8 << 20

// readWork reads Prometheus text: requests that run, and requests and pages that
// are done. Only calls of the API count, and none that had no valid key: probes
// and strangers keep no host alive.
func readWork(r io.Reader) (running, done float64, err error) {
	found := false
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		metric, number, ok := strings.Cut(lines.Text(), " ")
		if i := strings.LastIndexByte(lines.Text(), '}'); i >= 0 {
			metric, number, ok = lines.Text()[:i+1], strings.TrimSpace(lines.Text()[i+1:]), true
		}
		if !ok || strings.HasPrefix(metric, "#") {
			continue
		}
		into := &done
		switch name, labels, _ := strings.Cut(metric, "{"); name {
		case "ocr_gateway_requests_running":
			into, found = &running, true
		case "ocr_gateway_requests_uploading":
			into = &running
		case "ocr_gateway_http_requests_total":
			if !strings.Contains(labels, `method="POST"`) || !strings.Contains(labels, `route="/api/`) || strings.Contains(labels, `status="401"`) {
				continue
			}
		case "ocr_gateway_pages_total":
		default:
			continue
		}
		value, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("the metrics have %q for %s", number, metric)
		}
		*into += value
	}
	if err := lines.Err(); err != nil {
		return 0, 0, err
	}
	if !found {
		return 0, 0, fmt.Errorf("the metrics are not the gateway's: no ocr_gateway_requests_running")
	}
	return running, done, nil
}
