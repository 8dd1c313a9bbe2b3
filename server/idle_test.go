package server_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/internal/metricnames"
	"ocr-gateway/provision/supervise"
)

// The supervisor of a GPU host sees by these metrics whether the host is in use: it
// stops one that is not, and pays for one that only seems to be.
func TestSupervisorSeesWork(t *testing.T) {
	p, started, release := blocking()
	a := start(t, p)
	work := func() (running, done float64) {
		t.Helper()
		running, done, err := supervise.ReadWork(bytes.NewReader(a.get("/metrics").body))
		if err != nil {
			t.Fatal(err)
		}
		return running, done
	}
	a.get("/health")
	a.get("/api/info")
	if running, done := work(); running != 0 || done != 0 {
		t.Errorf("probes are work: %v running, %v done", running, done)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		a.postForm(documentURL, newForm().file("file", "a", "pages:1"))
	}()
	<-started
	if running, _ := work(); running != 1 {
		t.Errorf("%v requests are seen running, want 1", running)
	}
	close(release)
	<-ended
	if running, done := work(); running != 0 || done == 0 {
		t.Errorf("after a request: %v running, %v done", running, done)
	}
}

// Every name that is shared is one that is served.
func TestSharedMetricsAreServed(t *testing.T) {
	a := start(t, scripted())
	a.postForm(documentURL, newForm().file("file", "a", "pages:1")).want(200, "")
	lines := slices.Collect(strings.Lines(string(a.get("/metrics").body)))
	for _, want := range []string{
		metricnames.RequestsRunning + " 0", metricnames.RequestsUploading + " 0", metricnames.Pages + `{status="ok"} 1`,
		metricnames.HTTPRequests + `{` + metricnames.Method + `="POST",` + metricnames.Route + `="` + documentURL + `",` + metricnames.Status + `="200"} 1`,
	} {
		if !slices.Contains(lines, want+"\n") {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}
