package server_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ocr-gateway/document"
)

func TestRecognizeOnePage(t *testing.T) {
	a := start(t, scripted())
	b := a.postForm("/api/ocr/recognize", newForm().field("task", "text").file("image", "a.png", "pages:1")).want(200, "")
	if b["text"] != "text of page 1" || b["task"] != "text" || b["status"] != "ok" || b["engine"] != "fake" {
		t.Errorf("answer %v", b)
	}
	if _, there := b["pages"]; there {
		t.Error("one page must not be listed apart")
	}
	page := b["page"].(map[string]any)
	if page["number"] != 1.0 || page["width"] != 100.0 || page["height"] != 200.0 {
		t.Errorf("page %v", page)
	}
}

func TestRecognizeEveryPage(t *testing.T) {
	a := start(t, scripted())
	b := a.postForm("/api/ocr/recognize", newForm().file("image", "a.pdf", "pages:3 fail:2")).want(200, "")
	if b["text"] != "text of page 1\n\ntext of page 3" || b["status"] != "partial" {
		t.Errorf("text %q, status %v", b["text"], b["status"])
	}
	if n := len(b["pages"].([]any)); n != 3 {
		t.Errorf("%d pages", n)
	}
	if n := len(b["regions"].([]any)); n != 2 {
		t.Errorf("%d regions", n)
	}
}

// TestOptionsReachThePipeline sends the same options in every way.
func TestOptionsReachThePipeline(t *testing.T) {
	var got document.Options
	var name, content string
	p := scripted()
	run := p.run
	p.run = func(ctx ctxt, src *document.Source, o document.Options, emit func(document.Event)) (*document.Result, error) {
		got, name = o, src.Name
		content = read(src)
		return run(ctx, src, o, emit)
	}
	a := start(t, p)
	a.lenient = true // "No" and null, too
	b64 := base64.StdEncoding.EncodeToString([]byte("pages:1"))
	for what, send := range map[string]func() reply{
		"options first": func() reply {
			return a.postForm("/api/ocr/recognize", newForm().field("task", "table").field("pages", "1-5,8").field("password", "s3cret").field("dpi", "200").field("enable_layout", "false").file("image", "x.png", "pages:1"))
		},
		"options last": func() reply {
			return a.postForm("/api/ocr/recognize", newForm().file("image", "x.png", "pages:1").field("task", "Table ").field("pages", "1-5,8").field("password", "s3cret").field("dpi", "200").field("enable_layout", "No"))
		},
		"field file": func() reply {
			return a.postForm("/api/ocr/recognize?task=table&pages=1-5,8&password=s3cret&dpi=200", newForm().file("file", "x.png", "pages:1").field("enable_layout", "0"))
		},
		"JSON": func() reply {
			return a.post("/api/ocr/recognize", "application/json", []byte(`{"image":"`+b64+`","task":"table","pages":["1-5",8],"password":"s3cret","dpi":200,"enable_layout":false,"deadline_ms":null}`))
		},
		"data URI": func() reply {
			return a.post("/api/ocr/recognize?enable_layout=off", "application/json; charset=utf-8", []byte(`{"image":"DATA:image/png;base64,`+b64+`","task":"table","pages":"1-5,8","password":"s3cret","dpi":"200"}`))
		},
		"raw": func() reply {
			return a.post("/api/ocr/recognize?task=table&pages=1-5%2C8&password=s3cret&dpi=200&enable_layout=false", "image/png", []byte("pages:1"))
		},
		"raw PDF": func() reply {
			return a.post("/api/ocr/recognize?task=table&pages=1-5,8&password=s3cret&dpi=200&enable_layout=false", "application/pdf", []byte("pages:1"))
		},
		"no type": func() reply {
			return a.post("/api/ocr/recognize?task=table&pages=1-5,8&password=s3cret&dpi=200&enable_layout=false", "", []byte("pages:1"))
		},
	} {
		t.Run(what, func(t *testing.T) {
			got, content = document.Options{}, ""
			send().want(200, "")
			pages, _, _ := got.Pages.Resolve(9)
			if got.Task != document.TaskTable || len(pages) != 6 || got.Password != "s3cret" || got.DPI != 200 || got.Layout {
				t.Errorf("options %+v", got)
			}
			if content != "pages:1" {
				t.Errorf("content %q", content)
			}
		})
	}
	a.postForm("/api/ocr/document", newForm().file("image", "y.png", "pages:1")).want(200, "")
	if got.Task != document.TaskDocument || !got.Layout || name != "y.png" {
		t.Errorf("defaults %+v, name %q", got, name)
	}
	if strings.Contains(a.logged(), "s3cret") {
		t.Error("the password is in the log")
	}
}

func TestWishesForTheMarkdownReachThePipeline(t *testing.T) {
	var got document.Options
	p := scripted()
	run := p.run
	p.run = func(ctx ctxt, src *document.Source, o document.Options, emit func(document.Event)) (*document.Result, error) {
		got = o
		return run(ctx, src, o, emit)
	}
	a := start(t, p)
	a.lenient = true // "yes", too
	form := func(field string) *formBody {
		return newForm().file(field, "a", "pages:2").field("table_format", "markdown")
	}
	for _, path := range []string{documentURL, recognizeURL} {
		b := a.postForm(path, form("image").field("images", "ref").field("join_tables", "true")).want(200, "")
		if got.TableFormat != document.TableMarkdown || got.Images != document.ImagesRef || !got.JoinTables || got.ImagePrefix != "" {
			t.Errorf("%s: options %+v", path, got)
		}
		if b["markdown"] != "**text of page 1** (joined)\n\n**text of page 2**" {
			t.Errorf("%s: joined too late: %q", path, b["markdown"])
		}
	}
	a.postForm(streamURL, form("image").field("images", "inline"))
	if got.TableFormat != document.TableMarkdown || got.Images != document.ImagesInline || got.JoinTables {
		t.Errorf("stream: options %+v", got)
	}
	a.postForm(batchURL, form("images").field("join_tables", "yes")).want(200, "")
	if got.TableFormat != document.TableMarkdown || got.Images != "" || !got.JoinTables {
		t.Errorf("batch: options %+v", got)
	}
}

func TestWishesThatAnAnswerCannotGrant(t *testing.T) {
	a := start(t, scripted())
	for _, c := range []struct {
		accept, option, value string
		status                int
	}{
		{"application/x-ndjson", "join_tables", "true", 422},
		{"application/x-ndjson", "join_tables", "false", 200},
		{"application/x-ndjson", "images", "ref", 200},
		{"text/markdown", "images", "ref", 422},
		{"text/markdown", "images", "inline", 200},
		{"text/markdown", "join_tables", "true", 200},
		{"text/plain", "images", "ref", 422},
	} {
		body, contentType := newForm().file("image", "a", "pages:1").field(c.option, c.value).encode()
		req := a.request("POST", documentURL, contentType, body)
		req.Header.Set("Accept", c.accept)
		if r := a.do(req); r.status != c.status {
			t.Errorf("%s=%s as %s: %d, want %d: %s", c.option, c.value, c.accept, r.status, c.status, r.body)
		}
	}
}

// TestPicturesTravel checks where named images stand in each kind of answer.
func TestPicturesTravel(t *testing.T) {
	p := fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		return play(ctx, parseScript("pages:2"), func(e document.Event) {
			if e.Page != nil {
				name := fmt.Sprintf("page-%d-region-1.png", e.Page.Number)
				e.Page.Regions[0].Type, e.Page.Regions[0].Image = document.RegionImage, name
				e.Page.Images = map[string][]byte{name: []byte("png")}
			}
			emit(e)
		})
	}}
	a := start(t, p)
	form := func() *formBody { return newForm().file("image", "a", "x").field("images", "ref") }
	images := func(v any) string { b, _ := json.Marshal(v.(map[string]any)["images"]); return string(b) }
	const first, second = `"page-1-region-1.png":"cG5n"`, `"page-2-region-1.png":"cG5n"`

	b := a.postForm(documentURL, form()).want(200, "")
	if pages := b["pages"].([]any); images(pages[0]) != "{"+first+"}" || images(pages[1]) != "{"+second+"}" {
		t.Errorf("document: %v", pages)
	}
	b = a.postForm(recognizeURL, form()).want(200, "")
	if images(b) != "{"+first+","+second+"}" || images(b["pages"].([]any)[0]) != "null" {
		t.Errorf("recognize: %v", b)
	}
	for _, body := range []string{string(a.postForm(streamURL, form()).body), string(a.lines(form()))} {
		if strings.Count(body, first) != 1 || strings.Count(body, second) != 1 {
			t.Errorf("stream: %s", body)
		}
	}
}

// lines asks for a document as NDJSON.
func (a *api) lines(f *formBody) []byte {
	a.t.Helper()
	body, contentType := f.encode()
	req := a.request("POST", documentURL, contentType, body)
	req.Header.Set("Accept", "application/x-ndjson")
	return a.do(req).body
}

func TestBase64Forms(t *testing.T) {
	var got string
	a := start(t, fakePipeline{func(ctx ctxt, src *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		got = read(src)
		return play(ctx, parseScript("pages:1"), emit)
	}})
	content := "pages:1 \xff\xfe\xfb\xef??>>~~"
	for _, s := range []string{
		base64.StdEncoding.EncodeToString([]byte(content)),
		base64.RawStdEncoding.EncodeToString([]byte(content)),
		base64.URLEncoding.EncodeToString([]byte(content)),
		base64.RawURLEncoding.EncodeToString([]byte(content)),
		base64.StdEncoding.EncodeToString([]byte(content))[:20] + "\r\n" + base64.StdEncoding.EncodeToString([]byte(content))[20:] + "\n",
	} {
		for _, prefix := range []string{"", "  ", "data:;base64,", "Data:image/png;name=a;base64, "} {
			body, _ := json.Marshal(map[string]string{"file": prefix + s})
			slashed := bytes.ReplaceAll(bytes.ReplaceAll(body, []byte("/"), []byte(`\/`)), []byte("+"), []byte(`\u002b`))
			for _, b := range [][]byte{body, slashed} {
				got = ""
				if r := a.post("/api/ocr/document", "application/json", b); r.status != 200 || got != content {
					t.Errorf("%s: %d %q", b, r.status, got)
				}
			}
		}
	}
	for _, s := range []string{"@@@@", "QQ==Q", "Q", "é", `\"`, "data:image/png,QQ==", "data:;base64", "QQ\u00e9"} {
		if r := a.post("/api/ocr/document", "application/json", []byte(`{"file":"`+s+`"}`)); r.status != 422 {
			t.Errorf("%q: %d %s", s, r.status, r.body)
		}
	}
}

func TestNegotiation(t *testing.T) {
	a := start(t, scripted())
	for _, c := range []struct {
		accept, media string
		status        int
	}{
		{"", "application/json", 200},
		{"*/*", "application/json", 200},
		{"application/*", "application/json", 200},
		{"text/markdown", "text/markdown; charset=utf-8", 200},
		{"text/plain, application/json;q=0.5", "text/plain; charset=utf-8", 200},
		{"text/*", "text/markdown; charset=utf-8", 200},
		{"text/csv, */*;q=0.1", "application/json", 200},
		{"application/json;q=0, */*", "text/markdown; charset=utf-8", 200},
		{"application/x-binary", "application/x-binary", 200},
		{"text/html", "text/html; charset=utf-8", 200},
		{"text/csv", "application/problem+json", 406},
		{"nonsense", "application/problem+json", 406},
	} {
		body, ct := newForm().file("image", "a", "pages:1").encode()
		req := a.request("POST", "/api/ocr/recognize", ct, body)
		if c.accept != "" {
			req.Header.Set("Accept", c.accept)
		}
		r := a.doUnchecked(req)
		if r.status != c.status || r.header.Get("Content-Type") != c.media {
			t.Errorf("Accept %q gives %d %s", c.accept, r.status, r.header.Get("Content-Type"))
		}
	}
}

// TestFormatByName: the option goes before Accept, and the format gets what it needs.
func TestFormatByName(t *testing.T) {
	a := start(t, scripted())
	for _, c := range []struct {
		path, accept, format, media, body string
		status                            int
	}{
		{"recognize", "", "text", "text/plain; charset=utf-8", "text of page 1\n", 200},
		{"document", "text/markdown", "Text", "text/plain; charset=utf-8", "", 200},
		{"document", "", "words", "application/x-words", "a.pdf word inline", 200},
		{"document", "application/x-words", "", "application/x-words", "a.pdf word inline", 200},
		{"document", "", "wrods", "application/problem+json", "", 422},
		{"document", "", "impossible", "application/problem+json", "", 422},
		{"document/stream", "", "text", "application/problem+json", "", 422},
	} {
		f := newForm().file("file", "a.pdf", "pages:1")
		if c.format != "" {
			f = f.field("format", c.format)
		}
		body, ct := f.encode()
		req := a.request("POST", "/api/ocr/"+c.path, ct, body)
		if c.accept != "" {
			req.Header.Set("Accept", c.accept)
		}
		r := a.doUnchecked(req)
		if r.status != c.status || r.header.Get("Content-Type") != c.media || c.body != "" && strings.TrimSpace(string(r.body)) != strings.TrimSpace(c.body) {
			t.Errorf("%+v: %d %s %s", c, r.status, r.header.Get("Content-Type"), r.body)
		}
	}
}

func TestFormatFailureIsInternal(t *testing.T) {
	a := start(t, scripted())
	a.postForm("/api/ocr/document", newForm().file("file", "a", "pages:1").field("formats", "panicking")).want(500, "internal")
	b := a.postForm("/api/ocr/document", newForm().file("file", "a", "pages:1").field("formats", "broken")).want(500, "internal")
	if strings.Contains(b["detail"].(string), "/secret") || !strings.Contains(a.logged(), "/secret/path") {
		t.Errorf("the reason belongs into the log only: %v", b["detail"])
	}
}

// TestFormatsEndWithTheirRequest: a searchable PDF is drawn page by page once more.
func TestFormatsEndWithTheirRequest(t *testing.T) {
	a := start(t, scripted())
	a.postForm("/api/ocr/document", newForm().file("file", "a", "pages:1").field("formats", "endless").field("deadline_ms", "300")).want(504, "deadline_exceeded")
}

func TestDocument(t *testing.T) {
	a := start(t, scripted())
	b := a.postForm("/api/ocr/document", newForm().file("file", "a.pdf", "pages:3").field("formats", "text, markdown,binary")).want(200, "")
	if b["markdown"] != "**text of page 1**\n\n**text of page 2**\n\n**text of page 3**" {
		t.Errorf("markdown %q", b["markdown"])
	}
	for i, p := range b["pages"].([]any) {
		if n := p.(map[string]any)["number"]; n != float64(i+1) {
			t.Errorf("page %d has number %v", i, n)
		}
	}
	outputs := b["outputs"].(map[string]any)
	if text := outputs["text"].(map[string]any); text["content"] != "text of page 1\n\ntext of page 2\n\ntext of page 3" || text["encoding"] != "utf-8" {
		t.Errorf("text %v", text)
	}
	if bin := outputs["binary"].(map[string]any); bin["encoding"] != "base64" || bin["content"] != "//4A" {
		t.Errorf("binary %v", bin)
	}
}

// TestFailedDocuments checks whose fault a failure is.
func TestFailedDocuments(t *testing.T) {
	a := start(t, scripted())
	for _, c := range []struct {
		script string
		status int
		code   string
	}{
		{"pages:2 fail:1 fail:2", 502, "all_pages_failed"},
		{"pages:2 fail:1 fail:2 phase:raster code:page_failed", 422, "unreadable_document"},
		{"pages:1 fail:1 phase:raster code:page_timeout", 422, "unreadable_document"},
		{"pages:2 fail:1 fail:2 phase:raster code:too_many_pixels", 422, "too_many_pixels"},
		{"pages:1 fail:1 code:task_unsupported", 422, "task_unsupported"},
		{"pages:1 fail:1 code:overloaded", 503, "overloaded"},
		{"error:unsupported_media", 415, "unsupported_media"},
		{"error:too_large", 413, "too_large"},
		{"error:pages_out_of_range", 422, "pages_out_of_range"},
		{"error:password_required", 422, "password_required"},
		{"error:wrong_password", 422, "wrong_password"},
		{"error:too_many_pages", 422, "too_many_pages"},
		{"error:engine_failed", 502, "engine_failed"},
		{"error:deadline_exceeded", 504, "deadline_exceeded"},
		{"error:overloaded", 503, "overloaded"},
		{"panic", 500, "internal"},
	} {
		for _, accept := range []string{"application/json", "application/x-ndjson"} {
			body, ct := newForm().file("file", "a", c.script).encode()
			req := a.request("POST", "/api/ocr/document", ct, body)
			req.Header.Set("Accept", accept)
			r := a.do(req)
			r.want(c.status, c.code)
			if (r.header.Get("Retry-After") != "") != (c.status == 503) {
				t.Errorf("%s: Retry-After %q", c.script, r.header.Get("Retry-After"))
			}
		}
	}
	b := a.postForm("/api/ocr/document", newForm().file("file", "a", "pages:2 fail:1 fail:2")).want(502, "all_pages_failed")
	if errs := b["errors"].([]any); len(errs) != 2 || errs[0].(map[string]any)["page"] != 1.0 {
		t.Errorf("errors %v", errs)
	}
}

func TestDeadline(t *testing.T) {
	p := fakePipeline{func(ctx ctxt, _ *document.Source, _ document.Options, _ func(document.Event)) (*document.Result, error) {
		<-ctx.Done()
		return nil, document.Problemf(document.CodeCanceled, "", "stopped").Because(ctx.Err())
	}}
	a := start(t, p)
	for _, path := range []string{"/api/ocr/recognize", "/api/ocr/document", "/api/ocr/document/stream"} {
		a.postForm(path, newForm().file("image", "a", "x").field("deadline_ms", "20")).want(504, "deadline_exceeded")
	}
	a.postForm("/api/ocr/batch", newForm().file("images", "a", "x").field("deadline_ms", "20")).want(504, "deadline_exceeded")
}

// TestPrompt: a prompt is about the whole page, unless the request asks for regions,
// and only routes that put it to the model take it.
func TestPrompt(t *testing.T) {
	var got document.Options
	p := scripted()
	run := p.run
	p.run = func(ctx ctxt, src *document.Source, o document.Options, emit func(document.Event)) (*document.Result, error) {
		if got = o; o.Prompt == "no" {
			return nil, document.Problemf(document.CodeInvalidRequest, document.PhaseAdmission, "prompts are not allowed")
		}
		return run(ctx, src, o, emit)
	}
	a := start(t, p)
	send := func(url, file string, fields ...string) reply {
		f := newForm().file(file, "x.png", "pages:1")
		for i := 0; i < len(fields); i += 2 {
			f = f.field(fields[i], fields[i+1])
		}
		return a.postForm(url, f)
	}
	for _, c := range []struct {
		fields []string
		layout bool
	}{
		{[]string{"prompt", "What is this?"}, false},
		{[]string{"prompt", "What is this?", "enable_layout", "true"}, true},
		{[]string{"prompt", ""}, true},
	} {
		send("/api/ocr/recognize", "image", c.fields...).want(200, "")
		if got.Prompt != c.fields[1] || got.Layout != c.layout {
			t.Errorf("%q: options %+v", c.fields, got)
		}
	}
	send("/api/ocr/batch", "images", "prompt", "What is this?").want(200, "")
	if got.Prompt != "What is this?" {
		t.Errorf("batch: options %+v", got)
	}
	send("/api/ocr/recognize", "image", "prompt", "no").want(422, "invalid_request")
	send("/api/ocr/recognize", "image", "prompt", strings.Repeat("x", 5000)).want(422, "invalid_request")
	send("/api/ocr/document", "file", "prompt", "What is this?").want(422, "invalid_request")
}
