package webhook

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"ocr-gateway/internal/egress"
	"ocr-gateway/internal/setting"
)

// Config says how webhooks are signed, where they may go and how often they are tried.
type Config struct {
	// Secrets sign every message, each by itself, so that one can be replaced while
	// receivers still check with the other: "whsec_" and 24 to 64 bytes in base64. Without
	// one, nobody can ask for webhooks.
	Secrets []string `mapstructure:"secrets" secret:"true"`
	// Attempts is how often a message is sent before it is given up.
	Attempts int `mapstructure:"attempts"`
	// Parallel is how many are sent side by side; one host has at most half of them.
	Parallel int `mapstructure:"parallel"`

	egress.Policy `mapstructure:",squash"`
}

// DefaultConfig tries for about eleven hours: see waits.
func DefaultConfig() Config {
	return Config{Attempts: 14, Parallel: 8, Policy: egress.Policy{Timeout: 15 * time.Second}}
}

// maxTimeout is shorter than the time for which an outbox reserves a message.
const maxTimeout = time.Minute

// Validate names settings that cannot work. It shows no secret.
func (c Config) Validate() error {
	var errs setting.Errors
	bad := slices.ContainsFunc(c.Secrets, func(s string) bool { _, err := key(s); return err != nil })
	errs.Check(!bad, "secrets", "has one that is not whsec_ and 24 to 64 bytes in base64: `openssl rand -base64 32` makes one")
	errs.Check(c.Attempts > 0 && c.Attempts <= 100, "attempts", "is %d: use 1 to 100", c.Attempts)
	errs.Check(c.Parallel > 0 && c.Parallel <= 1000, "parallel", "is %d: use 1 to 1000", c.Parallel)
	c.Check(&errs)
	errs.Check(c.Timeout <= maxTimeout, "timeout", "is %s: use %s at most", c.Timeout, maxTimeout)
	return errs.Join()
}

// key decodes a secret.
func key(secret string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(b) < 24 || len(b) > 64 {
		return nil, errors.New("webhook: a secret cannot be used") // without its value
	}
	return b, nil
}
