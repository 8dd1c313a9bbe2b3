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

	"ocr-gateway/internal/metricnames"
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
	found := false
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, labels, number := splitSample(lines.Text())
		total := &done
		switch name {
		case metricnames.RequestsRunning:
			total, found = &running, true
		case metricnames.RequestsUploading:
			total = &running
		case metricnames.HTTPRequests:
			if !isWork(labels) {
				continue
			}
		case metricnames.Pages:
		default:
			continue
		}
		value, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("the metrics have %q for %s", number, name)
		}
		*total += value
	}
	if err := lines.Err(); err != nil {
		return 0, 0, err
	}
	if !found {
		return 0, 0, fmt.Errorf("the metrics are not the gateway's: no %s", metricnames.RequestsRunning)
	}
	return running, done, nil
}

// splitSample splits a line such as `name{label="value"} 7`. Comments have no name.
func splitSample(line string) (name, labels, number string) {
	if strings.HasPrefix(line, "#") {
		return "", "", ""
	}
	metric, number, _ := strings.Cut(line, " ")
	if end := strings.LastIndexByte(line, '}'); end >= 0 { // a label's value may have blanks
		metric, number = line[:end], strings.TrimSpace(line[end+1:])
	}
	name, labels, _ = strings.Cut(metric, "{")
	return name, labels, number
}

// isWork reports whether requests with these labels were work of the API.
func isWork(labels string) bool {
	label := func(name, value string) string { return name + `="` + value }
	return strings.Contains(labels, label(metricnames.Method, `POST"`)) &&
		strings.Contains(labels, label(metricnames.Route, apiRoutes)) &&
		!strings.Contains(labels, label(metricnames.Status, `401"`))
}
