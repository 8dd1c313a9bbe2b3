package guard

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
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
	key := given(r, other)
	if n := g.plain(key); n > 0 {
		return Caller{Name: keyName(n - 1)}, nil
	}
	if g.ring != nil {
		if h := g.ring.Find(key); h != nil {
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

// given is the key of a request. Authorization goes before the other headers: PaddleOCR's
// clients call the scheme "token", and those that know of no keys send one as the password
// of an address, http://any:KEY@host.
func given(r *http.Request, other string) string {
	if _, key, ok := r.BasicAuth(); ok {
		return key
	}
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && (strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "token")) {
		return strings.TrimSpace(token)
	}
	if key := r.Header.Get("X-API-Key"); key != "" || other == "" {
		return key
	}
	return r.Header.Get(other)
}

// Owner tells what belongs to a caller from what belongs to others: by the name of a key
// that has one, and by the key itself where that is called by its place in a list. Without
// keys all is everybody's.
func (g *Guard) Owner(c Caller) string {
	if c.Holder != nil {
		return owner("ocr-gateway owner by name\n" + c.Name)
	}
	for i, key := range g.cfg.APIKeys {
		if c.Name == keyName(i) {
			return owner("ocr-gateway owner\n" + key)
		}
	}
	return ""
}

func owner(of string) string {
	sum := sha256.Sum256([]byte(of))
	return hex.EncodeToString(sum[:16])
}

func keyName(i int) string { return "key " + strconv.Itoa(i+1) }

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
