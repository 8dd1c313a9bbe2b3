package card

import (
	"strings"
)

// private is the address for lines that carry the key: one with TLS, else this end of the tunnel.
func (c Card) private() (base string, tunneled bool) {
	for _, url := range c.URLs {
		if strings.HasPrefix(url, "https://") {
			return url, false
		}
	}
	return c.LocalURL, true
}
