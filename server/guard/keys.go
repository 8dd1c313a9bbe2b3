package guard

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/server/keys"
	"ocr-gateway/server/problem"
)

// Caller is who calls.
type Caller struct {
	Name   string       // of the key, such as "key 2"; empty without keys
	Holder *keys.Holder // of a key with limits of its own; nil for others
}

// May wants a scope. Keys of server.api_keys_file have all.
func (c Caller) May(scope keys.Scope) error {
	if c.Holder == nil || c.Holder.May(scope) {
		return nil
	}
	return document.Problemf(problem.CodeForbidden, document.PhaseAdmission, "the key %s does not have the scope %s", c.Name, scope)
}

// Key wants one of the API keys, where there are any, and says whose it is. The key may also
// stand in another header; empty means none.
func (g *Guard) Key(r *http.Request, other string) (Caller, error) {
	if !g.cfg.Keyed() {
		return Caller{}, nil
	}
	given := r.Header.Get("X-API-Key")
	if other != "" && given == "" {
		given = r.Header.Get(other)
	}
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		given = strings.TrimSpace(token)
	}
	if n := g.plain(given); n > 0 {
		return Caller{Name: "key " + strconv.Itoa(n)}, nil
	}
	if g.ring != nil {
		if h := g.ring.Find(given); h != nil {
			return Caller{h.Name, h}, nil
		}
	}
	return Caller{}, document.Problemf(problem.CodeUnauthorized, document.PhaseAdmission,
		"send a valid API key as \"Authorization: Bearer KEY\" or \"X-API-Key: KEY\"")
}

// plain is which of the keys without name was given, from 1 on; 0 for none. All are compared,
// each in constant time.
func (g *Guard) plain(given string) int {
	sum, match := sha256.Sum256([]byte(given)), 0
	for i, key := range g.cfg.APIKeys {
		want := sha256.Sum256([]byte(key))
		match |= subtle.ConstantTimeCompare(sum[:], want[:]) * (i + 1)
	}
	return match
}

// Client tells clients without a key apart, by address. A site has an IPv6 network of 64
// bits for itself.
func Client(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	if ip = ip.Unmap(); ip.Is6() {
		network, _ := ip.Prefix(64) // fails for no IPv6 address
		return network.String()
	}
	return ip.String()
}
