package faults_test

import (
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/internal/promtext"
)

// gateway is the running program.
type gateway struct {
	*program.Server
	tempDir string // of its uploads and of what else it writes
	client  *http.Client
}

// startGateway starts the program with settings (OCR_… variables). wrap, which may be
// empty, is the command that is to start it. It must leave no file behind.
func startGateway(t *testing.T, wrap []string, settings ...string) *gateway {
	t.Helper()
	g := &gateway{tempDir: t.TempDir(), client: &http.Client{Timeout: 2 * time.Minute}}
	// The same connections for load and looks would hide what each leaves behind.
	g.client.Transport = &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	cmd := program.Command(t, "serve", "--port", "0")
	program.Under(t, cmd, wrap...)
	cmd.Env = append(cmd.Env, "TMPDIR="+g.tempDir, "OCR_SERVER_TEMP_DIR="+g.tempDir, "OCR_LOG_FORMAT=json", "OCR_SERVER_DRAIN_TIMEOUT=10s", "OCR_SERVER_STREAM_GRACE=0s")
	cmd.Env = append(cmd.Env, settings...)
	t.Cleanup(func() { // after its end
		if left := files(g.tempDir); left != 0 {
			t.Errorf("the gateway left %d files", left)
		}
	})
	g.Server = program.Start(t, cmd)
	return g
}

// metric is the sum over all series of a metric.
func (g *gateway) metric(name string) (float64, error) {
	resp, err := g.client.Get(g.URL + "/metrics")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	metrics, err := promtext.Read(resp.Body)
	if err != nil {
		return 0, err
	}
	sum, found := metrics.Sum(name, nil)
	if !found {
		return 0, fmt.Errorf("there is no metric %s", name)
	}
	return sum, nil
}

// files counts what is in a folder.
func files(dir string) int {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return -1
	}
	return len(entries)
}
