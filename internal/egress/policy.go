package egress

import (
	"net/netip"
	"strings"
	"time"

	"ocr-gateway/internal/setting"
)

// Policy says where requests may go, and how far.
type Policy struct {
	// AllowHTTP permits http:// beside https://.
	AllowHTTP bool `mapstructure:"allow_http"`
	// AllowedHosts are the only names that may be called, "*.example.org" for all below one.
	// Empty means every name.
	AllowedHosts []string `mapstructure:"allowed_hosts"`
	// AllowedNetworks may be reached beside the public internet: "10.1.0.0/16".
	AllowedNetworks []string `mapstructure:"allowed_networks"`
	// Timeout is the longest time for a request, its redirects and its answer.
	Timeout time.Duration `mapstructure:"timeout"`

	// MaxRedirects is how many redirects are followed. With 0 the redirect is the answer.
	MaxRedirects int `mapstructure:"-"`
}

// Validate names settings that cannot work.
func (p Policy) Validate() error {
	var errs setting.Errors
	p.Check(&errs)
	return errs.Join()
}

// Check reports every value that cannot work.
func (p Policy) Check(errs *setting.Errors) {
	for _, host := range p.AllowedHosts {
		name := strings.TrimPrefix(host, "*.")
		errs.Check(name != "" && !strings.ContainsAny(name, "*/:@ "), "allowed_hosts", "has %q: use names, as hooks.example.org or *.example.org", host)
	}
	for _, network := range p.AllowedNetworks {
		_, err := netip.ParsePrefix(network)
		errs.Check(err == nil, "allowed_networks", "has %q: use networks, as 10.1.0.0/16", network)
	}
	errs.Duration("timeout", p.Timeout, 0)
}

// names reports whether a host may be called by its name.
func (p Policy) names(host string) bool {
	if len(p.AllowedHosts) == 0 {
		return true
	}
	for _, allowed := range p.AllowedHosts {
		allowed = strings.ToLower(allowed)
		if host == allowed || strings.HasPrefix(allowed, "*.") && strings.HasSuffix(host, allowed[1:]) {
			return true
		}
	}
	return false
}
