package broker

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// TestTry asks a server with JetStream, one without, and none.
func TestTry(t *testing.T) {
	for name, jetstream := range map[string]bool{"with JetStream": true, "without": false} {
		node, err := server.NewServer(&server.Options{ServerName: "node", Host: "127.0.0.1", Port: -1, JetStream: jetstream, StoreDir: t.TempDir(), NoSigs: true})
		if err != nil {
			t.Fatal(err)
		}
		node.Start()
		t.Cleanup(func() { node.Shutdown(); node.WaitForShutdown() })
		if !node.ReadyForConnections(10 * time.Second) {
			t.Fatal("the server is not ready")
		}
		got, err := Config{URLs: []string{node.ClientURL()}}.Try(t.Context())
		if (err == nil) != jetstream || !strings.HasPrefix(got, "node, NATS 2.") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := (Config{URLs: []string{"nats://127.0.0.1:9"}}).Try(t.Context()); err == nil {
		t.Error("no server answers")
	}
}
