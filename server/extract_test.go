package server_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/server"
	"ocr-gateway/server/health"
	"ocr-gateway/service"
)

const extractURL = "/api/ocr/extract"

// fakeFields finds the text of the first page as the value of "name".
type fakeFields struct{ question *document.Question }

func (f fakeFields) Question() *document.Question { return f.question }

func (f fakeFields) Extract(res *document.Result) (*document.Extraction, error) {
	first := res.Pages[0]
	if first.Status == document.StatusFailed {
		return nil, document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "the model could not be asked")
	}
	data, err := json.Marshal(map[string]any{"name": first.Text, "absent": nil})
	return &document.Extraction{
		ID: res.ID, Status: res.Status, Data: data, SchemaErrors: []document.SchemaError{{Path: "/age", Detail: "required, and not found in the document"}},
		Evidence:  map[string]document.Evidence{"/name": {Page: 1, Region: "p1r1", BBox: document.BBox{1, 2, 30, 40}, Text: first.Text}},
		Conflicts: []document.Conflict{{Path: "/name", Chosen: 1, Values: []document.PageValue{{Page: 1, Value: "a"}, {Page: 2, Value: json.Number("2")}}}},
		Method:    document.MethodMixed, Summary: res.Summary, Usage: res.Usage, Model: res.Model, Engine: res.Engine, Layout: res.Layout,
		Pages: []document.ExtractedPage{{Number: 1, Status: first.Status, Width: first.Width, Height: first.Height, Method: document.MethodModel, Engine: first.Engine}},
	}, err
}

// fakeSchema refuses schemas that name "bad" or nothing.
func fakeSchema(schema string) (service.Fields, error) {
	if schema == "" || strings.Contains(schema, "bad") {
		return nil, document.Problemf(document.CodeInvalidRequest, document.PhaseAdmission, "the schema is bad")
	}
	return fakeFields{&document.Question{Example: schema}}, nil
}

func TestInfoSaysHowFieldsAreFound(t *testing.T) {
	a := start(t, scripted(), func(_ *server.Config, d *deps) {
		d.FieldLimits = map[string]int64{"max_fields": 9}
		d.Status = func() health.Report {
			return health.Report{Ready: true, Status: "ok", Engines: []health.Component{
				{Name: "large", State: "ready", Extract: document.MethodModel, Prompts: true},
				{Name: "small", State: "ready", Extract: document.MethodHeuristic},
			}}
		}
	})
	info := a.get("/api/info").want(200, "")
	x := info["extract"].(map[string]any)
	if x["engine"] != "large" || x["method"] != "model" || x["limits"].(map[string]any)["max_fields"] != float64(9) {
		t.Errorf("extract %v", x)
	}
	if spare := info["engines"].([]any)[1].(map[string]any); spare["extract"] != "heuristic" || info["prompts"] != true {
		t.Errorf("the other engine %v, prompts %v", spare, info["prompts"])
	}
}

func TestExtract(t *testing.T) {
	var asked *document.Question
	pipeline := fakePipeline{func(ctx ctxt, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error) {
		asked = opts.Question
		return scripted().run(ctx, src, opts, emit)
	}}
	a := start(t, pipeline)
	b := a.postForm(extractURL, newForm().file("file", "a.pdf", "pages:2").field("schema", `{"name":""}`).field("pages", "1-2")).want(200, "")
	data := b["data"].(map[string]any)
	if data["name"] != "text of page 1" || b["valid"] != false || b["method"] != "mixed" || b["status"] != "ok" || b["id"] == "" {
		t.Errorf("answer %v", b)
	}
	if absent, there := data["absent"]; !there || absent != nil {
		t.Errorf("absent fields are null: %v", data)
	}
	if asked == nil || asked.Example != `{"name":""}` {
		t.Errorf("the engine was asked %v", asked)
	}
	if b := a.postForm(extractURL, newForm().file("image", "a.pdf", "pages:2 fail:2").field("schema", `{"name":""}`)).want(200, ""); b["status"] != "partial" {
		t.Errorf("a failed page: status %v", b["status"])
	}
	a.postForm(extractURL, newForm().file("file", "a", "pages:2 fail:1").field("schema", `{"name":""}`)).want(502, "engine_failed")
	a.postForm(extractURL, newForm().file("file", "a", "pages:1 fail:1 phase:raster").field("schema", `{"name":""}`)).want(422, "unreadable_document")
	a.postForm(extractURL, newForm().file("file", "a", "error:password_required").field("schema", `{"name":""}`)).want(422, "password_required")
	b64 := base64.StdEncoding.EncodeToString([]byte("pages:1"))
	a.post(extractURL, "application/json", []byte(`{"file":"`+b64+`","schema":{"name":""}}`)).want(200, "")
}

func TestExtractRefusesSchemas(t *testing.T) {
	a := start(t, scripted())
	post := func(schema string) reply {
		return a.postForm(extractURL, newForm().file("file", "a.pdf", "pages:1").field("schema", schema))
	}
	for what, schema := range map[string]string{
		"too long":  `{"a":"` + strings.Repeat("x", 257<<10) + `"}`,
		"not UTF-8": "{\"a\":\"\xff\"}",
		"empty":     "",
	} {
		if r := post(schema); r.status != 422 {
			t.Errorf("schema %s: %d %s", what, r.status, r.body)
		}
	}
	b := post(`{"bad":""}`).want(422, "invalid_request")
	if errs := b["errors"].([]any); len(errs) != 1 || errs[0].(map[string]any)["field"] != "schema" {
		t.Errorf("errors %v", b["errors"])
	}
	a.postForm(extractURL, newForm().file("file", "a.pdf", "pages:1")).want(422, "invalid_request")
	a.postForm(extractURL, newForm().file("schema", "schema.json", `{"a":1}`).file("file", "a.pdf", "pages:1")).want(200, "")
	b64 := base64.StdEncoding.EncodeToString([]byte("pages:1"))
	a.post(extractURL, "application/json", []byte(`{"file":"`+b64+`","schema":["bad"]}`)).want(422, "invalid_request")
	both := a.postForm(extractURL, newForm().file("file", "a.pdf", "pages:1").field("schema", "bad").field("dpi", "1")).want(422, "invalid_request")
	if errs := both["errors"].([]any); len(errs) != 2 {
		t.Errorf("a bad schema and a bad option: errors %v", errs)
	}
}
