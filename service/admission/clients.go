package admission

import "time"

// clients counts the requests of each client that are in, and remembers who was turned away lately
// because others had taken all places.
type clients struct {
	here map[string]int
	away [2]turnedAway // the last two that differ: one of them is not the client that asks
}

type turnedAway struct {
	client string
	at     time.Duration // since the start
}

// waitTimeout is how long a client that was turned away counts as waiting: the longest
// Retry-After.
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

// others reports whether anyone besides the client is in or waits.
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
