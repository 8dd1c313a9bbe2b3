package runpodtest_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"ocr-gateway/provision/runpodtest"
)

func TestProxy(t *testing.T) {
	large := strings.Repeat("text ", 10_000)
	release := make(chan struct{})
	defer close(release)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/echo", func(w http.ResponseWriter, r *http.Request) {
		got, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s %s", r.Host, r.URL.RequestURI(), r.Header.Get("X-Forwarded-For"), got)
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, large)
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: first\n\n")
		_ = http.NewResponseController(w).Flush()
		select { // the rest does not come before the client has the first
		case <-release:
		case <-r.Context().Done():
		}
	})
	y := &yard{ports: map[int]http.Handler{8007: mux}}
	f := newFake(t, runpodtest.Config{Start: y.start, FirstByte: 300 * time.Millisecond})
	id := call(t, f, "POST", "/pods", strings.Replace(body, `"8007/http"`, `"8007/http","8008/http"`, 1)).json["id"].(string)
	runs(t, f, id)
	address := func(port int, path string) string {
		return strings.NewReplacer("{pod}", id, "{port}", fmt.Sprint(port)).Replace(f.ProxyURL()) + path
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	type got struct {
		status int
		zipped bool
		text   string
	}
	ask := func(method, url, body string) got {
		t.Helper()
		request, _ := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		return got{response.StatusCode, response.Uncompressed, string(text)}
	}
	want := id + "-8007.proxy.runpod.net /v1/echo?a=b%2Fc 127.0.0.1 hi"
	if got := ask("POST", address(8007, "/v1/echo?a=b%2Fc"), "hi"); got.text != want || got.status != 200 {
		t.Errorf("got %d %q, want %q", got.status, got.text, want)
	}
	if got := ask("GET", address(8007, "/large"), ""); got.text != large || !got.zipped {
		t.Errorf("%d bytes, gzipped on the way: %v", len(got.text), got.zipped)
	}
	for url, want := range map[string]int{
		address(8007, "/slow"): 524, address(8008, "/"): 502, address(8009, "/"): 404, address(22, "/"): 404,
		strings.Replace(address(8007, "/"), id, "nopod", 1): 404, address(8007, "/none"): 404,
	} {
		if got := ask("GET", url, ""); got.status != want {
			t.Errorf("%s: %d %s", url, got.status, got.text)
		}
	}

	request, _ := http.NewRequestWithContext(t.Context(), "GET", address(8007, "/stream"), nil)
	streamed, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer streamed.Body.Close()
	first := make([]byte, len("data: first\n\n"))
	if _, err := io.ReadFull(streamed.Body, first); err != nil || !bytes.HasPrefix(first, []byte("data: first")) {
		t.Errorf("%q, %v", first, err)
	}
	if _, err := io.ReadAll(streamed.Body); err == nil {
		t.Error("a stream that says nothing ends well")
	}

	call(t, f, "POST", "/pods/"+id+"/action", `{"action":"stop"}`)
	if got := ask("GET", address(8007, "/large"), ""); got.status != 404 {
		t.Errorf("a stopped pod: %d", got.status)
	}
}

func TestEdgeRefusesLibraries(t *testing.T) {
	f := newFake(t, runpodtest.Config{})
	request, _ := http.NewRequestWithContext(t.Context(), "GET", f.URL()+"/pods", nil)
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode != 403 || !strings.Contains(string(text), "1010") {
		t.Errorf("%d %s", response.StatusCode, text)
	}
}
