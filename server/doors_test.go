package server_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/server"
)

// keyed is a server with one API key.
func keyed(cfg *server.Config, _ *deps) { cfg.APIKeys = []string{"a key of the tests"} }

// put sends a body with a file's name.
func (a *api) put(path, name, body string) reply {
	a.t.Helper()
	req := a.request(http.MethodPut, path, "application/pdf", []byte(body))
	if name != "" {
		req.Header.Set("X-Filename", name)
	}
	return a.do(req)
}

// says wants a status and a text in the body.
func (r reply) says(status int, text string) {
	r.t.Helper()
	if r.status != status || !strings.Contains(string(r.body), text) {
		r.t.Errorf("%d %s, want %d and %q", r.status, r.body, status, text)
	}
}

func TestDoorsAreShut(t *testing.T) {
	a := start(t, scripted(), func(cfg *server.Config, _ *deps) { cfg.Doors = []string{"docling"} })
	a.doUnchecked(a.request(http.MethodPut, "/process", "application/pdf", []byte("pages:1"))).want(404, "not_found")
	a.postForm("/v1/convert/file", newForm().file("files", "a.pdf", "pages:1")).want(200, "")
	cfg := server.DefaultConfig()
	cfg.Doors = []string{"doklin"}
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), `"doklin", known are docling`) {
		t.Errorf("an unknown door gives %v", err)
	}
}

// TestDoorsWantKeys as our own API does, and say so in their own form.
func TestDoorsWantKeys(t *testing.T) {
	a := start(t, scripted(), keyed)
	for path, send := range map[string]func(*http.Request) reply{
		"/v1/convert/source": a.do,
		"/process":           a.do,
	} {
		method := http.MethodPost
		if path == "/process" {
			method = http.MethodPut
		}
		if r := send(a.request(method, path, "application/json", []byte("{}"))); r.status != 401 || r.json()["detail"] == nil {
			t.Errorf("%s without a key: %d %s", path, r.status, r.body)
		}
	}
	req := a.request(http.MethodPut, "/process", "application/pdf", []byte("pages:1"))
	req.Header.Set("Authorization", "Bearer a key of the tests")
	a.do(req).says(200, "text of page 1")
}

func TestOpenWebUI(t *testing.T) {
	a := start(t, scripted())
	var got []struct {
		Content  string         `json:"page_content"`
		Metadata map[string]any `json:"metadata"`
	}
	r := a.put("/process", "M%C3%A4rz%20%2F2.pdf", "pages:2 fail:2")
	if err := json.Unmarshal(r.body, &got); r.status != 200 || err != nil || len(got) != 2 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if got[0].Content != "**text of page 1**" || got[0].Metadata["page"] != 0.0 || got[0].Metadata["source"] != "2.pdf" {
		t.Errorf("page 1 is %+v", got[0])
	}
	if got[1].Content != "<!-- page 2 could not be read: page 2 failed -->" || got[1].Metadata["status"] != "failed" {
		t.Errorf("page 2 is %+v", got[1])
	}
	a.put("/process", "", "error:password_required").says(422, `{"detail":"scripted password_required","code":"password_required"}`)
	a.put("/process", "", "").says(400, "no body")
	blank := start(t, fakePipeline{func(_ ctxt, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		sum := document.Summary{Total: 1, Pages: 1, OK: 1}
		emit(document.Event{Kind: document.EventAccepted, Summary: sum})
		emit(document.Event{Kind: document.EventPage, Summary: sum, Page: &document.PageResult{Number: 1, Status: document.StatusOK}})
		return &document.Result{Status: document.StatusOK, Summary: sum}, nil
	}})
	blank.put("/process", "", "x").says(422, "No extractable text") // which Open WebUI looks for
}

func TestDocling(t *testing.T) {
	var opts document.Options
	a := start(t, fakePipeline{func(ctx ctxt, src *document.Source, o document.Options, emit func(document.Event)) (*document.Result, error) {
		opts = o
		return scripted().run(ctx, src, o, emit)
	}})
	a.lenient = true // of docling's other options the contract knows nothing
	type answer struct {
		Document struct {
			Filename string  `json:"filename"`
			Markdown *string `json:"md_content"`
			Text     *string `json:"text_content"`
		} `json:"document"`
		Status string           `json:"status"`
		Errors []map[string]any `json:"errors"`
	}
	read := func(r reply) (got answer) {
		t.Helper()
		if err := json.Unmarshal(r.body, &got); r.status != 200 || err != nil {
			t.Fatalf("%d %s", r.status, r.body)
		}
		return got
	}

	// As Open WebUI calls it.
	got := read(a.postForm("/v1/convert/file", newForm().field("image_export_mode", "placeholder").file("files", "/data/März.pdf", "pages:2")))
	if got.Document.Filename != "März.pdf" || *got.Document.Markdown != "**text of page 1**\n\n**text of page 2**" || got.Document.Text != nil || got.Status != "success" {
		t.Errorf("gives %+v", got)
	}
	if opts.TableFormat != document.TableMarkdown {
		t.Errorf("tables come as %q", opts.TableFormat)
	}

	form := newForm().file("files", "a.pdf", "pages:3 fail:2").field("to_formats", "md").field("to_formats", "text").
		field("page_range", "1").field("page_range", "3").field("image_export_mode", "embedded").field("md_page_break_placeholder", "<!-- break -->").
		field("do_ocr", "true").field("pipeline", "vlm").field("document_timeout", "60")
	got = read(a.postForm("/v1/convert/file", form))
	if want := "**text of page 1**\n\n<!-- break -->\n\n<!-- page 2 could not be read: page 2 failed -->\n\n<!-- break -->\n\n**text of page 3**"; *got.Document.Markdown != want || *got.Document.Text == "" {
		t.Errorf("gives %q", *got.Document.Markdown)
	}
	if got.Status != "partial_success" || len(got.Errors) != 1 || got.Errors[0]["page_no"] != 2.0 || got.Errors[0]["component_type"] != "model" {
		t.Errorf("ends with %s, %v", got.Status, got.Errors)
	}
	if opts.Images != document.ImagesInline || !reflect.DeepEqual(opts.Pages, parsed(t, "1-3")) {
		t.Errorf("asks for %+v", opts)
	}

	source := `{"sources":[{"kind":"file","base64_string":"` + base64.StdEncoding.EncodeToString([]byte("pages:1")) + `","filename":"b.pdf"}],` +
		`"options":{"to_formats":"text","page_range":[1,9223372036854775807],"vlm_pipeline_custom_config":{"a":[1]},"document_timeout":null},"target":{"kind":"inbody"}}`
	if r := a.postForm("/v1/convert/file", newForm().file("files", "a", "x").field("to_formats", "html").field("to_formats", "json")); !strings.Contains(string(r.body), `"json_content":{},"html_content":"{}"`) {
		t.Errorf("gives %s", r.body)
	}
	if got = read(a.post("/v1/convert/source", "application/json", []byte(source))); got.Document.Filename != "b.pdf" || *got.Document.Text != "text of page 1" || got.Document.Markdown != nil {
		t.Errorf("gives %+v", got)
	}
}

func TestDoclingRefuses(t *testing.T) {
	a := start(t, scripted())
	for says, form := range map[string]*formBody{
		"no file in files":                  newForm().field("to_formats", "md"),
		"2 files":                           newForm().file("files", "a", "x").file("files", "b", "y"),
		"does not write \\\"yaml\\\"":       newForm().file("files", "a", "x").field("to_formats", "yaml"),
		"first and the last page":           newForm().file("files", "a", "x").field("page_range", "3").field("page_range", "1"),
		"does not do that":                  newForm().file("files", "a", "x").field("do_picture_description", "True"),
		"referenced":                        newForm().file("files", "a", "x").field("image_export_mode", "referenced"),
		"number of seconds":                 newForm().file("files", "a", "x").field("document_timeout", "soon"),
		"artifact storage to be configured": newForm().file("files", "a", "x").field("target_type", "presigned_url"), // which docling's client looks for
		"the file is empty":                 newForm().file("files", "a", ""),
		"scripted unreadable":               newForm().file("files", "a", "error:unreadable_document"),
	} {
		r := a.postForm("/v1/convert/file", form)
		if detail, _ := r.json()["detail"].(string); r.status != 422 || !strings.Contains(string(r.body), says) || detail == "" {
			t.Errorf("%q: %d %s", says, r.status, r.body)
		}
	}
	a.postForm("/v1/convert/file", newForm().file("files", "a", "pages:2 fail:1").field("abort_on_error", "true")).says(502, "page 1: page 1 failed")
	for says, body := range map[string]string{
		"fetches nothing": `{"sources":[{"kind":"http","url":"https://example.org/a.pdf"}]}`,
		"0 sources":       `{"sources":[]}`,
		"is not base64":   `{"sources":[{"kind":"file","base64_string":"%%"}]}`,
		"is missing":      `{"sources":[{"kind":"file"}]}`,
		`\"s3\" cannot`:   `{"sources":[{"kind":"s3"}]}`,
		"calls nobody":    `{"sources":[{"kind":"file","base64_string":"eA=="}],"callbacks":[{"url":"http://a"}]}`,
		"must not be":     `{"sources":{"kind":"file"}}`,
		"must be a base":  `{"sources":[{"kind":"file","base64_string":1}]}`,
	} {
		a.post("/v1/convert/source", "application/json", []byte(body)).says(422, says)
	}
	a.post("/v1/convert/source", "application/json", []byte(`{"sources":`+strings.Repeat("[", 100))).says(400, "nested deeper")
	a.post("/v1/convert/source", "application/json", []byte(`{"sources":"`+strings.Repeat("x", 2<<20))).says(400, "longer than")
	a.post("/v1/convert/file", "application/json", []byte(`{}`)).says(415, "multipart/form-data")
}

func parsed(t *testing.T, pages string) document.PageRange {
	t.Helper()
	p, err := document.ParsePageRange(pages)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestDoclingTasks in the order of docling's client: submit, poll, fetch.
func TestDoclingTasks(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	task := func(script string) string {
		t.Helper()
		id := a.postForm("/v1/convert/file/async", newForm().file("files", "a.pdf", script).field("to_formats", "text").field("to_formats", "json")).want(200, "")["task_id"].(string)
		for {
			if status := a.get("/v1/status/poll/"+id+"?wait=5").want(200, "")["task_status"]; status == "success" || status == "failure" {
				return id
			}
		}
	}
	done := a.get("/v1/result/"+task("pages:2 fail:2")).want(200, "")
	document := done["document"].(map[string]any)
	if done["status"] != "partial_success" || document["text_content"] != "text of page 1" || document["filename"] != "a.pdf" || document["json_content"] == nil || document["md_content"] != nil {
		t.Errorf("gives %v", done)
	}
	failed := a.get("/v1/result/"+task("error:unreadable_document")).want(200, "")
	if why := failed["failure"].(map[string]any); failed["kind"] != "TaskFailureResult" || why["category"] != "backend_failure" || why["message"] == "" {
		t.Errorf("a damaged document gives %v", failed)
	}
	a.get("/v1/result/019346a8-6c1e-7d5a-9f0e-3b1c2a4d5e6f").says(404, "Task not found.")
	a.doUnchecked(a.request("GET", "/v1/status/poll/none?wait=soon", "", nil)).says(422, "number of seconds")
	a.postForm("/v1/convert/file/async", newForm().file("files", "a", "x").field("abort_on_error", "true")).says(422, "while the client waits")
	start(t, scripted()).postForm("/v1/convert/file/async", newForm().file("files", "a", "x")).says(501, "keeps no jobs")
}
