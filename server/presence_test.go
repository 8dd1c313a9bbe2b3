package server_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/server"
)

// rawRequest is a request as a client writes it to its socket.
func rawRequest(version, path, accept, more string) string {
	field := "file"
	if path == batchURL {
		field = "images"
	}
	body, contentType := newForm().file(field, "a", "x").encode()
	return fmt.Sprintf("POST %s HTTP/%s\r\nHost: localhost\r\nAccept: %s\r\n%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		path, version, accept, more, contentType, len(body), body)
}

// sendAndShut sends a request and closes the sending half of the connection.
func (a *api) sendAndShut(request string) net.Conn {
	a.t.Helper()
	conn := a.dial()
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		a.t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		a.t.Fatal(err)
	}
	return conn
}

const ndjson = "application/x-ndjson"

var answerKinds = []struct{ path, accept string }{
	{recognizeURL, "application/json"},
	{batchURL, "application/json"},
	{documentURL, "application/json"},
	{documentURL, "text/markdown"},
	{documentURL, ndjson},
	{streamURL, "text/event-stream"},
}

// TestHalfClosedClientsAreAnswered has clients that send, shut their side down and wait.
// The server has seen that when the first byte of the answer comes, before the work is
// done.
func TestHalfClosedClientsAreAnswered(t *testing.T) {
	for _, kind := range answerKinds {
		for _, version := range []string{"1.0", "1.1"} {
			t.Run(kind.path+" "+kind.accept+" "+version, func(t *testing.T) {
				p, running, release := blocking()
				a := start(t, p)
				conn := a.sendAndShut(rawRequest(version, kind.path, kind.accept, ""))
				defer conn.Close()
				<-running
				first := make([]byte, 1)
				if _, err := io.ReadFull(conn, first); err != nil || first[0] != 'H' {
					t.Fatalf("read %q, %v", first, err)
				}
				close(release)
				resp, err := http.ReadResponse(bufio.NewReader(io.MultiReader(strings.NewReader("H"), conn)), nil)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				body, err := io.ReadAll(resp.Body)
				if err != nil || resp.StatusCode != 200 || resp.Proto != "HTTP/"+version || !strings.Contains(string(body), "text of page 1") {
					t.Errorf("%s %s, %v: %s", resp.Proto, resp.Status, err, body)
				}
				if rest, err := io.ReadAll(conn); err != nil || len(rest) > 0 {
					t.Errorf("after the answer comes %q, %v", rest, err)
				}
			})
		}
	}
}

// TestHalfClosedConnectionsAnswerAllRequests sends two requests at once.
func TestHalfClosedConnectionsAnswerAllRequests(t *testing.T) {
	a := start(t, scripted())
	conn := a.sendAndShut(rawRequest("1.1", documentURL, "application/json", "") + rawRequest("1.1", streamURL, "text/event-stream", ""))
	defer conn.Close()
	answers, err := io.ReadAll(conn)
	if err != nil || strings.Count(string(answers), "HTTP/1.1 200 OK\r\n") != 2 || strings.Count(string(answers), "HTTP/") != 2 ||
		!strings.Contains(string(answers), "event: document.completed") {
		t.Errorf("%v: %s", err, answers)
	}
}

// TestHalfSentUploadsAreRefusedAtOnce: what is missing will not come.
func TestHalfSentUploadsAreRefusedAtOnce(t *testing.T) {
	a := start(t, scripted())
	request := rawRequest("1.1", documentURL, "application/json", "")
	conn := a.sendAndShut(request[:len(request)-20])
	defer conn.Close()
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") || !strings.Contains(string(answer), "malformed_body") {
		t.Errorf("%v: %s", err, answer)
	}
}

// pageThenNothing emits a page and waits for the end of its context.
func pageThenNothing() (p fakePipeline, canceled chan struct{}) {
	canceled = make(chan struct{})
	return fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		emit(document.Event{Kind: document.EventAccepted, Summary: document.Summary{Pages: 2}})
		emit(document.Event{Kind: document.EventPage, Page: goodPage(1), Summary: document.Summary{Pages: 2, OK: 1}})
		<-ctx.Done()
		close(canceled)
		return nil, document.Problemf(document.CodeCanceled, "", "stopped").Because(ctx.Err())
	}}, canceled
}

// TestStreamsEndWithTheirClients: one reads a page, and then closes its connection or
// only shuts its side down and closes later.
func TestStreamsEndWithTheirClients(t *testing.T) {
	for _, kind := range []struct{ path, accept, probe string }{
		{documentURL, ndjson, " "}, {streamURL, "text/event-stream", ": still here?\n\n"},
	} {
		for _, half := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s half=%t", kind.path, half), func(t *testing.T) {
				p, canceled := pageThenNothing()
				a := start(t, p, withoutGrace)
				conn := a.dial()
				conn.SetReadDeadline(time.Now().Add(20 * time.Second))
				io.WriteString(conn, rawRequest("1.0", kind.path, kind.accept, ""))
				r := bufio.NewReader(conn)
				until := func(text string) {
					for line := ""; !strings.HasSuffix(line, text); {
						b, err := r.ReadByte()
						if err != nil {
							t.Fatalf("after %q: %v", line, err)
						}
						line += string(b)
					}
				}
				until("text of page 1")
				until("\n")
				if half {
					conn.(*net.TCPConn).CloseWrite()
					until(kind.probe)
				}
				conn.Close()
				select {
				case <-canceled:
				case <-time.After(10 * time.Second):
					t.Fatal("the work goes on")
				}
			})
		}
	}
}

// TestHalfClosedClientsThatLeave shut their side down, wait, and close without an answer.
func TestHalfClosedClientsThatLeave(t *testing.T) {
	for _, read := range []bool{false, true} { // what was sent ahead
		t.Run(fmt.Sprintf("read=%t", read), func(t *testing.T) {
			canceled := make(chan struct{})
			a := start(t, fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, _ func(document.Event)) (*document.Result, error) {
				<-ctx.Done()
				close(canceled)
				return nil, ctx.Err()
			}})
			conn := a.sendAndShut(rawRequest("1.1", documentURL, "application/json", ""))
			if r := bufio.NewReader(conn); read {
				if _, err := r.ReadByte(); err != nil {
					t.Fatal(err)
				}
			} else if _, err := waitReadable(conn); err != nil {
				t.Fatal(err)
			}
			conn.Close()
			select {
			case <-canceled:
			case <-time.After(10 * time.Second):
				t.Fatal("the work goes on")
			}
		})
	}
}

// TestDrainTimeoutReachesHalfClosedClients: the end of the server's time is told to them.
func TestDrainTimeoutReachesHalfClosedClients(t *testing.T) {
	p, running, _ := blocking()
	a := start(t, p, func(c *server.Config, _ *deps) { c.DrainTimeout = 50 * time.Millisecond })
	conn := a.sendAndShut(rawRequest("1.1", documentURL, "application/json", ""))
	defer conn.Close()
	<-running
	if _, err := waitReadable(conn); err != nil {
		t.Fatal(err)
	}
	a.stop()
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 503 ") || !strings.Contains(string(answer), "interrupted") {
		t.Errorf("%v: %s", err, answer)
	}
	a.done <- <-a.done
}

// waitReadable waits until something has come and leaves it unread.
func waitReadable(conn net.Conn) (n int, err error) {
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return 0, err
	}
	var peekErr error
	err = raw.Read(func(fd uintptr) bool {
		n, _, peekErr = syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK)
		return peekErr != syscall.EAGAIN
	})
	return n, errors.Join(err, peekErr)
}
