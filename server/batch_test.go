package server_test

import (
	"encoding/base64"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/server"
)

func TestBatch(t *testing.T) {
	a := start(t, scripted())
	b := a.postForm("/api/ocr/batch", newForm().field("task", "text").
		file("images", "a.png", "pages:1").file("images", "b.png", "error:unreadable_document").file("images", "c.pdf", "pages:2 fail:1").file("images", "../d", "")).want(200, "")
	if b["status"] != "partial" {
		t.Errorf("status %v", b["status"])
	}
	counts := b["counts"].(map[string]any)
	if counts["total"] != 4.0 || counts["ok"] != 1.0 || counts["partial"] != 1.0 || counts["failed"] != 2.0 {
		t.Errorf("counts %v", counts)
	}
	want := []string{"ok", "failed", "partial", "failed"}
	for i, item := range b["items"].([]any) {
		it := item.(map[string]any)
		if it["status"] != want[i] || it["index"] != float64(i) {
			t.Errorf("item %d: %v", i, it)
		}
	}
	if name := b["items"].([]any)[3].(map[string]any)["filename"]; name != "d" {
		t.Errorf("filename %v", name)
	}
}

func TestBatchWithNothingRead(t *testing.T) {
	a := start(t, scripted())
	for _, c := range []struct {
		scripts []string
		status  int
		code    string
	}{
		{[]string{"error:unreadable_document", "error:unreadable_document"}, 422, "unreadable_document"},
		{[]string{"error:unsupported_media", "error:unsupported_media"}, 415, "unsupported_media"},
		{[]string{"error:unsupported_media", "error:wrong_password"}, 422, "unreadable_document"},
		{[]string{"error:unsupported_media", "fail:1"}, 502, "all_pages_failed"},
		{[]string{"fail:1", "fail:1"}, 502, "all_pages_failed"},
		{[]string{"error:overloaded"}, 503, "overloaded"},
		{[]string{"panic", "panic"}, 502, "all_pages_failed"},
	} {
		f := newForm()
		for _, s := range c.scripts {
			f.file("images", "a", s)
		}
		b := a.postForm("/api/ocr/batch", f).want(c.status, c.code)
		if n := len(b["items"].([]any)); n != len(c.scripts) {
			t.Errorf("%v: %d items", c.scripts, n)
		}
	}
}

// TestBatchSideBySide lets items finish only when as many run as may.
func TestBatchSideBySide(t *testing.T) {
	together := make(chan struct{}, 100)
	release := make(chan struct{})
	p := fakePipeline{func(ctx ctxt, src *document.Source, o document.Options, emit func(document.Event)) (*document.Result, error) {
		together <- struct{}{}
		<-release
		return play(ctx, parseScript("pages:1"), emit)
	}}
	a := start(t, p, func(c *server.Config, _ *deps) { c.BatchParallel = 3 })
	f := newForm()
	for range 7 {
		f.file("images", "a", "pages:1")
	}
	answered := make(chan reply)
	go func() { answered <- a.postForm("/api/ocr/batch", f) }()
	for range 3 {
		<-together
	}
	select {
	case <-together:
		t.Error("a fourth item runs")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	b := (<-answered).want(200, "")
	if n := b["counts"].(map[string]any)["ok"]; n != 7.0 {
		t.Errorf("%v of 7", n)
	}
}

func TestBatchJSON(t *testing.T) {
	a := start(t, scripted())
	b64 := base64.StdEncoding.EncodeToString([]byte("pages:1"))
	b := a.post("/api/ocr/batch", "application/json", []byte(`{"images":["`+b64+`","data:;base64,`+b64+`"]}`)).want(200, "")
	if n := b["counts"].(map[string]any)["ok"]; n != 2.0 {
		t.Errorf("%v of 2", n)
	}
	a.post("/api/ocr/batch", "application/json", []byte(`{"images":[]}`)).want(422, "invalid_request")
	a.post("/api/ocr/batch", "application/json", []byte(`{"images":"`+b64+`"}`)).want(422, "invalid_request")
	a.post("/api/ocr/batch", "application/json", []byte(`{"images":[["x"]]}`)).want(422, "invalid_request")
}
