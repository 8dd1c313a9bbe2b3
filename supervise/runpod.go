package supervise

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// pod is a pod of RunPod (REST v2).
type pod struct {
	api  string // base address, as https://api.runpod.io/v2
	id   string
	keys []apiKey // to try, in turn
}

// apiKey is a key and the variable that it is from, for errors.
type apiKey struct{ name, value string }

// stopTimeout is for one call of the cloud's API.
const stopTimeout = 30 * time.Second

// stop asks for the stop once, with one key.
func (p pod) stop(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	address, err := url.JoinPath(p.api, "pods", url.PathEscape(p.id), "action")
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(`{"action":"stop"}`))
	if err != nil {
		return err
	}
	if req.URL.Scheme != "https" && loopback(p.api) != nil {
		return fmt.Errorf("%s has no TLS: the key is not sent there", p.api)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "ocr-gateway") // the API's edge refuses the library's own
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 == 2 {
		return nil
	}
	detail, _ := io.ReadAll(io.LimitReader(resp.Body, 512)) // best effort: the status says enough
	return fmt.Errorf("%s: %q (request id %s)", resp.Status, detail, resp.Header.Get("X-Request-Id"))
}
