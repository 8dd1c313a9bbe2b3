package podtest_test

import (
	"bufio"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"ocr-gateway/provision/podtest"
	"ocr-gateway/provision/runpodtest"
)

// bootSSH is a start script as a cloud's image without an SSH server needs it.
const bootSSH = `set -eu
[ ! -e /usr/sbin/sshd ] || echo sshd is there before it is installed
apt-get install -y openssh-server
mkdir -p /run/sshd /root/.ssh
echo "$PUBLIC_KEY" >/root/.ssh/authorized_keys
cat /etc/ssh/ssh_host_ed25519_key.pub
exec /usr/sbin/sshd -D -e
`

func newKey(t testing.TB) (signer ssh.Signer, line string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if signer, err = ssh.NewSignerFromKey(private); err != nil {
		t.Fatal(err)
	}
	return signer, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))
}

func login(t testing.TB, conn net.Conn, signer ssh.Signer, hostKey string) *ssh.Client {
	t.Helper()
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(hostKey))
	if err != nil {
		t.Fatal(err)
	}
	c, channels, requests, err := ssh.NewClientConn(conn, "pod", &ssh.ClientConfig{
		User: "root", Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback: ssh.FixedHostKey(key), HostKeyAlgorithms: []string{ssh.KeyAlgoED25519},
	})
	if err != nil {
		t.Fatal(err)
	}
	client := ssh.NewClient(c, channels, requests)
	t.Cleanup(func() { client.Close() })
	return client
}

func execute(t testing.TB, client *ssh.Client, command string) (string, error) {
	t.Helper()
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	out, err := session.CombinedOutput(command)
	return string(out), err
}

func TestCloudPodOverSSH(t *testing.T) {
	pods := podtest.New(t)
	signer, public := newKey(t)
	volume := t.TempDir()
	r := start(t, pods, bootSSH, runpodtest.Spec{
		Pod: "abc", Env: map[string]string{"PUBLIC_KEY": public}, Volume: volume, VolumePath: "/workspace",
	})
	hostKey := r.until(t, "ssh")
	if strings.HasPrefix(hostKey, "sshd ") {
		t.Fatal(hostKey)
	}
	r.until(t, "Server listening")
	conn, err := r.Dial(t.Context(), 22)
	if err != nil {
		t.Fatal(err)
	}
	client := login(t, conn, signer, hostKey)
	out, err := execute(t, client, "hostname; id -u; command -v apt-get nvidia-smi python3; exit 3")
	if exit := new(ssh.ExitError); !errors.As(err, &exit) || exit.ExitStatus() != 3 {
		t.Errorf("got %v, want exit status 3", err)
	}
	equal(t, strings.Fields(out), "abc", "0", "/usr/local/sbin/apt-get", "/usr/local/sbin/nvidia-smi", "/usr/local/sbin/python3")
	files, err := sftp.NewClient(client)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	f, err := files.Create("/workspace/sent")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "content"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := files.PosixRename("/workspace/sent", "/workspace/kept"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(volume + "/kept"); string(got) != "content" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestPlainMachine(t *testing.T) {
	pods := podtest.New(t)
	signer, public := newKey(t)
	m := pods.Machine(t, public, runpodtest.Spec{Pod: "abc", Volume: t.TempDir(), VolumePath: "/workspace", GPU: "NVIDIA L4", GPUs: 1})
	conn, err := net.Dial("tcp", m.Address)
	if err != nil {
		t.Fatal(err)
	}
	client := login(t, conn, signer, m.HostKey)
	if out, err := execute(t, client, "nvidia-smi --query-gpu=name --format=csv,noheader"); out != "NVIDIA L4\n" || err != nil {
		t.Errorf("got %q, %v", out, err)
	}
}

// BenchmarkStart measures the time from the order to the banner of the pod's
// SSH server.
func BenchmarkStart(b *testing.B) {
	pods := podtest.New(b)
	for b.Loop() {
		r := start(b, pods, bootSSH, runpodtest.Spec{Pod: "abc", Env: map[string]string{"PUBLIC_KEY": ""}})
		r.until(b, "Server listening")
		conn, err := r.Dial(b.Context(), 22)
		if err != nil {
			b.Fatal(err)
		}
		conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		if line, err := bufio.NewReader(conn).ReadString('\n'); !strings.HasPrefix(line, "SSH-2.0-") {
			b.Fatal(line, err)
		}
		conn.Close()
		b.StopTimer()
		r.Kill()
		b.StartTimer()
	}
}
