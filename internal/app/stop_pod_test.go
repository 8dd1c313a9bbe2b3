package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestStopPod(t *testing.T) {
	accepted := ""
	var keys []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.URL.Path != "/v2/pods/pod1/action" || string(body) != `{"action":"stop"}` {
			t.Errorf("%s %s %q, %v", r.Method, r.URL.Path, body, err)
		}
		key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		keys = append(keys, key)
		if key != accepted {
			w.Header().Set("X-Request-Id", "req-7")
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, `{"detail":"not allowed"}`)
		}
	}))
	defer srv.Close()
	env := map[string]string{"RUNPOD_API_URL": srv.URL + "/v2", "RUNPOD_POD_ID": "pod1", "RUNPOD_API_KEY": "of-the-pod"}
	getenv := func(name string) string { return env[name] }
	secrets := map[string]string{"RUNPOD_KEY": "of-the-account"}
	for _, tc := range []struct {
		accepted string
		keys     string
		err      string
	}{
		{"of-the-account", "of-the-account", ""},
		{"of-the-pod", "of-the-account of-the-pod", ""},
		{"none", "of-the-account of-the-pod", `with RUNPOD_API_KEY: stop pod: not allowed (HTTP 403, request id req-7)`},
	} {
		accepted, keys = tc.accepted, nil
		err := stopPod(t.Context(), getenv, secrets)
		if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
			t.Errorf("%s: %v", tc.accepted, err)
		}
		if got := strings.Join(keys, " "); got != tc.keys {
			t.Errorf("%s: tried %q", tc.accepted, got)
		}
	}
	accepted, keys = "of-the-pod", nil
	if err := stopPod(t.Context(), getenv, nil); err != nil || len(keys) != 1 {
		t.Errorf("without RUNPOD_KEY: %v, tried %v", err, keys)
	}
	keys, env["RUNPOD_API_URL"] = nil, "http://192.0.2.1/v2"
	if err := stopPod(t.Context(), getenv, secrets); err == nil || !strings.Contains(err.Error(), "no TLS") {
		t.Errorf("an API without TLS: %v", err)
	}
	env["RUNPOD_API_URL"] = srv.URL + "/v2"
	delete(env, "RUNPOD_API_KEY")
	if err := stopPod(t.Context(), getenv, nil); err == nil || !strings.Contains(err.Error(), "RUNPOD_KEY") {
		t.Errorf("without keys: %v", err)
	}
	delete(env, "RUNPOD_POD_ID")
	if err := stopPod(t.Context(), getenv, secrets); err == nil || !strings.Contains(err.Error(), "RUNPOD_POD_ID") {
		t.Errorf("no pod: %v", err)
	}
}
