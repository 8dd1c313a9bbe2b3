package guard

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/keys"
	"ocr-gateway/server/problem"
)

// everybody in a list of hosts or origins stands for all.
const everybody = "*"

// Guard decides by name and origin who may call.
type Guard struct {
	cfg   Access
	hosts []string   // by which the server may be called beside IP addresses
	ring  *keys.Ring // of cfg.KeysFile; nil for none
}

// New makes a guard, with the keys of cfg.KeysFile where that names a file.
func New(cfg Access, ring *keys.Ring) *Guard { return &Guard{cfg, cfg.names(), ring} }

// Admit keeps web pages of others away from a server without API keys: its user's
// browser can reach what they cannot. A page that has its own name point to this machine
// (DNS rebinding) is known by Host, all others by Sec-Fetch-Site and Origin. With keys
// there is nothing to guard: a browser does not send them by itself.
func (g *Guard) Admit(r *http.Request) error {
	if g.cfg.Keyed() {
		return nil
	}
	if !slices.Contains(g.hosts, everybody) && !isAddress(r.Host) && !slices.Contains(g.hosts, hostname(r.Host)) {
		return document.Problemf(problem.CodeHostNotAllowed, document.PhaseAdmission,
			"this server has no API keys and is not known as %q: call it by an IP address or as localhost, or add the name to server.allowed_hosts", clip.Text(r.Host))
	}
	if g.crossSite(r) {
		return document.Problemf(problem.CodeOriginNotAllowed, document.PhaseAdmission,
			"this server has no API keys and takes no requests from web pages of other sites: add the page's origin to server.allowed_origins")
	}
	return nil
}

// names are what a server without keys may be called beside IP addresses.
func (c Access) names() []string {
	names := []string{"localhost", strings.ToLower(c.Host)}
	if own, err := os.Hostname(); err == nil {
		names = append(names, strings.ToLower(own))
	}
	for _, name := range c.AllowedHosts {
		names = append(names, strings.ToLower(name))
	}
	return names
}

// hostname is a Host header without port and the dot that may end a name.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if strings.HasSuffix(host, ".localhost") { // this machine by RFC 6761
		return "localhost"
	}
	return host
}

// isAddress reports whether a Host header is an IP address, which nobody can have point
// elsewhere, or empty: no browser leaves it out.
func isAddress(host string) bool {
	if host == "" {
		return true
	}
	_, err := netip.ParseAddr(hostname(host))
	return err == nil
}

// crossSite reports whether a request comes from a web page that may not call. Links may
// be followed from everywhere.
func (g *Guard) crossSite(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if g.Allows(origin) {
		return false
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "": // an old browser, a page that was not loaded safely, or no browser
		from, err := url.Parse(origin)
		return origin != "" && (err != nil || !strings.EqualFold(from.Host, r.Host))
	}
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	return !reads || r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
}

// Allows reports whether pages of the origin may call.
func (g *Guard) Allows(origin string) bool {
	return slices.ContainsFunc(g.cfg.AllowedOrigins, func(allowed string) bool {
		return allowed == everybody || strings.EqualFold(allowed, origin)
	})
}
