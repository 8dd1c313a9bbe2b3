package broker_test

import (
	"strings"
	"testing"
	"time"

	"ocr-gateway/jobs/broker"
)

func TestSettings(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*broker.Config)
		key    string // of what is wrong; empty for nothing
	}{
		"embedded":        {func(*broker.Config) {}, ""},
		"cluster":         {func(c *broker.Config) { c.URLs, c.Replicas = []string{"nats://a:4222", "tls://b"}, 3 }, ""},
		"no address":      {func(c *broker.Config) { c.URLs = []string{"nats://a", "b:4222"} }, "urls[1]"},
		"a web server":    {func(c *broker.Config) { c.URLs = []string{"https://a"} }, "urls[0]"},
		"a password":      {func(c *broker.Config) { c.URLs = []string{"nats://me:secret@a"} }, "urls[0]"},
		"one server of 3": {func(c *broker.Config) { c.Replicas = 3 }, "replicas"},
		"two":             {func(c *broker.Config) { c.URLs, c.Replicas = []string{"nats://a"}, 2 }, "replicas"},
		"half a key pair": {func(c *broker.Config) { c.CertFile = "cert.pem" }, "cert_file"},
		"no patience":     {func(c *broker.Config) { c.AckWait = time.Millisecond }, "ack_wait"},
	} {
		cfg := broker.DefaultConfig()
		tt.change(&cfg)
		err := cfg.Validate()
		if (err == nil) != (tt.key == "") || err != nil && (!strings.HasPrefix(err.Error(), tt.key+" ") || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %v, want %q", name, err, tt.key)
		}
	}
}
