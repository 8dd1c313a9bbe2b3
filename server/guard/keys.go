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
	"ocr-gateway/server/problem"
)

// Key wants one of the API keys, where there are any, and names it: "key 2". All keys are
// compared, each in constant time. The key may also stand in another header; empty means none.
func (g *Guard) Key(r *http.Request, other string) (name string, err error) {
	if len(g.cfg.APIKeys) == 0 {
		return "", nil
	}
	sum, match := sha256.Sum256([]byte(given(r, other))), 0
	for i, key := range g.cfg.APIKeys {
		want := sha256.Sum256([]byte(key))
		match |= subtle.ConstantTimeCompare(sum[:], want[:]) * (i + 1)
	}
	if match == 0 {
		return "", document.Problemf(problem.CodeUnauthorized, document.PhaseAdmission,
			"send a valid API key as \"Authorization: Bearer KEY\" or \"X-API-Key: KEY\"")
	}
	return keyName(match - 1), nil
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

// Owner tells what belongs to a key from what belongs to others: by the key itself, since
// its name changes with the list. name is Key's; without keys all is everybody's.
func (g *Guard) Owner(name string) string {
	for i, key := range g.cfg.APIKeys {
		if name == keyName(i) {
			sum := sha256.Sum256([]byte("ocr-gateway owner\n" + key))
			return hex.EncodeToString(sum[:16])
		}
	}
	return ""
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
