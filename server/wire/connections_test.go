package wire_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"ocr-gateway/server/wire"
)

// turnedAway is what a connection too many is answered.
const turnedAway = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 4\r\n\r\nfull"

// limited serves with room for so many connections. A request for /wait is answered when let says so.
func limited(t *testing.T, room int) (address string, waiting, let, idle chan struct{}) {
	t.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	waiting, let, idle = make(chan struct{}), make(chan struct{}), make(chan struct{}, 100)
	conns := wire.Reserve(ln, room, func(c net.Conn) {
		io.WriteString(c, turnedAway)
		c.Close()
	})
	state := func(c net.Conn, state http.ConnState) {
		if conns.Watch(c, state); state == http.StateIdle {
			idle <- struct{}{} // the client has its answer before
		}
	}
	srv := &http.Server{ConnState: state, ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			waiting <- struct{}{}
			<-let
		}
	})}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(conns) }()
	t.Cleanup(func() {
		if err := srv.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		<-ended
	})
	return ln.Addr().String(), waiting, let, idle
}

// dial connects and sends a request; the answer is still to be read.
func dial(t *testing.T, address, path string) (net.Conn, *bufio.Reader) {
	t.Helper()
	return dialFrom(t, 1, address, path)
}

// dialFrom is dial from one of this machine's addresses.
func dialFrom(t *testing.T, last byte, address, path string) (net.Conn, *bufio.Reader) {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, last)}}
	c, err := d.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := c.Write([]byte("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewReader(c)
}

// answered returns status and body of the next answer.
func answered(t *testing.T, r *bufio.Reader) (status int, body []byte) {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err = io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body
}

// TestIdleConnectionsGiveWay wants a new connection served, and the one that has been idle
// for longest closed.
func TestIdleConnectionsGiveWay(t *testing.T) {
	address, _, _, idle := limited(t, 2)
	_, first := dial(t, address, "/")
	answered(t, first)
	<-idle
	second, secondAnswers := dial(t, address, "/")
	answered(t, secondAnswers)
	<-idle
	_, third := dial(t, address, "/")
	if status, _ := answered(t, third); status != 200 {
		t.Errorf("status %d", status)
	}
	if _, err := first.ReadByte(); err == nil {
		t.Error("the first connection is still open")
	}
	if _, err := second.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	answered(t, secondAnswers)
}

// TestManyIdleConnectionsCostNobodyElse: of two clients the one that holds more gives way, though
// the other has been idle for longer.
func TestManyIdleConnectionsCostNobodyElse(t *testing.T) {
	address, _, _, idle := limited(t, 3)
	good, goodAnswers := dialFrom(t, 1, address, "/")
	answered(t, goodAnswers)
	<-idle
	var greedy []*bufio.Reader
	for range 4 {
		_, answers := dialFrom(t, 2, address, "/")
		answered(t, answers)
		<-idle
		greedy = append(greedy, answers)
	}
	for _, gone := range greedy[:2] {
		if _, err := gone.ReadByte(); err == nil {
			t.Error("a connection of the client with most of them is still open")
		}
	}
	if _, err := good.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	answered(t, goodAnswers)
}

// TestNoConnectionAtWorkGivesWay wants one too many told to come back.
func TestNoConnectionAtWorkGivesWay(t *testing.T) {
	address, waiting, let, _ := limited(t, 2)
	var working []*bufio.Reader
	for range 2 {
		_, r := dial(t, address, "/wait")
		<-waiting
		working = append(working, r)
	}
	_, third := dial(t, address, "/")
	if status, body := answered(t, third); status != 503 || string(body) != "full" {
		t.Errorf("status %d, %q", status, body)
	}
	close(let)
	for _, r := range working {
		answered(t, r)
	}
}
