package sshhost_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/sshhost"
)

// noise is content of which no part is like another.
func noise(size int) []byte {
	b := make([]byte, size)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

func TestUpload(t *testing.T) {
	t.Parallel()
	sshd := startSSHD(t, ed25519Only)
	var sent atomic.Int64
	h := sshd.connect(t, func(config *sshhost.Config, _ *deployment.Login) {
		config.Progress = func(_ string, bytes, _ int64) { sent.Store(bytes) }
	})
	dir := t.TempDir()
	file := filepath.Join(dir, "new", "it's a $file")
	big := noise(5_000_000)
	cases := []struct {
		name    string
		content []byte
		mode    fs.FileMode
		sent    int64
	}{
		{"new, with its folder", big, 0o755, 5_000_000},
		{"equal", big, 0o755, 0},
		{"another mode", big, 0o600, 5_000_000},
		{"another content", big[1:], 0o600, 4_999_999},
		{"empty", nil, 0o640, 0},
		{"of one byte", []byte{7}, 0o640, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			sent.Store(0)
			content := bytes.NewReader(c.content)
			content.Seek(0, io.SeekEnd) // it must be read from its start all the same
			before, _ := os.Stat(file)
			if err := h.Upload(within(t, 30*time.Second), content, file, c.mode); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(file)
			if err != nil || !bytes.Equal(got, c.content) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			after, _ := os.Stat(file)
			if after.Mode() != c.mode {
				t.Errorf("mode %v", after.Mode())
			}
			if sent.Load() != c.sent {
				t.Errorf("%d bytes sent", sent.Load())
			}
			if c.name == "equal" && !os.SameFile(before, after) {
				t.Error("an equal file was replaced")
			}
			if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 1 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}

func TestUploadRefusals(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), "x")
	for _, file := range []string{"relative", dir, filepath.Join(dir, "file", "below")} {
		if err := h.Upload(t.Context(), strings.NewReader("a"), file, 0o600); err == nil {
			t.Errorf("%s was written", file)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestUploadClearsUpOldParts(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	dir := t.TempDir()
	old, young := filepath.Join(dir, ".upload-abcdefghij"), filepath.Join(dir, ".upload-0123456789")
	write(t, old, "")
	write(t, young, "")
	yesterday := time.Now().Add(-24 * time.Hour)
	if err := os.Chtimes(old, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	if err := h.Upload(t.Context(), strings.NewReader("a"), filepath.Join(dir, "f"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the old part is still there")
	}
	if _, err := os.Stat(young); err != nil {
		t.Error("a part that may be in use is gone")
	}
}

func TestUploadThatIsCutOff(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		sshd func(*server, *testing.T) string // address to use
		read func(cancel func(), sshd *server, sent int64)
		want error
	}{
		{
			"by the connection", func(s *server, t *testing.T) string { return newLine(t, s.address, 3_000_000).address },
			func(func(), *server, int64) {}, nil,
		},
		{
			"by its context", func(s *server, _ *testing.T) string { return s.address },
			func(cancel func(), _ *server, sent int64) {
				if sent > 3_000_000 {
					cancel()
				}
			}, context.Canceled,
		},
		{
			"by its context, and the server does not answer", func(s *server, _ *testing.T) string { return s.address },
			func(cancel func(), s *server, sent int64) {
				if sent > 3_000_000 {
					for _, pid := range descendants(s.pid) {
						syscall.Kill(pid, syscall.SIGSTOP)
					}
					cancel()
				}
			}, context.Canceled,
		},
		{
			"by a server that dies", func(s *server, _ *testing.T) string { return s.address },
			func(_ func(), s *server, sent int64) {
				if sent > 3_000_000 {
					for _, pid := range descendants(s.pid) {
						syscall.Kill(pid, syscall.SIGKILL)
					}
				}
			}, nil,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sshd := startSSHD(t, ed25519Only)
			file := filepath.Join(t.TempDir(), "file")
			write(t, file, "the old one")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			h := sshd.connect(t, func(config *sshhost.Config, login *deployment.Login) {
				login.Address = c.sshd(sshd, t)
				config.Progress = func(_ string, sent, _ int64) { c.read(cancel, sshd, sent) }
			})
			content := &guarded{ReadSeeker: bytes.NewReader(noise(20_000_000))}
			start := time.Now()
			err := h.Upload(ctx, content, file, 0o644)
			content.over.Store(true)
			if took := time.Since(start); took > 30*time.Second { // the keepalive alone takes 45
				t.Errorf("it took %s", took)
			}
			if err == nil || (c.want != nil && !errors.Is(err, c.want)) {
				t.Errorf("error %v", err)
			}
			h.Close()
			if got, _ := os.ReadFile(file); string(got) != "the old one" {
				t.Errorf("the old file is %.40q", got)
			}
			if content.late.Load() {
				t.Error("content was read after the return")
			}
		})
	}
}

// guarded notices reads that come too late.
type guarded struct {
	io.ReadSeeker
	over, late atomic.Bool
}

func (g *guarded) Read(b []byte) (int, error) {
	if g.over.Load() {
		g.late.Store(true)
	}
	return g.ReadSeeker.Read(b)
}

// changing is another content at the second reading, as a bad line would make it.
type changing struct {
	*bytes.Reader
	readings int
}

func (c *changing) Seek(offset int64, whence int) (int64, error) {
	if c.readings++; c.readings == 2 {
		c.Reader = bytes.NewReader([]byte("b"))
	}
	return c.Reader.Seek(offset, whence)
}

func TestUploadChecksWhatArrived(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	write(t, file, "the old one")
	err := h.Upload(t.Context(), &changing{Reader: bytes.NewReader([]byte("a"))}, file, 0o600)
	if err == nil || !strings.Contains(err.Error(), "is not what was sent") {
		t.Errorf("error %v", err)
	}
	if got, _ := os.ReadFile(file); string(got) != "the old one" {
		t.Errorf("the old file is %q", got)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestDial(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }))
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{DialContext: h.DialContext, DisableKeepAlives: true}}
	response, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "hello" {
		t.Errorf("%q, %v", body, err)
	}
	if _, err := h.DialContext(t.Context(), "tcp", "127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("error %v", err)
	}
	conn, err := h.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	h.Close()
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("a connection outlives its host")
	}
}

func TestForward(t *testing.T) {
	sshd := startSSHD(t, ed25519Only)
	h := sshd.connect(t, nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Write(body)
	}))
	defer server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sshhost.Forward(ctx, listener, h, server.Listener.Addr().String()) }()

	client := &http.Client{Transport: &http.Transport{}}
	big := noise(3_000_000)
	for range 3 {
		response, err := client.Post("http://"+listener.Addr().String(), "", bytes.NewReader(big))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || !bytes.Equal(body, big) {
			t.Errorf("%d bytes, %v", len(body), err)
		}
	}
	cancel() // with a connection of the client still open
	if err := <-ended; err != nil {
		t.Error(err)
	}
	client.CloseIdleConnections()
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Error("the tunnel still listens")
	}
}

func TestForwardPassesOnTheEndOfOneDirection(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() { // answers when it has heard everything
		conn, err := server.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		heard, _ := io.ReadAll(conn)
		conn.Write(heard)
	}()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sshhost.Forward(ctx, listener, h, server.Addr().String()) }()
	defer func() {
		cancel()
		<-ended
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	io.WriteString(conn, "hello")
	conn.(*net.TCPConn).CloseWrite()
	if got, err := io.ReadAll(conn); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestForwardOverALostHost(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- sshhost.Forward(t.Context(), listener, h, "127.0.0.1:1") }()
	dial := func() {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conn.Read(make([]byte, 1)) // until it is closed
		conn.Close()
	}
	dial() // refused there, which is no reason to end
	select {
	case err := <-ended:
		t.Fatal(err)
	default:
	}
	h.Close()
	dial()
	if err := <-ended; err == nil {
		t.Error("no error")
	}
}
