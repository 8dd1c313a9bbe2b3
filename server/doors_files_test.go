package server_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/server"
)

// illustrated reads one page with a title, a table, a picture and margins, as asked for. opts
// are those of the last document.
func illustrated(opts *document.Options) fakePipeline {
	var mu sync.Mutex // documents of one request are read side by side
	return fakePipeline{func(_ ctxt, _ *document.Source, o document.Options, emit func(document.Event)) (*document.Result, error) {
		mu.Lock()
		*opts = o
		mu.Unlock()
		sure, unsure := .9, .5
		page := &document.PageResult{
			Number: 1, Status: document.StatusOK, Width: 100, Height: 200, DPI: 149.6, Engine: "fake", Text: "Title\n\na\tb", Markdown: "# Title\n\n<table>x</table>",
			Regions: []document.Region{
				{ID: "p1r1", Order: 1, Type: document.RegionTitle, Label: "doc_title", Level: 1, BBox: document.BBox{10, 10, 50, 20}, Status: document.StatusOK, Content: "Title", Confidence: &sure},
				{ID: "p1r2", Order: 2, Type: document.RegionTable, Label: "table", BBox: document.BBox{0, 50, 100, 100}, Status: document.StatusOK, Content: "<table>x</table>", Format: document.FormatHTML, Confidence: &unsure},
				{ID: "p1r3", Order: 3, Type: document.RegionImage, BBox: document.BBox{0, 100, 30, 150}, Status: document.StatusOK},
				{ID: "p1r4", Order: 4, Type: document.RegionFooter, BBox: document.BBox{0, 190, 100, 200}, Status: document.StatusOK, Content: "foot"},
			},
		}
		if o.Images == document.ImagesRef {
			page.Regions[2].Image = "p1r3.png"
			page.Images = map[string][]byte{"p1r3.png": []byte("\x89PNG\r\n\x1a\n")}
		}
		sum := document.Summary{Total: 1, Pages: 1, OK: 1}
		emit(document.Event{Kind: document.EventAccepted, Summary: sum})
		emit(document.Event{Kind: document.EventPage, Summary: sum, Page: page})
		return &document.Result{Status: document.StatusOK, Summary: sum, Model: "m", Engine: "fake", Usage: document.Usage{Pages: 1}}, nil
	}}
}

const dataPDF = "data:application/pdf;base64,cGFnZXM6Mg==" // pages:2

func (a *api) postJSON(path, body string) reply {
	a.t.Helper()
	return a.post(path, "application/json", []byte(body))
}

// mistralAnswer has what clients look at.
type mistralAnswer struct {
	Pages []struct {
		Index    int              `json:"index"`
		Markdown string           `json:"markdown"`
		Images   []map[string]any `json:"images"`
		Tables   []map[string]any `json:"tables"`
		Footer   *string          `json:"footer"`
		Size     map[string]int   `json:"dimensions"`
		Scores   map[string]any   `json:"confidence_scores"`
		Blocks   []map[string]any `json:"blocks"`
	} `json:"pages"`
	Usage map[string]int `json:"usage_info"`
}

func (r reply) mistral() (got mistralAnswer) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, &got); r.status != 200 || err != nil || len(got.Pages) == 0 {
		r.t.Fatalf("%d %s", r.status, r.body)
	}
	return got
}

func TestMistralOCR(t *testing.T) {
	a := start(t, scripted())
	got := a.postJSON("/v1/ocr", `{"model":"mistral-ocr-latest","document":{"type":"document_url","document_url":"`+dataPDF+`","document_name":null},"include_image_base64":null}`).mistral()
	if len(got.Pages) != 2 || got.Pages[1].Index != 1 || got.Pages[1].Markdown != "**text of page 2**" || got.Pages[1].Size["dpi"] != 144 || got.Usage["pages_processed"] != 2 || got.Usage["doc_size_bytes"] != 7 {
		t.Errorf("gives %+v", got)
	}
	lost := base64.StdEncoding.EncodeToString([]byte("pages:2 fail:1"))
	if got = a.postJSON("/v1/ocr", `{"document":{"type":"image_url","image_url":{"url":"`+lost+`"}}}`).mistral(); got.Pages[0].Markdown != "<!-- page 1 could not be read: page 1 failed -->" {
		t.Errorf("a page that failed is %+v", got.Pages[0])
	}
}

func TestMistralOptions(t *testing.T) {
	var opts document.Options
	a := start(t, illustrated(&opts))
	ask := func(more string) mistralAnswer {
		t.Helper()
		return a.postJSON("/v1/ocr", `{"document":{"type":"image_url","image_url":"`+dataPDF+`"}`+more+`}`).mistral()
	}
	page := ask("").Pages[0]
	if !opts.IncludeHeaders || opts.TableFormat != document.TableMarkdown || opts.Images != "" || len(page.Images) != 1 || page.Images[0]["image_base64"] != nil || page.Blocks != nil {
		t.Errorf("by default %+v, asked for %+v", page, opts)
	}
	page = ask(`,"include_image_base64":true,"table_format":"html","extract_footer":true,"include_blocks":true,"confidence_scores_granularity":"page","pages":[0,2]`).Pages[0]
	if !strings.HasPrefix(page.Images[0]["image_base64"].(string), "data:image/png;base64,") || page.Images[0]["id"] != "p1r3.png" || page.Images[0]["bottom_right_y"] != 150.0 {
		t.Errorf("the picture is %v", page.Images)
	}
	if page.Markdown != "# Title\n\n[tbl-0.html](tbl-0.html)" || page.Tables[0]["content"] != "<table>x</table>" || page.Tables[0]["id"] != "tbl-0.html" {
		t.Errorf("the table is %v in %q", page.Tables, page.Markdown)
	}
	if opts.IncludeHeaders || *page.Footer != "foot" || !reflect.DeepEqual(opts.Pages, parsed(t, "1,3")) {
		t.Errorf("the footer is %v, asked for %+v", page.Footer, opts)
	}
	if page.Scores["minimum_page_confidence_score"] != .5 || page.Scores["average_page_confidence_score"].(float64) < .5 {
		t.Errorf("confidence is %v", page.Scores)
	}
	if len(page.Blocks) != 4 || page.Blocks[0]["type"] != "title" || page.Blocks[2]["image_id"] != "p1r3.png" {
		t.Errorf("blocks are %v", page.Blocks)
	}
	if page = ask(`,"include_image_base64":true,"image_limit":0,"pages":"0, 2-3"`).Pages[0]; len(page.Images) != 0 || opts.Images != "" || !reflect.DeepEqual(opts.Pages, parsed(t, "1,3-4")) {
		t.Errorf("with no pictures %v, asked for %+v", page.Images, opts)
	}
	if page = ask(`,"image_min_size":31`).Pages[0]; len(page.Images) != 0 {
		t.Errorf("pictures that are too small: %v", page.Images)
	}
}

func TestMistralRefuses(t *testing.T) {
	a := start(t, scripted())
	for says, body := range map[string]string{
		"fetches nothing":   `{"document":{"type":"document_url","document_url":"https://example.org/a.pdf"}}`,
		"is missing":        `{"document":{"type":"document_url"}}`,
		`no type \"audio\"`: `{"document":{"type":"audio"}}`,
		"no annotations":    `{"document":{"type":"document_url","document_url":"eA=="},"document_annotation_format":{"type":"json_schema"}}`,
		"by page, not":      `{"document":{"type":"document_url","document_url":"eA=="},"confidence_scores_granularity":"word"}`,
		"numbers from 0":    `{"document":{"type":"document_url","document_url":"eA=="},"pages":"first"}`,
		"must not be":       `{"document":"eA=="}`,
		"password":          `{"document":{"type":"document_url","document_url":"` + base64.StdEncoding.EncodeToString([]byte("error:password_required")) + `"}}`,
	} {
		r := a.postJSON("/v1/ocr", body)
		r.says(422, says)
		detail, _ := r.json()["detail"].([]any)
		if len(detail) == 0 || detail[0].(map[string]any)["loc"] == nil || r.json()["object"] != "error" {
			t.Errorf("the SDK cannot read %s", r.body)
		}
	}
	a.postJSON("/v1/ocr", `{"document":{"type":"file","file_id":"none"}}`).says(404, `"type":"invalid_request_error"`)
}

// TestMistralFiles in the order of Open WebUI: upload, address, read, delete.
func TestMistralFiles(t *testing.T) {
	a := start(t, scripted(), func(cfg *server.Config, _ *deps) { cfg.APIKeys = []string{"the first key", "the second key"} })
	as := func(key, method, path, contentType, body string) reply {
		req := a.request(method, path, contentType, []byte(body))
		req.Header.Set("Authorization", "Bearer the "+key+" key")
		return a.do(req)
	}
	form, contentType := newForm().field("purpose", "ocr").file("file", "März.pdf", "pages:2").encode()
	file := as("first", "POST", "/v1/files", contentType, string(form)).want(200, "")
	id := file["id"].(string)
	if file["filename"] != "März.pdf" || file["bytes"] != 7.0 || file["purpose"] != "ocr" {
		t.Errorf("is kept as %v", file)
	}
	address := as("first", "GET", "/v1/files/"+id+"/url?expiry=1", "", "").want(200, "")["url"].(string)
	ask := func(key, document string) reply {
		return as(key, "POST", "/v1/ocr", "application/json", `{"document":`+document+`}`)
	}
	byAddress, byID := `{"type":"document_url","document_url":"`+address+`"}`, `{"type":"file","file_id":"`+id+`"}`
	if len(ask("first", byAddress).mistral().Pages) != 2 || len(ask("first", byID).mistral().Pages) != 2 {
		t.Error("not all pages are read")
	}
	for _, document := range []string{byAddress, byID} {
		ask("second", document).says(404, "there is no file")
	}
	as("second", "DELETE", "/v1/files/"+id, "", "").says(404, "there is no file")
	if r := as("first", "GET", "/v1/files/"+id+"/content", "", ""); string(r.body) != "pages:2" {
		t.Errorf("holds %q", r.body)
	}
	if all := as("first", "GET", "/v1/files", "", "").want(200, ""); all["total"] != 1.0 {
		t.Errorf("lists %v", all)
	}
	if all := as("second", "GET", "/v1/files", "", "").want(200, ""); all["total"] != 0.0 {
		t.Errorf("another client sees %v", all)
	}
	if gone := as("first", "DELETE", "/v1/files/"+id, "", "").want(200, ""); gone["deleted"] != true {
		t.Errorf("is deleted as %v", gone)
	}
	ask("first", byID).says(404, "there is no file")
	form, contentType = newForm().field("purpose", "fine-tune").file("file", "a.jsonl", "x").encode()
	as("first", "POST", "/v1/files", contentType, string(form)).says(422, "purpose ocr")
	if r := as("no", "GET", "/v1/files", "", ""); r.status != 401 {
		t.Errorf("without a key: %d", r.status)
	}
}

func TestTika(t *testing.T) {
	a := start(t, scripted())
	named := func(path, accept string) *http.Request {
		req := a.request(http.MethodPut, path, "application/pdf", []byte("pages:2 fail:2"))
		req.Header.Set("Content-Disposition", "attachment; filename*=UTF-8''M%C3%A4rz.pdf")
		if accept != "" {
			req.Header.Set("Accept", accept)
		}
		return req
	}
	if r := a.do(named("/tika", "")); string(r.body) != "text of page 1" || r.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("PUT /tika gives %s %q", r.header, r.body)
	}
	var list []map[string]any
	if err := json.Unmarshal(a.do(named("/rmeta/text", "")).body, &list); err != nil || len(list) != 1 {
		t.Fatalf("/rmeta/text gives %v, %v", list, err)
	}
	for what, m := range map[string]map[string]any{
		"/rmeta/text": list[0], "/tika/text": a.do(named("/tika/text", "application/json")).want(200, ""), "/tika as JSON": a.do(named("/tika", "application/json")).want(200, ""),
	} {
		if m["X-TIKA:content"] != "text of page 1" || m["resourceName"] != "März.pdf" || m["xmpTPg:NPages"] != "2" || !reflect.DeepEqual(m["X-TIKA:EXCEPTION:warn"], []any{"page 2: page 2 failed"}) {
			t.Errorf("%s gives %v", what, m)
		}
	}
	if m := a.do(named("/tika/ignore", "")).want(200, ""); m["X-TIKA:content"] != nil {
		t.Errorf("metadata alone is %v", m)
	}
	a.doUnchecked(named("/tika", "text/html")).says(200, "{}") // by a format of the tests
	a.do(named("/tika/none", "")).says(422, `no handler \"none\"`)
	r := a.put("/tika/text", "", "error:unreadable_document")
	if r.status != 422 || !strings.HasPrefix(string(r.body), `[{"X-TIKA:EXCEPTION:container_exception":"scripted unreadable_document"`) {
		t.Errorf("a damaged file gives %d %q", r.status, r.body)
	}
	for _, path := range []string{"/tika/form/text", "/rmeta/form/text"} {
		a.lenient = true // of the field's name
		a.postForm(path, newForm().file("upload-file", "a.pdf", "pages:1")).says(200, `"X-TIKA:content":"text of page 1"`)
		a.postForm(path, newForm().field("a", "b")).says(422, "there is no file")
	}
	a.get("/version").says(200, "Apache Tika")
	a.get("/tika").says(200, "PUT")
}

func TestMinerU(t *testing.T) {
	var opts document.Options
	a := start(t, illustrated(&opts))
	a.lenient = true // of MinerU's other options the contract knows nothing
	got := a.postForm("/file_parse", newForm().file("files", "a.b.pdf", "x").file("files", "a.b.png", "y").
		field("return_md", "true").field("return_images", "True").field("backend", "vlm-http-client").field("start_page_id", "0").field("end_page_id", "1")).want(200, "")
	results := got["results"].(map[string]any)
	first, _ := results["a.b"].(map[string]any)
	if second, _ := results["a.b_2"].(map[string]any); first == nil || second == nil || first["md_content"] != "# Title\n\n<table>x</table>" {
		t.Fatalf("gives %v", got)
	}
	if pictures := first["images"].(map[string]any); !strings.HasPrefix(pictures["p1r3.png"].(string), "data:image/png;base64,") {
		t.Errorf("pictures are %v", pictures)
	}
	if !reflect.DeepEqual(opts.Pages, parsed(t, "1-2")) || got["backend"] != "fake" || got["version"] != "test" || got["status"] != "completed" {
		t.Errorf("asked for %+v, got %v", opts, got)
	}

	b := start(t, scripted())
	mixed := b.postForm("/file_parse", newForm().file("files", "good.pdf", "pages:1").file("files", "bad.pdf", "error:unreadable_document")).want(200, "")["results"].(map[string]any)
	if bad := mixed["bad"].(map[string]any); bad["md_content"] != "" || bad["error"] != "scripted unreadable_document" || mixed["good"].(map[string]any)["error"] != nil {
		t.Errorf("gives %v", mixed)
	}
	b.lenient = true
	for says, form := range map[string]*formBody{
		"no file in files":     newForm().field("return_md", "true"),
		"Markdown and images":  newForm().file("files", "a", "x").field("response_format_zip", "true"),
		"a page's number from": newForm().file("files", "a", "x").field("start_page_id", "-1"),
		"is before":            newForm().file("files", "a", "x").field("start_page_id", "3").field("end_page_id", "2"),
		"Task execution":       newForm().file("files", "a", "error:unreadable_document"),
	} {
		b.postForm("/file_parse", form).says(422, says)
	}
}

func TestPaddleX(t *testing.T) {
	var opts document.Options
	a := start(t, illustrated(&opts))
	a.lenient = true
	got := a.postJSON("/layout-parsing", `{"file":"eA==","fileType":0,"useDocUnwarping":false,"useChartRecognition":false,"logId":"mine"}`).want(200, "")
	result := got["result"].(map[string]any)
	page := result["layoutParsingResults"].([]any)[0].(map[string]any)
	markdown, pruned := page["markdown"].(map[string]any), page["prunedResult"].(map[string]any)
	if got["errorCode"] != 0.0 || got["logId"] != "mine" || markdown["text"] != "# Title\n\n<table>x</table>" || markdown["images"].(map[string]any)["p1r3.png"] == nil {
		t.Errorf("gives %v", got)
	}
	blocks := pruned["parsing_res_list"].([]any)
	if first := blocks[0].(map[string]any); first["block_label"] != "doc_title" || first["block_content"] != "Title" || len(blocks) != 4 {
		t.Errorf("blocks are %v", blocks)
	}
	if a.postJSON("/layout-parsing", `{"file":"eA==","returnMarkdownImages":false,"useLayoutDetection":false}`).want(200, ""); opts.Images != "" || opts.Layout {
		t.Errorf("asked for %+v", opts)
	}
	for says, body := range map[string]string{
		"file is missing": `{}`, "fetches nothing": `{"file":"http://a/b.pdf"}`, "charts": `{"file":"eA==","useChartRecognition":true}`, "exports": `{"file":"eA==","outputFormats":["docx"]}`,
	} {
		r := a.postJSON("/layout-parsing", body)
		r.says(422, says)
		if r.json()["errorCode"] != 422.0 || r.json()["logId"] == "" {
			t.Errorf("gives %s", r.body)
		}
	}
}

func TestGLMOCR(t *testing.T) {
	var opts document.Options
	a := start(t, illustrated(&opts))
	got := a.postJSON("/glmocr/parse", `{"images":["data:image/png;base64,eA==","eQ=="]}`).want(200, "")
	pages := got["json_result"].([]any)
	title := pages[0].([]any)[0].(map[string]any)
	if len(pages) != 2 || title["label"] != "text" || title["native_label"] != "doc_title" || !reflect.DeepEqual(title["bbox_2d"], []any{100.0, 50.0, 500.0, 100.0}) {
		t.Errorf("gives %v", pages)
	}
	if text := "# Title\n\n<table>x</table>"; got["markdown_result"] != text+"\n\n---\n\n"+text || got["md_results"] != got["markdown_result"] {
		t.Errorf("gives %q", got["markdown_result"])
	}
	a.postJSON("/glmocr/parse", `{"file":"eA=="}`).says(200, "Title")
	a.postJSON("/glmocr/parse", `{"images":"eA=="}`).says(200, "Title")
	a.postJSON("/glmocr/parse", `{"images":[]}`).says(422, `{"error":"No images provided"}`)
	a.postJSON("/glmocr/parse", `{"images":["file:///etc/passwd"]}`).says(422, "not base64")
}
