package server_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/server"
	"ocr-gateway/server/jobroutes"
)

// TestPicturesOfPages: of pages that were read, of the file that was sent, for their owner alone.
func TestPicturesOfPages(t *testing.T) {
	a := start(t, scripted(), withJobs(t), func(c *server.Config, d *deps) {
		c.APIKeys = []string{"alice-key", "bob-key-1"}
		d.Draw = func(ctx context.Context, original jobroutes.Original, page document.PageResult, width int) (string, []byte, error) {
			src, _, err := original(ctx)
			if err != nil {
				return "", nil, err
			}
			defer src.Close()
			b, err := io.ReadAll(src.Reader())
			return "image/png", fmt.Appendf(nil, "page %d of %q, %d wide", page.Number, b, width), err
		}
	})
	ask := func(key, method, path string, body *formBody) reply {
		t.Helper()
		var content []byte
		contentType := ""
		if body != nil {
			content, contentType = body.encode()
		}
		req := a.request(method, path, contentType, content)
		req.Header.Set("X-API-Key", key)
		return a.do(req)
	}
	f := newForm()
	f.file("files", "first.pdf", "pages:1")
	f.file("files", "second.pdf", "pages:3 fail:2")
	id := ask("alice-key", "POST", jobsURL, f).want(202, "")["id"].(string)
	ask("alice-key", "GET", jobsURL+"/"+id+"?wait=1m", nil).want(200, "")
	pages := jobsURL + "/" + id + "/pages/"

	r := ask("alice-key", "GET", pages+"3/image?file=1&width=640", nil)
	if r.status != 200 || r.header.Get("Content-Type") != "image/png" || string(r.body) != `page 3 of "pages:3 fail:2", 640 wide` {
		t.Errorf("%d %s %q", r.status, r.header.Get("Content-Type"), r.body)
	}
	if r.header.Get("Cache-Control") != "private, max-age=3600, immutable" {
		t.Errorf("Cache-Control %q", r.header.Get("Cache-Control"))
	}
	if r := ask("alice-key", "GET", pages+"1/image", nil); string(r.body) != `page 1 of "pages:1", 1000 wide` {
		t.Errorf("%d %q", r.status, r.body)
	}
	ask("bob-key-1", "GET", pages+"1/image", nil).want(404, "not_found")
	ask("none", "GET", pages+"1/image", nil).want(401, "unauthorized")
	ask("alice-key", "GET", pages+"2/image?file=1", nil).want(404, "not_found") // it could not be drawn
	ask("alice-key", "GET", pages+"9/image", nil).want(404, "not_found")
	for _, wrong := range []string{"1/image?width=0", "1/image?width=2401", "1/image?width=wide", "x/image", "1/image?size=3"} {
		ask("alice-key", "GET", pages+wrong, nil).want(422, "invalid_request")
	}
}
