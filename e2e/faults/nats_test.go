package faults_test

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// envNATS has this program be a NATS server: its name, its port, its cluster's port, its
// folder and the ports of the cluster, with commas between.
const envNATS = "OCR_TEST_NATS"

// natsMain is the program when it is a NATS server.
func natsMain(settings string) int {
	s := strings.Split(settings, ",")
	opts := &server.Options{
		ServerName: s[0], Host: "127.0.0.1", Port: number(s[1]), JetStream: true, StoreDir: s[3], SyncAlways: true,
		Cluster: server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: number(s[2])},
	}
	for _, port := range s[4:] {
		opts.Routes = append(opts.Routes, &url.URL{Scheme: "nats", Host: "127.0.0.1:" + port})
	}
	node, err := server.NewServer(opts)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	node.Start()
	node.WaitForShutdown()
	return 0
}

func number(text string) (n int) {
	fmt.Sscan(text, &n)
	return n
}

// natsCluster is three servers, each a process.
type natsCluster struct {
	t     *testing.T
	urls  []string
	args  []string
	nodes []*exec.Cmd
}

func startNATS(t *testing.T) *natsCluster {
	c := &natsCluster{t: t, nodes: make([]*exec.Cmd, 3)}
	ports := freePorts(t, 6)
	routes := fmt.Sprintf("%d,%d,%d", ports[3], ports[4], ports[5])
	for i := range c.nodes {
		c.urls = append(c.urls, fmt.Sprintf("nats://127.0.0.1:%d", ports[i]))
		c.args = append(c.args, fmt.Sprintf("n%d,%d,%d,%s,%s", i, ports[i], ports[3+i], t.TempDir(), routes))
		c.start(i)
	}
	t.Cleanup(func() {
		for i := range c.nodes {
			c.kill(i)
		}
	})
	return c
}

func (c *natsCluster) start(i int) {
	c.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envNATS+"="+c.args[i])
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.nodes[i] = cmd
}

// kill ends a server at once.
func (c *natsCluster) kill(i int) {
	_ = c.nodes[i].Process.Kill() // it may have ended
	_ = c.nodes[i].Wait()
}

// freePorts finds ports that nobody has just now.
func freePorts(t *testing.T, n int) (ports []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

// patience is for what is there soon, or not.
const patience = 2 * time.Minute
