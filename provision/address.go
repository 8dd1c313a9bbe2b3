package provision

import (
	"fmt"
	"strings"
)

// localURL is where --tunnel brings the API.
func (o Options) localURL() string { return fmt.Sprintf("http://127.0.0.1:%d", o.APIPort) }

// tunnel is the command that brings the API here through SSH.
func (d *Deployment) tunnel() string {
	if d.Rented() {
		return "ocr-gateway provision --tunnel --pod-id " + d.PodID
	}
	return "ocr-gateway provision --tunnel --host " + d.Login.User + "@" + d.Login.Address + d.Options.flags()
}

// private is the address for lines that carry the key: one with TLS, else this end of the tunnel.
func (c Card) private() (base string, tunneled bool) {
	for _, url := range c.URLs {
		if strings.HasPrefix(url, "https://") {
			return url, false
		}
	}
	return c.LocalURL, true
}
