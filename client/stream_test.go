package client_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"ocr-gateway/client"
)

// silent answers with streams that end before their first event.
type silent struct{ asked map[string]int }

func (s *silent) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		req.Body.Close()
	}
	s.asked[req.Method]++
	return &http.Response{
		StatusCode: http.StatusOK, Request: req, Body: io.NopCloser(strings.NewReader("retry: 5000\n\n")),
		Header: http.Header{"Content-Type": {"text/event-stream"}, "Location": {"/api/ocr/document/stream/a"}},
	}, nil
}

// TestStreamThatBringsNothing is given up after some connections, and its work is ended.
func TestStreamThatBringsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &silent{map[string]int{}}
		c, err := client.New("http://gateway.example.org", "", &http.Client{Transport: s})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Stream(t.Context(), client.Bytes("a", []byte("x")), client.Options{}, client.Events{})
		if err == nil || !strings.Contains(err.Error(), "broke off") {
			t.Errorf("ends with %v", err)
		}
		if s.asked["GET"] < 2 || s.asked["GET"] > 20 || s.asked["DELETE"] != 1 {
			t.Errorf("was asked %v", s.asked)
		}
	})
}
