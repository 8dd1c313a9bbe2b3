package sshhost_test

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
	"ocr-gateway/provision/sshhost"
)

var allTypes = []string{"rsa", "ecdsa", "ed25519"}

func TestConnectChecksPinnedKeys(t *testing.T) {
	sshd := startSSHD(t, allTypes)
	other, _, err := sshhost.EnsureKey(filepath.Join(t.TempDir(), "other"))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name  string
		keys  []string
		words []string // of the refusal; none: the login succeeds
	}{
		{"ed25519 of three", []string{sshd.keys["ed25519"]}, nil},
		{"ecdsa of three", []string{sshd.keys["ecdsa"]}, nil},
		{"rsa of three", []string{sshd.keys["rsa"]}, nil},
		{"several", []string{other, sshd.keys["rsa"], sshd.keys["ed25519"]}, nil},
		{"another key", []string{other}, []string{"another host key", "--host-key", "SHA256:"}},
		{"no address", nil, []string{"host:port"}},
		{"nonsense", []string{"ssh-ed25519 %%%"}, []string{"is none"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			login := sshd.login()
			login.HostKeys = c.keys
			if c.keys == nil {
				login.Address = "127.0.0.1"
			}
			h, err := sshhost.New(sshd.config).Connect(t.Context(), login)
			if len(c.words) > 0 {
				wantLoginError(t, err, c.words...)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			if err := h.Alive(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestConnectToAServerWithoutThePinnedKind(t *testing.T) {
	sshd := startSSHD(t, []string{"ecdsa"})
	login := sshd.login()
	login.HostKeys = []string{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUmQO5cJvyvCuCqnUH7GXSfRZHYWCHh3Mb2Z1m2pwFm"}
	_, err := sshhost.New(sshd.config).Connect(t.Context(), login)
	wantLoginError(t, err, "ssh-ed25519", "--host-key")
}

func TestConnectAsksKnownHosts(t *testing.T) {
	sshd := startSSHD(t, allTypes)
	other, _, err := sshhost.EnsureKey(filepath.Join(t.TempDir(), "other"))
	if err != nil {
		t.Fatal(err)
	}
	known := sshhost.KnownHostsLine(sshd.address, sshd.keys["ecdsa"])
	changed := sshhost.KnownHostsLine(sshd.address, other)
	cases := []struct {
		name, content string
		words         []string
	}{
		{"known by one kind of three", known + "\n", nil},
		{"unknown", sshhost.KnownHostsLine("127.0.0.1:9", other) + "\n", []string{"is not known", "ssh -p", "--host-key"}},
		{"no file", "", []string{"is not known", "ssh -p", "--host-key"}},
		{"changed", changed + "\n", []string{"has changed", "ssh-keygen -R '[127.0.0.1]:", ":1;"}},
		{"revoked", "@revoked " + known + "\n", []string{"revoked"}},
		{"damaged", "127.0.0.1 ssh-ed25519 !!!\n", []string{"known_hosts", "--host-key"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			config, login := sshd.config, sshd.login()
			login.HostKeys = nil
			config.KnownHosts = filepath.Join(t.TempDir(), "known_hosts")
			if c.content != "" {
				write(t, config.KnownHosts, c.content)
			}
			h, err := sshhost.New(config).Connect(t.Context(), login)
			if len(c.words) > 0 {
				wantLoginError(t, err, c.words...)
				after, _ := os.ReadFile(config.KnownHosts)
				if string(after) != c.content {
					t.Error("the file has changed")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			h.Close()
		})
	}
}

func TestConnectWithARefusedKey(t *testing.T) {
	sshd := startSSHD(t, ed25519Only)
	config := sshd.config
	config.KeyFile = filepath.Join(t.TempDir(), "stranger")
	_, err := sshhost.New(config).Connect(t.Context(), sshd.login())
	wantLoginError(t, err, "no such file")
	if _, _, err := sshhost.EnsureKey(config.KeyFile); err != nil {
		t.Fatal(err)
	}
	_, err = sshhost.New(config).Connect(t.Context(), sshd.login())
	wantLoginError(t, err, "authorized_keys", "SHA256:")

	strict := startSSHD(t, ed25519Only, "MaxAuthTries 1")
	_, err = sshhost.New(config).Connect(t.Context(), strict.login())
	wantLoginError(t, err, "authorized_keys")
}

func TestConnectFailuresThatTimeMayMend(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "key")
	pin, _, err := sshhost.EnsureKey(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name  string
		serve func(net.Conn) // nil: nobody listens
		want  error
	}{
		{"refused", nil, syscall.ECONNREFUSED},
		{"closed at once", func(c net.Conn) { c.Close() }, nil},
		{"no SSH", func(c net.Conn) { c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")); c.Close() }, nil},
		{"banner without an end", func(c net.Conn) { c.Write([]byte("Not allowed at this time\r\n")); c.Close() }, nil},
		{"silence", func(net.Conn) {}, context.DeadlineExceeded},
		{"silence after the banner", func(c net.Conn) { c.Write([]byte("SSH-2.0-OpenSSH_9.6\r\n")) }, context.DeadlineExceeded},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			if c.serve == nil {
				listener.Close()
			} else {
				done := make(chan struct{})
				defer func() { <-done }()
				go func() {
					defer close(done)
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					defer conn.Close()
					c.serve(conn)
					for err == nil { // until the other side gives up
						_, err = conn.Read(make([]byte, 4096))
					}
				}()
			}
			config := sshhost.DefaultConfig()
			config.KeyFile, config.Agent, config.Timeout = keyFile, false, time.Second
			_, err = sshhost.New(config).Connect(t.Context(), deployment.Login{User: "root", Address: listener.Addr().String(), HostKeys: []string{pin}})
			if err == nil || errors.Is(err, host.ErrLogin) || (c.want != nil && !errors.Is(err, c.want)) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestConnectEndsWithItsContext(t *testing.T) {
	sshd := startSSHD(t, ed25519Only)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sshhost.New(sshd.config).Connect(ctx, sshd.login()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestDeadServerIsNoticed(t *testing.T) {
	t.Parallel()
	sshd := startSSHD(t, ed25519Only)
	h := sshd.connect(t, func(config *sshhost.Config, _ *deployment.Login) {
		config.KeepAlive, config.Timeout = 500*time.Millisecond, 2*time.Second
	})
	// A healthy silence of many intervals is none: the questions are answered.
	if err := h.Run(within(t, 20*time.Second), "sleep 2", nil); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "pids")
	ended := make(chan error, 1)
	go func() { ended <- h.Run(t.Context(), "echo $$ >"+file+"; sleep 1000", nil) }()
	script := pids(t, file, 1)[0]
	for _, pid := range descendants(sshd.pid) {
		if pid != script {
			syscall.Kill(pid, syscall.SIGSTOP)
		}
	}
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "nothing heard for") || errors.Is(err, host.ErrLogin) {
			t.Errorf("error %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the script still waits for a dead server")
	}
	if err := h.Alive(t.Context()); err == nil {
		t.Error("a dead host is called alive")
	}
	if err := h.Run(t.Context(), "true", nil); err == nil {
		t.Error("a script ran on a dead host")
	}
}

func TestAliveEndsWithItsContext(t *testing.T) {
	t.Parallel()
	sshd := startSSHD(t, ed25519Only)
	h := sshd.connect(t, func(config *sshhost.Config, _ *deployment.Login) { config.Timeout = 500 * time.Millisecond })
	if err := h.Alive(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, pid := range descendants(sshd.pid) {
		syscall.Kill(pid, syscall.SIGSTOP)
	}
	if err := h.Alive(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v of a server that does not answer", err)
	}
}

func TestClosedHost(t *testing.T) {
	h := startSSHD(t, ed25519Only).connect(t, nil)
	for range 2 {
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if h.Alive(t.Context()) == nil || h.Run(t.Context(), "true", nil) == nil ||
		h.Upload(t.Context(), strings.NewReader(""), "/dev/null/x", 0o600) == nil {
		t.Error("a closed host works")
	}
	if _, err := h.DialContext(t.Context(), "tcp", "127.0.0.1:1"); err == nil {
		t.Error("a closed host connects")
	}
}

func TestAgent(t *testing.T) {
	for _, tool := range []string{"ssh-agent", "ssh-add", "ssh-keygen"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("skipped: %s is missing; install openssh-client", tool)
		}
	}
	sshd := startSSHD(t, ed25519Only)
	locked := filepath.Join(t.TempDir(), "locked")
	content, err := os.ReadFile(sshd.config.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	write(t, locked, string(content))
	if out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-p", "-N", "secret", "-f", locked).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	config := sshd.config
	config.KeyFile, config.Agent = locked, true

	t.Setenv("SSH_AUTH_SOCK", "")
	_, err = sshhost.New(config).Connect(t.Context(), sshd.login())
	wantLoginError(t, err, "ssh-add '"+locked+"'")
	_, _, err = sshhost.EnsureKey(locked)
	wantLoginError(t, err, "ssh-add '"+locked+"'")

	folder := t.TempDir()
	socket := filepath.Join(folder, "s")
	command := exec.CommandContext(t.Context(), "ssh-agent", "-D", "-a", socket)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Wait() }) // ends with the test's context, which is over by then
	eventually(t, "the agent listens", func() bool { _, err := os.Stat(socket); return err == nil })
	t.Setenv("SSH_AUTH_SOCK", socket)
	if out, err := exec.CommandContext(t.Context(), "ssh-add", "-q", sshd.config.KeyFile).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}

	for _, file := range []string{locked, filepath.Join(folder, "absent")} {
		config.KeyFile = file
		h, err := sshhost.New(config).Connect(t.Context(), sshd.login())
		if err != nil {
			t.Fatal(err)
		}
		h.Close()
	}
	line, created, err := sshhost.EnsureKey(locked)
	if want, _, _ := sshhost.EnsureKey(sshd.config.KeyFile); err != nil || created || line != want {
		t.Errorf("line %q, created %v, error %v", line, created, err)
	}
	public := filepath.Join(folder, "public")
	write(t, public+".pub", line+"\n")
	if _, created, err := sshhost.EnsureKey(public); err != nil || created {
		t.Errorf("created %v, error %v for a key that the agent holds", created, err)
	}
	config.Agent, config.KeyFile = false, locked
	_, err = sshhost.New(config).Connect(t.Context(), sshd.login())
	wantLoginError(t, err, "ssh-add")
}

func TestEnsureKey(t *testing.T) {
	t.Setenv("SSH_AUTH_SOCK", "")
	file := filepath.Join(t.TempDir(), "new folder", "id_ed25519")
	line, created, err := sshhost.EnsureKey(file)
	if err != nil || !created {
		t.Fatal(created, err)
	}
	if fields := strings.Fields(line); len(fields) != 3 || fields[0] != "ssh-ed25519" || fields[2] != "ocr-gateway" {
		t.Errorf("line %q", line)
	}
	private, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(private), "-----BEGIN OPENSSH PRIVATE KEY-----\n") {
		t.Errorf("%v: %.40s", err, private)
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	public, err := os.ReadFile(file + ".pub")
	if err != nil || string(public) != line+"\n" {
		t.Errorf("%v: %q", err, public)
	}
	if out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-y", "-f", file).CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != line {
		t.Errorf("ssh-keygen reads %q, %v", out, err)
	}
	again, created, err := sshhost.EnsureKey(file)
	if after, _ := os.ReadFile(file); err != nil || created || again != line || string(after) != string(private) {
		t.Errorf("a second time: created %v, error %v, line %q", created, err, again)
	}
	if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 2 {
		t.Errorf("%d files in the folder", len(entries))
	}

	os.Remove(file)
	_, _, err = sshhost.EnsureKey(file)
	wantLoginError(t, err, "without its private key")
	write(t, file, "no key")
	_, _, err = sshhost.EnsureKey(file)
	wantLoginError(t, err, "no private SSH key")
}

func TestEnsureKeyByTwoAtOnce(t *testing.T) {
	t.Setenv("SSH_AUTH_SOCK", "")
	file := filepath.Join(t.TempDir(), "key")
	lines := make(chan string, 8)
	for range cap(lines) {
		go func() {
			line, _, err := sshhost.EnsureKey(file)
			if err != nil {
				line = err.Error()
			}
			lines <- line
		}()
	}
	first := <-lines
	for range cap(lines) - 1 {
		if line := <-lines; line != first {
			t.Errorf("%q and %q", first, line)
		}
	}
}

func TestKnownHostsLine(t *testing.T) {
	const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUmQO5cJvyvCuCqnUH7GXSfRZHYWCHh3Mb2Z1m2pwFm"
	cases := []struct{ address, key, want string }{
		{"198.51.100.7:22001", key + " comment", "[198.51.100.7]:22001 " + key},
		{"host.example:22", key, "host.example " + key},
		{"[2001:db8::1]:2222", key, "[2001:db8::1]:2222 " + key},
		{"host.example:22", "nonsense", ""},
		{"a\nb:22", key, ""},
	}
	for _, c := range cases {
		if got := sshhost.KnownHostsLine(c.address, c.key); got != c.want {
			t.Errorf("%q: %q, want %q", c.address, got, c.want)
		}
	}
}

func TestConfigValidate(t *testing.T) {
	err := sshhost.Config{}.Validate()
	for _, key := range []string{"key_file", "timeout", "keep_alive"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("error %v does not name %s", err, key)
		}
	}
	if err := sshhost.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
}
