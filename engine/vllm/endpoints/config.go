// Package endpoints tracks the model servers: which are up and serve the model, how busy each is, and which
// fail their requests. It decides where the next region goes.
package endpoints

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"ocr-gateway/internal/setting"
)

// Config is one model server, or a router in front of several.
type Config struct {
	// Name is shown to people; empty means endpoint-1 and so on, in this order.
	Name string `mapstructure:"name"`
	// URL is the server's root, with or without /v1.
	URL string `mapstructure:"url" text:"true"`
	// APIKey is for this server; empty means the key for all.
	APIKey     string `mapstructure:"api_key" secret:"true" path:"APIKeyFile"`
	APIKeyFile string `mapstructure:"-"`
	// Weight is the share of work relative to the other endpoints; 0 means 1.
	Weight int `mapstructure:"weight"`
	// MaxInFlight is how many regions the server gets at once, ideally its --max-num-seqs; 0 means 64.
	MaxInFlight int `mapstructure:"max_in_flight"`
}

// String returns the endpoint's name: key and address stay out of logs.
func (c Config) String() string { return c.Name }

// MarshalText is String, for logs in JSON.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.Name), nil }

const (
	defaultWeight      = 1
	defaultMaxInFlight = 64 // the --max-num-seqs that the operations guide starts servers with
)

// Complete fills in what is not set: names, shares, and the key for all servers with its file.
func Complete(list []Config, apiKey, apiKeyFile string) []Config {
	list = slices.Clone(list)
	for i := range list {
		c := &list[i]
		if c.Name == "" {
			c.Name = fmt.Sprintf("endpoint-%d", i+1)
		}
		c.URL = strings.TrimSuffix(strings.TrimRight(c.URL, "/"), "/v1")
		if c.APIKey == "" {
			c.APIKey, c.APIKeyFile = apiKey, apiKeyFile
		}
		if c.Weight == 0 {
			c.Weight = defaultWeight
		}
		if c.MaxInFlight == 0 {
			c.MaxInFlight = defaultMaxInFlight
		}
	}
	return list
}

// Check reports every value that cannot be used, without repeating any secret.
func Check(list []Config, errs *setting.Errors) {
	errs.Check(len(list) > 0, "endpoints", "is empty: name at least one model server")
	names := map[string]bool{}
	for i, c := range list {
		at := fmt.Sprintf("endpoints[%d].", i)
		if problem := checkURL(c.URL); problem != "" {
			errs.Check(false, at+"url", "%s", problem)
			continue
		}
		errs.Check(c.Name == "" || !names[c.Name], at+"name", "is %q, as another is: give each endpoint its own name", c.Name)
		names[c.Name] = true
		errs.Check(c.Weight >= 0 && c.Weight <= 1000, at+"weight", "is %d: use 1 to 1000", c.Weight)
		errs.Check(c.MaxInFlight >= 0 && c.MaxInFlight <= 4096, at+"max_in_flight", "is %d: use 1 to 4096", c.MaxInFlight)
		errs.Check(!strings.ContainsAny(c.APIKey, "\r\n"), at+"api_key", "holds a line break")
	}
}

// checkURL says what is wrong with an endpoint's address, without repeating it: it may contain a password.
func checkURL(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "is no http or https address"
	case u.User != nil:
		return "holds a user or password: use api_key_file"
	case u.RawQuery != "" || u.Fragment != "":
		return "has a query or fragment: name the server's root only"
	}
	return ""
}
