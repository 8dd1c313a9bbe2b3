package faults_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestClients is about clients that take a place and do nothing with it. The gateway
// lets go of them while they still stand there.
func TestClients(t *testing.T) {
	beside(t)
	s := newScene(t, nil)
	s.use(t)
	n := form(75, 250) // of each kind
	address := strings.TrimPrefix(s.gateway.URL, "http://")
	end := make(chan struct{}) // of the clients' patience
	var conns sync.WaitGroup
	kinds := map[string]func(net.Conn){
		"sends nothing":   func(net.Conn) {},
		"sends slowly":    func(c net.Conn) { trickle(c, end) },
		"reads nothing":   askAndIgnore,
		"stops in upload": func(c net.Conn) { fmt.Fprintf(c, upload, "POST", 1<<20) },
	}
	f := fault{name: fmt.Sprintf("%d clients that send nothing, little, half, or read nothing", n*len(kinds)), begin: func(t *testing.T, s *scene) func() {
		for _, do := range kinds {
			for range n {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					t.Error(err)
					continue
				}
				conn.(*net.TCPConn).SetReadBuffer(4 << 10)
				conns.Go(func() {
					defer conn.Close()
					do(conn)
					<-end
				})
			}
		}
		return func() {}
	}}
	defer conns.Wait()
	defer close(end) // after the gateway was seen at rest: it has to let go by itself
	s.run(t, f, form(time.Second, 15*time.Second))
}

const upload = "%s /api/ocr/document HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pdf\r\nContent-Length: %d\r\n\r\n"

// trickle begins an upload and sends a byte a second until it is cut off.
func trickle(c net.Conn, end <-chan struct{}) {
	fmt.Fprintf(c, upload, "POST", 1<<20)
	for {
		select {
		case <-end:
			return
		case <-time.After(time.Second):
			if _, err := c.Write([]byte("x")); err != nil {
				return
			}
		}
	}
}

// askAndIgnore asks for more than fits into the buffers on the way, and reads nothing.
func askAndIgnore(c net.Conn) {
	c.SetWriteDeadline(time.Now().Add(10 * time.Second)) // the gateway stops reading, too
	for range 300 {
		if _, err := fmt.Fprint(c, "GET /openapi.yaml HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			return
		}
	}
}

// callsOfOtherSites makes the requests of a browser that shows a hostile page: one that has
// its own name point here, and a form that it sends.
func callsOfOtherSites(t *testing.T, s *scene) func() {
	n := 0
	return meanwhile(evenly(20*time.Millisecond), func() {
		req, err := http.NewRequest(http.MethodPost, s.gateway.URL+mixed[0].path, bytes.NewReader(mixed[0].body))
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("Content-Type", mixed[0].contentType)
		if n++; n%2 == 0 {
			req.Host = "rebound.example"
		} else {
			req.Header.Set("Origin", "https://hostile.example")
			req.Header.Set("Sec-Fetch-Site", "cross-site")
		}
		resp, err := s.gateway.client.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("request %d is answered with %s", n, resp.Status)
		}
	})
}
