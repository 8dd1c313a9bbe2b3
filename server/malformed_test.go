package server_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"ocr-gateway/document"
	"ocr-gateway/server"
)

const recognizeURL, documentURL, batchURL = "/api/ocr/recognize", "/api/ocr/document", "/api/ocr/batch"

// TestMalformedForms holds requests that must be refused as the client's fault
// with a message that helps, and leave the server well.
func TestMalformedForms(t *testing.T) {
	a := start(t, scripted())
	image := func() *formBody { return newForm().file("image", "a.png", "pages:1") }
	whole, ct := image().encode()
	for _, c := range []struct {
		name   string
		path   string
		form   *formBody
		ct     string
		body   string
		status int
		code   string
		says   string // in the detail
	}{
		{name: "no body", path: recognizeURL, status: 400, code: "malformed_body", says: "no body"},
		{name: "empty multipart", path: recognizeURL, form: newForm(), status: 422, code: "invalid_request", says: "no file"},
		{name: "wrong field name", path: recognizeURL, form: newForm().file("picture", "a", "x"), status: 422, code: "invalid_request", says: "known are image"},
		{name: "misspelt field", path: recognizeURL, form: newForm().file("imgae", "a", "x"), status: 422, code: "invalid_request", says: `did you mean "image"`},
		{name: "misspelt option", path: documentURL, form: image().field("enable_layuot", "true"), status: 422, code: "invalid_request", says: `did you mean "enable_layout"`},
		{name: "misspelt query", path: documentURL + "?page=1", form: image(), status: 422, code: "invalid_request", says: `did you mean "pages"`},
		{name: "file in query", path: documentURL + "?file=x", form: image(), status: 422, code: "invalid_request", says: "into the body"},
		{name: "option of another route", path: documentURL, form: image().field("task", "text"), status: 422, code: "invalid_request", says: "task"},
		{name: "text not file", path: recognizeURL, form: newForm().field("image", "hello"), status: 422, code: "invalid_request", says: "-F image=@FILE"},
		{name: "unknown task", path: recognizeURL, form: image().field("task", "no-such-task"), status: 422, code: "invalid_request", says: "text, table, formula, document"},
		{name: "layout maybe", path: documentURL, form: image().field("enable_layout", "maybe"), status: 422, code: "invalid_request", says: "true or false"},
		{name: "option twice", path: documentURL, form: image().field("pages", "1").field("pages", "2"), status: 422, code: "invalid_request", says: "twice"},
		{name: "option in query and form", path: documentURL + "?pages=1", form: image().field("pages", "2"), status: 422, code: "invalid_request", says: "twice"},
		{name: "two files", path: recognizeURL, form: image().file("image2", "b", "x"), status: 422, code: "invalid_request", says: "/api/ocr/batch"},
		{name: "same file twice", path: recognizeURL, form: image().file("image", "b", "x"), status: 422, code: "invalid_request", says: "/api/ocr/batch"},
		{name: "images to recognize", path: recognizeURL, form: newForm().file("images", "b", "x"), status: 422, code: "invalid_request", says: "/api/ocr/batch"},
		{name: "images to document", path: documentURL, form: image().file("images", "b", "x"), status: 422, code: "invalid_request", says: "/api/ocr/batch"},
		{name: "list of images to document", path: documentURL, ct: "application/json", body: `{"images":["` + strings.Repeat("aGk=", 9999) + `"]}`, status: 422, code: "invalid_request", says: "/api/ocr/batch"},
		{name: "images maybe", path: documentURL, form: image().field("images", "some"), status: 422, code: "invalid_request", says: "none, inline, ref"},
		{name: "tables in words", path: recognizeURL, form: image().field("table_format", "latex"), status: 422, code: "invalid_request", says: "html, markdown"},
		{name: "tables joined maybe", path: batchURL, form: newForm().file("images", "b", "x").field("join_tables", "maybe"), status: 422, code: "invalid_request", says: "true or false"},
		{name: "tables joined in a stream", path: streamURL, form: image().field("join_tables", "true"), status: 422, code: "invalid_request", says: "application/json"},
		{name: "image to batch", path: batchURL, form: image(), status: 422, code: "invalid_request", says: "images"},
		{name: "empty file", path: recognizeURL, form: newForm().file("image", "a", ""), status: 422, code: "invalid_request", says: "empty"},
		{name: "dpi word", path: documentURL, form: image().field("dpi", "high"), status: 422, code: "invalid_request", says: "36 to 600"},
		{name: "dpi huge", path: documentURL, form: image().field("dpi", "99999999999999999999"), status: 422, code: "invalid_request"},
		{name: "dpi negative", path: documentURL, form: image().field("dpi", "-1"), status: 422, code: "invalid_request"},
		{name: "unknown format", path: documentURL, form: image().field("formats", "docx"), status: 422, code: "invalid_request", says: "markdown"},
		{name: "deadline over the limit", path: documentURL, form: image().field("deadline_ms", "999999999999"), status: 422, code: "invalid_request", says: "1800000"},
		{name: "long option", path: documentURL, form: image().field("password", strings.Repeat("x", 5000)), status: 422, code: "invalid_request", says: "4096"},
		{name: "option not UTF-8", path: documentURL, form: image().field("password", "\xff"), status: 422, code: "invalid_request"},
		{name: "nameless part", path: recognizeURL, form: newForm().field("", "x"), status: 422, code: "invalid_request"},

		{name: "empty boundary", path: recognizeURL, ct: "multipart/form-data; boundary=", body: "--x\r\n\r\n", status: 400, code: "malformed_body", says: "boundary"},
		{name: "no boundary", path: recognizeURL, ct: "multipart/form-data", body: "--x\r\n\r\n", status: 400, code: "malformed_body", says: "boundary"},
		{name: "long boundary", path: recognizeURL, ct: "multipart/form-data; boundary=" + strings.Repeat("x", 71), body: "x", status: 400, code: "malformed_body"},
		{name: "other boundary", path: recognizeURL, ct: "multipart/form-data; boundary=other", body: string(whole), status: 400, code: "malformed_body", says: "boundary"},
		{name: "truncated in header", path: recognizeURL, ct: ct, body: string(whole[:80]), status: 400, code: "malformed_body"},
		{name: "truncated in content", path: recognizeURL, ct: ct, body: string(whole[:len(whole)-70]), status: 400, code: "malformed_body"},
		{name: "bad part header", path: recognizeURL, ct: "multipart/form-data; boundary=b", body: "--b\r\nnonsense\r\n\r\nx\r\n--b--\r\n", status: 400, code: "malformed_body"},
		{name: "bad type header", path: recognizeURL, ct: ";;;", body: "x", status: 400, code: "malformed_body"},
		{name: "urlencoded", path: recognizeURL, ct: "application/x-www-form-urlencoded", body: "image=x", status: 415, code: "unsupported_media", says: "curl -F"},
		{name: "xml", path: recognizeURL, ct: "text/xml", body: "<x/>", status: 415, code: "unsupported_media"},
		{name: "bad query", path: recognizeURL + "?pages=%zz", ct: "image/png", body: "x", status: 400, code: "malformed_body"},

		{name: "JSON unknown field", path: recognizeURL, ct: "application/json", body: `{"a":1}`, status: 422, code: "invalid_request", says: `"a"`},
		{name: "JSON empty", path: recognizeURL, ct: "application/json", body: ``, status: 400, code: "malformed_body"},
		{name: "JSON null", path: recognizeURL, ct: "application/json", body: `null`, status: 400, code: "malformed_body"},
		{name: "JSON list", path: recognizeURL, ct: "application/json", body: `[1]`, status: 400, code: "malformed_body"},
		{name: "JSON cut", path: recognizeURL, ct: "application/json", body: `{"image":"aGk`, status: 400, code: "malformed_body"},
		{name: "JSON trailing", path: recognizeURL, ct: "application/json", body: `{"image":"aGk="} x`, status: 400, code: "malformed_body"},
		{name: "JSON deep", path: recognizeURL, ct: "application/json", body: `{"task":` + strings.Repeat("[", 50000), status: 400, code: "malformed_body"},
		{name: "JSON deep file", path: recognizeURL, ct: "application/json", body: `{"image":` + strings.Repeat("[", 50000), status: 422, code: "invalid_request"},
		{name: "JSON long option", path: recognizeURL, ct: "application/json", body: `{"task":"` + strings.Repeat("x", 1<<20) + `"}`, status: 422, code: "invalid_request", says: "longer"},
		{name: "JSON long name", path: recognizeURL, ct: "application/json", body: `{"` + strings.Repeat("x", 1<<20) + `":1}`, status: 400, code: "malformed_body", says: "longer"},
		{name: "JSON control character", path: recognizeURL, ct: "application/json", body: "{\"image\":\"aGk=\n\"}", status: 400, code: "malformed_body"},
		{name: "JSON bad escape", path: recognizeURL, ct: "application/json", body: `{"image":"aG\k="}`, status: 400, code: "malformed_body"},
		{name: "JSON no file", path: recognizeURL, ct: "application/json", body: `{"task":"text"}`, status: 422, code: "invalid_request", says: "no file"},
		{name: "JSON file number", path: recognizeURL, ct: "application/json", body: `{"image":1}`, status: 422, code: "invalid_request"},
		{name: "JSON file object", path: recognizeURL, ct: "application/json", body: `{"image":{"url":"x"}}`, status: 422, code: "invalid_request"},
		{name: "JSON not base64", path: recognizeURL, ct: "application/json", body: `{"image":"@@@"}`, status: 422, code: "invalid_request", says: "base64"},
		{name: "JSON empty file", path: recognizeURL, ct: "application/json", body: `{"image":""}`, status: 422, code: "invalid_request", says: "empty"},
		{name: "JSON http URL", path: recognizeURL, ct: "application/json", body: `{"image":"http://169.254.169.254/latest"}`, status: 422, code: "invalid_request", says: "fetches nothing"},
		{name: "JSON https URL", path: documentURL, ct: "application/json", body: `{"file":" HTTPS://example.org/a.pdf"}`, status: 422, code: "invalid_request", says: "fetches nothing"},
		{name: "JSON file URL", path: documentURL, ct: "application/json", body: `{"file":"file:///etc/passwd"}`, status: 422, code: "invalid_request"},
		{name: "JSON data URI without base64", path: recognizeURL, ct: "application/json", body: `{"image":"data:text/plain,hi"}`, status: 422, code: "invalid_request"},
		{name: "JSON nested option", path: recognizeURL, ct: "application/json", body: `{"image":"aGk=","pages":[[1]]}`, status: 422, code: "invalid_request"},
		{name: "JSON object option", path: recognizeURL, ct: "application/json", body: `{"image":"aGk=","pages":{"a":1}}`, status: 422, code: "pages_out_of_range"},
		{name: "JSON image and file", path: recognizeURL, ct: "application/json", body: `{"image":"aGk=","file":"aGk="}`, status: 422, code: "invalid_request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := *a
			a.t = t
			var r reply
			if c.form != nil {
				r = a.postForm(c.path, c.form)
			} else {
				r = a.post(c.path, c.ct, []byte(c.body))
			}
			b := r.want(c.status, c.code)
			if !strings.Contains(b["detail"].(string), c.says) {
				t.Errorf("detail %q does not say %q", b["detail"], c.says)
			}
			if h := a.get("/health"); h.status != 200 {
				t.Errorf("health %d afterwards", h.status)
			}
		})
	}
}

func TestBadPages(t *testing.T) {
	a := start(t, scripted())
	for _, v := range []string{"0", "-1", "abc", "5-1", "1-99999999999999999999", "1,,2", "1-2;rm -rf", "%00", "1--2", "r0", "\x00"} {
		b := a.postForm(documentURL, newForm().file("file", "a.pdf", "pages:1").field("pages", v)).want(422, "pages_out_of_range")
		if e := b["errors"].([]any); len(e) != 1 || e[0].(map[string]any)["field"] != "pages" {
			t.Errorf("pages=%q: errors %v", v, e)
		}
	}
}

// TestAllErrorsAtOnce checks that a client need not fix options one by one.
func TestAllErrorsAtOnce(t *testing.T) {
	a := start(t, scripted())
	b := a.postForm(recognizeURL, newForm().file("image", "a", "x").field("task", "x").field("dpi", "x").field("pages", "x")).want(422, "invalid_request")
	var fields []string
	for _, e := range b["errors"].([]any) {
		fields = append(fields, e.(map[string]any)["field"].(string))
	}
	if strings.Join(fields, " ") != "task pages dpi" {
		t.Errorf("fields %v", fields)
	}
}

func TestHostileNames(t *testing.T) {
	var name string
	p := fakePipeline{func(ctx ctxt, src *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		name = src.Name
		return play(ctx, parseScript("pages:1"), emit)
	}}
	a := start(t, p)
	for _, c := range []struct{ sent, shown string }{
		{"../../../../etc/passwd.png", "passwd.png"},
		{`C:\\fakepath\\scan.png`, "scan.png"},
		{"a%00%0d%0aX-Evil: 1.png", "a%00%0d%0aX-Evil: 1.png"},
		{"a\x00b\x01.png", "ab.png"},
		{"bad\xff.png", "bad.png"},
		{"right\u202eto.png", "rightto.png"},
		{strings.Repeat("a", 20000) + ".png", strings.Repeat("a", 100) + "…"},
		{"..", ".."},
	} {
		r := a.postForm(recognizeURL, newForm().file("image", c.sent, "pages:1"))
		if r.status != 200 && r.status != 400 {
			t.Errorf("%.40q: %d", c.sent, r.status)
		}
		if r.status == 200 && name != c.shown {
			t.Errorf("%.40q is shown as %q", c.sent, name)
		}
	}
}

func TestManyParts(t *testing.T) {
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.MaxBatchFiles = 10 })
	options, files, batch := newForm().file("image", "a", "pages:1"), newForm(), newForm()
	for i := range 10000 {
		options.field(fmt.Sprintf("f%d", i), "x")
	}
	for i := range 1000 {
		files.file("image", fmt.Sprint(i), "pages:1")
		batch.file("images", fmt.Sprint(i), "pages:1")
	}
	a.postForm(recognizeURL, options).want(422, "invalid_request")
	a.postForm(recognizeURL, files).want(422, "invalid_request")
	if b := a.postForm(batchURL, batch).want(422, "invalid_request"); !strings.Contains(b["detail"].(string), "10 files") {
		t.Errorf("detail %q", b["detail"])
	}
}

func TestUploadLimit(t *testing.T) {
	a := start(t, scripted())
	big := strings.Repeat("x", 4<<20)
	a.postForm(documentURL, newForm().file("file", "a", big)).want(200, "")
	b := a.postForm(documentURL, newForm().file("file", "a", big+"x")).want(413, "too_large")
	if !strings.Contains(b["detail"].(string), "4194304") {
		t.Errorf("detail %q", b["detail"])
	}
	a.post(documentURL, "application/pdf", []byte(big+"x")).want(413, "too_large")
	a.postForm(batchURL, newForm().file("images", "a", big).file("images", "b", big)).want(413, "too_large")
	a.postForm(batchURL, newForm().file("images", "a", big).file("images", "b", big[:1<<19])).want(413, "too_large")
	asJSON := func(content string) []byte {
		return []byte(`{"file":"` + base64.StdEncoding.EncodeToString([]byte(content)) + `"}`)
	}
	a.post(documentURL, "application/json", asJSON(big)).want(200, "")
	a.post(documentURL, "application/json", asJSON(big+"x")).want(413, "too_large")
	// Without a Content-Length the limit is met while reading.
	req := a.request("POST", documentURL, "application/pdf", nil)
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader(big+big+big)), -1
	a.do(req).want(413, "too_large")
}

// TestEarlyRefusal promises a large body and expects the answer before it is sent.
func TestEarlyRefusal(t *testing.T) {
	a := start(t, scripted())
	conn := a.dial()
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pdf\r\nContent-Length: 999999999999\r\nExpect: 100-continue\r\n\r\n", documentURL)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 413 {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestCompressedBodies(t *testing.T) {
	a := start(t, scripted())
	send := func(encoding string, body []byte) reply {
		req := a.request("POST", documentURL, "application/pdf", body)
		req.Header.Set("Content-Encoding", encoding)
		return a.do(req)
	}
	send("gzip", gzipped(t, "pages:2")).want(200, "")
	send("zstd", zstded(t, "pages:2")).want(200, "")
	send("identity", []byte("pages:2")).want(200, "")
	send("gzip", []byte("not gzip at all")).want(400, "malformed_body")
	send("zstd", []byte("not zstd at all")).want(400, "malformed_body")
	send("gzip", gzipped(t, "pages:2")[:20]).want(400, "malformed_body")
	send("zstd", zstded(t, strings.Repeat("pages:2 ", 1000))[:20]).want(400, "malformed_body")
	send("br", []byte("x")).want(415, "unsupported_media")
	send("gzip, gzip", []byte("x")).want(415, "unsupported_media")
	bomb := strings.Repeat("\x00", 8<<20)
	send("gzip", gzipped(t, bomb)).want(413, "too_large")
	send("zstd", zstded(t, bomb)).want(413, "too_large")
	form, ct := newForm().file("file", "a", bomb).encode()
	small, smallType := newForm().file("file", "a", "pages:1").encode()
	for _, c := range []struct{ ct, body string }{
		{ct, string(form)},
		{smallType, string(small) + bomb}, // after the last boundary
	} {
		req := a.request("POST", documentURL, c.ct, gzipped(t, c.body))
		req.Header.Set("Content-Encoding", "gzip")
		a.do(req).want(413, "too_large")
	}
}

// TestRefusedSenderSeesAnswer sends a large form whose first part is wrong, as
// clients do that read only after they have sent everything.
func TestRefusedSenderSeesAnswer(t *testing.T) {
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.MaxUploadBytes = 64 << 20 })
	form, ct := newForm().field("nonsense", "x").file("file", "a", strings.Repeat("x", 32<<20)).encode()
	conn := a.dial()
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", documentURL, ct, len(form), form); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 422 {
		t.Errorf("status %d", res.StatusCode)
	}
}

func gzipped(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstded(t *testing.T, s string) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll([]byte(s), nil)
}

func TestHugeHeader(t *testing.T) {
	a := start(t, scripted())
	req := a.request("GET", "/health", "", nil)
	req.Header.Set("X-A", strings.Repeat("a", 200000))
	if r := a.doUnchecked(req); r.status != 431 {
		t.Errorf("status %d", r.status)
	}
}

// TestSlowSender sends a byte at a time, far below the rate that is served.
func TestSlowSender(t *testing.T) {
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.IdleTimeout = 200 * time.Millisecond })
	conn := a.dial()
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pdf\r\nContent-Length: 1000\r\n\r\n", documentURL)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				if _, err := conn.Write([]byte("x")); err != nil {
					return
				}
			}
		}
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	close(stop)
	<-stopped
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 408 {
		t.Errorf("status %d", res.StatusCode)
	}
}

// TestNothingStaysBehind spools uploads and expects an empty folder afterwards.
func TestNothingStaysBehind(t *testing.T) {
	dir := t.TempDir()
	var seen []*document.Source
	a := start(t, fakePipeline{func(ctx ctxt, src *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		seen = append(seen, src)
		return play(ctx, parseScript("pages:1"), emit)
	}}, func(c *server.Config, _ *deps) { c.TempDir = dir })
	big := "pages:1 " + strings.Repeat("x", 2<<20)
	a.postForm(documentURL, newForm().file("file", "a", big)).want(200, "")
	a.postForm(documentURL, newForm().file("file", "a", big).field("nonsense", "x")).want(422, "invalid_request")
	a.stop()
	a.done <- <-a.done // the handlers have returned
	for _, src := range seen {
		if _, err := src.File().Stat(); err == nil {
			t.Error("an upload is still open")
		}
	}
	if len(seen) != 1 {
		t.Errorf("%d documents read", len(seen))
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestNoRoomForUploads(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	a := start(t, scripted(), func(c *server.Config, _ *deps) { c.TempDir = dir })
	b := a.postForm(documentURL, newForm().file("file", "a", strings.Repeat("x", 2<<20))).want(500, "internal")
	if strings.Contains(b["detail"].(string), dir) {
		t.Errorf("detail %q names a path", b["detail"])
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

func (a *api) dial() net.Conn {
	a.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(a.base, "http://"))
	if err != nil {
		a.t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(15 * time.Second))
	return conn
}
