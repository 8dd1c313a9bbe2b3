package server

import (
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"
)

// clients counts the requests of each client that are here, and remembers who was
// turned away lately because others had taken all.
type clients struct {
	here map[string]int
	away [2]turnedAway // the last two that differ: one of them is not the client that asks
}

type turnedAway struct {
	client string
	at     time.Duration // since the start
}

// waitTimeout is how long a client that was turned away counts as one that waits: the
// longest Retry-After.
const waitTimeout = time.Minute

func (c *clients) enter(client string) {
	if c.here == nil {
		c.here = map[string]int{}
	}
	c.here[client]++
}

func (c *clients) leave(client string) {
	if c.here[client]--; c.here[client] == 0 {
		delete(c.here, client)
	}
}

func (c *clients) turnedAway(client string, at time.Duration) {
	if c.away[0].client != client {
		c.away[1] = c.away[0]
	}
	c.away[0] = turnedAway{client, at}
}

// others reports whether somebody beside the client is here or waits.
func (c *clients) others(client string, now time.Duration) bool {
	if len(c.here) > 1 || len(c.here) == 1 && c.here[client] == 0 {
		return true
	}
	for _, away := range c.away {
		if away.client != "" && away.client != client && now-away.at < waitTimeout {
			return true
		}
	}
	return false
}

// keyName is where authorize leaves which API key opened the API.
const keyName = "api_key"

// clientOf tells clients apart: by API key where there are any, else by address. A
// site has an IPv6 network of 64 bits for itself.
func clientOf(c echo.Context) string {
	if key, ok := c.Get(keyName).(string); ok {
		return key
	}
	ip, err := netip.ParseAddr(c.RealIP())
	if err != nil {
		return "unknown"
	}
	if ip = ip.Unmap(); ip.Is6() {
		network, _ := ip.Prefix(64) // fails for no IPv6 address
		return network.String()
	}
	return ip.String()
}
