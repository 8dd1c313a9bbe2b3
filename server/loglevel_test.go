package server_test

import "testing"

// TestLogLevelIsSentAsAnyBody: what is wrong with how it is sent is said as of other requests.
func TestLogLevelIsSentAsAnyBody(t *testing.T) {
	a := start(t, scripted())
	for encoding, c := range map[string]struct {
		status int
		code   string
	}{"": {200, ""}, "br": {415, "unsupported_media"}, "gzip": {400, "malformed_body"}} {
		req := a.request("PUT", "/api/admin/log-level", "application/json", []byte(`{"level":"debug"}`))
		if encoding != "" {
			req.Header.Set("Content-Encoding", encoding)
		}
		a.do(req).want(c.status, c.code)
	}
}
