package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"ocr-gateway/document"
)

// everybody in a list of hosts or origins stands for all.
const everybody = "*"

// guard keeps web pages of others away from a server without API keys: its user's
// browser can reach what they cannot. A page that has its own name point to this machine
// (DNS rebinding) is known by Host, all others by Sec-Fetch-Site and Origin. With keys
// there is nothing to guard: a browser does not send them by itself.
func (s *Server) guard(next echo.HandlerFunc) echo.HandlerFunc {
	hosts := s.cfg.names()
	return func(c echo.Context) error {
		r := c.Request()
		if !slices.Contains(hosts, everybody) && !isAddress(r.Host) && !slices.Contains(hosts, hostname(r.Host)) {
			return document.Problemf(codeHostNotAllowed, document.PhaseAdmission,
				"this server has no API keys and is not known as %q: call it by an IP address or as localhost, or add the name to server.allowed_hosts", clip(r.Host))
		}
		if s.crossSite(r) {
			return document.Problemf(codeOriginNotAllowed, document.PhaseAdmission,
				"this server has no API keys and takes no requests from web pages of other sites: add the page's origin to server.allowed_origins")
		}
		return next(c)
	}
}

// names are what a server without keys may be called beside IP addresses.
func (c Config) names() []string {
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
func (s *Server) crossSite(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if s.cfg.allows(origin) {
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

// allows reports whether pages of the origin may call the API.
func (c Config) allows(origin string) bool {
	return slices.ContainsFunc(c.AllowedOrigins, func(allowed string) bool {
		return allowed == everybody || strings.EqualFold(allowed, origin)
	})
}

// cors lets scripts of the allowed origins see the answers.
func (s *Server) cors() echo.MiddlewareFunc {
	return middleware.CORSWithConfig(middleware.CORSConfig{
		AllowOriginFunc: func(origin string) (bool, error) { return s.cfg.allows(origin), nil },
		AllowMethods:    []string{http.MethodGet, http.MethodHead, http.MethodPost},
		AllowHeaders:    []string{"Authorization", "Content-Type", "X-API-Key", headerRequestID},
		ExposeHeaders:   []string{headerRequestID, "Retry-After"},
		MaxAge:          600,
	})
}

// isOrigin reports whether a setting is one origin as browsers write it.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.Contains(s, everybody) &&
		strings.EqualFold(u.Scheme+"://"+u.Host, s)
}

// isHostname reports whether a setting is a host's name or address, without port.
func isHostname(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil || s != "" && !strings.ContainsAny(s, ":/*[] ")
}

// loopback reports whether only this machine reaches an address.
func loopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// CheckAddress reports, before anything is started, what Run would refuse: an address that
// other machines reach, without API keys and without AllowKeyless. A name that cannot be
// resolved yet is left to Run.
func (c Config) CheckAddress() error {
	address, err := net.ResolveTCPAddr("tcp", c.address())
	if err != nil {
		return nil
	}
	return c.checkReach(address)
}

func (c Config) checkReach(address net.Addr) error {
	if len(c.APIKeys) > 0 || c.AllowKeyless || loopback(address) {
		return nil
	}
	return fmt.Errorf("other machines reach %s, and there are no API keys: set server.api_keys_file or OCR_SERVER_API_KEYS, "+
		"listen on 127.0.0.1, or mean it with --allow-keyless (server.allow_keyless)", c.address())
}

// address is what to listen on.
func (c Config) address() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }
