// Package client calls a running ocr-gateway. It speaks the contract that the server serves
// at /openapi.yaml, in document's nouns; what the server refuses is a *Problem.
package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Client calls one server. It is safe for concurrent use and needs no closing.
type Client struct {
	base *url.URL
	key  string
	http *http.Client
}

// New makes a client of the server at base, such as http://127.0.0.1:8007, with its API key; empty
// where it needs none. Calls end with their context: client should have no timeout of its own, as
// a document may take many minutes. Nil means http.DefaultClient.
func New(base, key string, client *http.Client) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("the server's address %q is not of the form http://host:port", base)
	}
	if client == nil {
		client = http.DefaultClient
	}
	return &Client{u, key, client}, nil
}

// get reads a route's JSON.
func (c *Client) get(ctx context.Context, path string, into any) error {
	req, err := c.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	return c.decode(req, into)
}

func (c *Client) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// decode sends a request and reads its answer into a value.
func (c *Client) decode(req *http.Request, into any) error {
	res, err := c.send(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		return fmt.Errorf("%s: the answer cannot be read: %w", req.URL.Path, err)
	}
	return nil
}

// answerOf sends a request and reads the answer.
func answerOf[T any](c *Client, req *http.Request) (*T, error) {
	answer := new(T)
	if err := c.decode(req, answer); err != nil {
		return nil, err
	}
	return answer, nil
}

// send sends a request. An unsuccessful answer is an error, a *Problem where the server says why;
// the caller closes the body of any other.
func (c *Client) send(req *http.Request) (*http.Response, error) {
	res, err := c.http.Do(req)
	if err != nil {
		return nil, withoutAddress(err)
	}
	if res.StatusCode < 300 {
		return res, nil
	}
	defer res.Body.Close()
	return nil, problemOf(res)
}

// withoutAddress removes from an error of net/http the method and address that it repeats; an
// address may hold a password.
func withoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("%s: %w", hostOf(e.URL), e.Err)
	}
	return err
}

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Host
	}
	return strings.Split(address, "?")[0]
}
