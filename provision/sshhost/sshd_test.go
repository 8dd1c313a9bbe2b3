package sshhost_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
	"ocr-gateway/provision/sshhost"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a real sshd on a loopback port, with keys of its own.
type server struct {
	address string
	pid     int
	keys    map[string]string // host key lines by type
	config  sshhost.Config    // logs in there
	user    string
}

const sshdPath = "/usr/sbin/sshd"

// startSSHD runs sshd with one host key per type and further settings.
func startSSHD(t *testing.T, hostKeyTypes []string, settings ...string) *server {
	t.Helper()
	for _, tool := range []string{sshdPath, "/usr/bin/ssh-keygen"} {
		if _, err := os.Stat(tool); err != nil {
			t.Skipf("skipped: %s is missing; install openssh-server and openssh-client", tool)
		}
	}
	if os.Geteuid() == 0 { // root's sshd wants an empty folder that an init script makes
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Skipf("skipped: sshd cannot run: %v", err)
		}
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := &server{keys: map[string]string{}, user: me.Username}

	s.config = sshhost.DefaultConfig()
	s.config.KeyFile = filepath.Join(dir, "user_key")
	s.config.Agent = false
	s.config.KnownHosts = filepath.Join(dir, "known_hosts")
	line, _, err := sshhost.EnsureKey(s.config.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "authorized_keys"), line+"\n")

	lines := append([]string{
		"PidFile none", "UsePAM no", "StrictModes no", "LogLevel VERBOSE",
		"PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password",
		"AuthorizedKeysFile " + filepath.Join(dir, "authorized_keys"), "Subsystem sftp internal-sftp",
		"SetEnv SHLVL=2", // bash reads no .bashrc then, which is another one on each machine
	}, settings...)
	for _, kind := range hostKeyTypes {
		file := filepath.Join(dir, "host_"+kind)
		if out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", kind, "-N", "", "-f", file).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v: %s", err, out)
		}
		public, err := os.ReadFile(file + ".pub")
		if err != nil {
			t.Fatal(err)
		}
		s.keys[kind] = strings.TrimSpace(string(public))
		lines = append(lines, "HostKey "+file)
	}
	config := filepath.Join(dir, "sshd_config")
	write(t, config, strings.Join(lines, "\n")+"\n")
	var said string
	for range 5 { // a free port may be another's by the time that sshd takes it
		if said = s.start(t, config); said == "" {
			return s
		}
		if !strings.Contains(said, "Address already in use") {
			break
		}
	}
	t.Skipf("skipped: sshd does not run here: %s", said)
	return nil
}

// start returns what sshd said when it does not come to listen.
func (s *server) start(t *testing.T, config string) (said string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	listener.Close()
	log, err := os.Create(filepath.Join(t.TempDir(), "sshd.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	readLog := func() string {
		content, _ := os.ReadFile(log.Name())
		return string(content)
	}

	// Not CommandContext: its kill would spare the children of connections.
	command := exec.Command(sshdPath, "-D", "-e", "-f", config, "-o", "ListenAddress="+s.address)
	command.Stderr = log
	if err := command.Start(); err != nil {
		return err.Error()
	}
	s.pid = command.Process.Pid
	ended := make(chan struct{})
	go func() {
		command.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		for _, pid := range append(descendants(s.pid), s.pid) {
			select {
			case <-ended: // its number may be another's already
			default:
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		<-ended
		if t.Failed() {
			t.Logf("sshd: %s", readLog())
		}
	})
	eventually(t, "sshd listens or ends", func() bool {
		select {
		case <-ended:
			said = "it ended: " + readLog()
			return true
		default:
		}
		return strings.Contains(readLog(), "Server listening on")
	})
	return said
}

func (s *server) login() deployment.Login {
	login := deployment.Login{User: s.user, Address: s.address}
	for _, key := range s.keys {
		login.HostKeys = append(login.HostKeys, key)
	}
	return login
}

// connect opens a host that the test's end closes.
func (s *server) connect(t *testing.T, change func(*sshhost.Config, *deployment.Login)) host.Host {
	t.Helper()
	config, login := s.config, s.login()
	if change != nil {
		change(&config, &login)
	}
	if err := config.Validate(); err != nil {
		t.Fatal(err)
	}
	h, err := sshhost.New(config).Connect(t.Context(), login)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

var ed25519Only = []string{"ed25519"}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// eventually asks again until the world has come round, for 20 seconds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("it did not come about that %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// descendants are the processes below pid, sshd's children of connections among
// them, which have sessions of their own.
func descendants(pid int) []int {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		_, after, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(after)
		child, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if parent, err := strconv.Atoi(fields[1]); err == nil {
			children[parent] = append(children[parent], child)
		}
	}
	var all []int
	for queue := []int{pid}; len(queue) > 0; queue = queue[1:] {
		all = append(all, children[queue[0]]...)
		queue = append(queue, children[queue[0]]...)
	}
	return all
}

// alive is false for zombies too, which nobody may have reaped yet.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z")
}

// line is a way to the server that can be cut, at once or after some bytes up.
type line struct {
	address string
	mu      sync.Mutex
	conns   []net.Conn
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range l.conns {
		conn.Close()
	}
}

func newLine(t *testing.T, to string, cutAfter int64) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{address: listener.Addr().String()}
	var tasks sync.WaitGroup
	tasks.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			l.mu.Lock()
			l.conns = append(l.conns, near, far)
			l.mu.Unlock()
			tasks.Go(func() {
				if cutAfter > 0 {
					io.CopyN(far, near, cutAfter)
				} else {
					io.Copy(far, near)
				}
				near.Close()
				far.Close()
			})
			tasks.Go(func() { io.Copy(near, far) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		l.cut()
		tasks.Wait()
	})
	return l
}

func wantLoginError(t *testing.T, err error, words ...string) {
	t.Helper()
	if !errors.Is(err, host.ErrLogin) {
		t.Fatalf("error %v does not match ErrLogin", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
}

func within(t *testing.T, limit time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}
