package presence_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"ocr-gateway/server/presence"
)

// serve runs a server that watches its clients, and returns its address.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: presence.Watch(handler), ConnContext: presence.ConnContext, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(presence.Listener{Listener: ln}) }()
	t.Cleanup(func() {
		if err := srv.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		<-served
	})
	return ln.Addr().String()
}

// halfClosed sends a request and closes the sending half of the connection.
func halfClosed(t *testing.T, address string) net.Conn {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestHalfClosedClientsGetTheirAnswer: its first byte comes ahead of it, and no byte twice.
func TestHalfClosedClientsGetTheirAnswer(t *testing.T) {
	let := make(chan struct{})
	var ended error
	c := halfClosed(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		<-let
		ended = r.Context().Err()
		io.WriteString(w, "done")
	}))
	first := make([]byte, 1)
	if _, err := io.ReadFull(c, first); err != nil {
		t.Fatal(err)
	}
	close(let)
	resp, err := http.ReadResponse(bufio.NewReader(io.MultiReader(strings.NewReader(string(first)), c)), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "done" || ended != nil {
		t.Errorf("got %q, %v; the request's context ended with %v", body, err, ended)
	}
}

// TestRequestsEndWithTheirClients: one closes its connection before the answer begins, one
// in the middle of it, where only the answer's own probe can be sent.
func TestRequestsEndWithTheirClients(t *testing.T) {
	for name, begun := range map[string]bool{"before the answer": false, "in the answer": true} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 1)
			c := halfClosed(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
				flush := http.NewResponseController(w).Flush
				if begun {
					io.WriteString(w, "first part")
					flush()
				}
				defer presence.Probe(r.Context(), func() {
					if begun {
						io.WriteString(w, " ")
						flush()
					}
				})()
				<-r.Context().Done()
				ended <- context.Cause(r.Context())
			}))
			if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			c.Close()
			select {
			case err := <-ended:
				if err == nil || !strings.Contains(err.Error(), "closed the connection") {
					t.Errorf("ended because of %v", err)
				}
			case <-time.After(time.Minute):
				t.Fatal("the request goes on")
			}
		})
	}
}
