package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"ocr-gateway/document"
	"ocr-gateway/server"
	"ocr-gateway/server/jobroutes"
	"ocr-gateway/service"
)

// loadContract reads openapi.yaml, once.
var loadContract = sync.OnceValues(func() (*openapi3.T, error) {
	for _, media := range []string{"text/event-stream", "text/markdown", "text/html", "text/vnd.hocr+html", "application/alto+xml", "application/x-ndjson", "application/yaml"} {
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.PlainBodyDecoder)
	}
	for _, media := range []string{"application/pdf", "application/octet-stream", "application/zip", "image/png", "image/jpeg", "image/*"} {
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.FileBodyDecoder)
	}
	b, err := os.ReadFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(context.Background())
})

var contract = sync.OnceValues(func() (routers.Router, error) {
	doc, err := loadContract()
	if err != nil {
		return nil, err
	}
	router, err := legacy.NewRouter(doc)
	// For 3.1 kin-openapi compiles a schema anew for each value that it validates. Its
	// validator for 3.0 knows every keyword that the contract uses.
	doc.OpenAPI = "3.0.3"
	return router, err
})

// checkContract validates an answer against openapi.yaml. Addresses outside the
// contract can only be answered by 404, 405 or a redirect.
func checkContract(t *testing.T, req *http.Request, status int, header http.Header, body []byte) {
	t.Helper()
	router, err := contract()
	if err != nil {
		t.Fatalf("contract: %v", err)
	}
	bare := req.Clone(context.Background())
	bare.URL.Scheme, bare.URL.Host = "", ""
	if bare.Method == http.MethodHead {
		bare.Method = http.MethodGet // HTTP promises one for the other
	}
	route, params, err := router.FindRoute(bare)
	if err != nil {
		if status != 404 && status != 405 && status != 302 && status != 204 {
			t.Errorf("%s %s is not in the contract and answers %d", req.Method, req.URL.Path, status)
		}
		return
	}
	if header.Get("Content-Encoding") != "" || req.Method == "HEAD" {
		return // the bytes are checked by the test itself
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 status, Header: header, Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
	if err != nil {
		t.Errorf("%s %s %d breaks the contract: %v\n%s", req.Method, req.URL.Path, status, err, body)
	}
}

// checkRequest validates a request that was answered: what the server takes is in the
// contract.
func checkRequest(t *testing.T, req *http.Request) {
	t.Helper()
	router, err := contract()
	if err != nil {
		t.Fatalf("contract: %v", err)
	}
	bare := req.Clone(context.Background())
	bare.URL.Scheme, bare.URL.Host = "", ""
	if bare.Method == http.MethodHead {
		bare.Method = http.MethodGet
	}
	if req.GetBody != nil {
		if bare.Body, err = req.GetBody(); err != nil {
			t.Fatal(err)
		}
	}
	route, params, err := router.FindRoute(bare)
	if err != nil || req.Header.Get("Content-Encoding") != "" {
		return
	}
	err = openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request: bare, PathParams: params, Route: route,
		Options: &openapi3filter.Options{MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
	if err != nil {
		t.Errorf("%s %s breaks the contract and is answered: %v", req.Method, req.URL, err)
	}
}

// schemaOf names the schema of an event's data.
func schemaOf(event string) string {
	switch event {
	case "job.accepted", "job.progress":
		return "Progress"
	case "page.completed", "page.failed":
		return "Page"
	}
	return "Ending"
}

// checkSchema validates a value against a schema of the contract.
func checkSchema(t *testing.T, name string, v any) {
	t.Helper()
	doc, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Components.Schemas[name].Value.VisitJSON(v, openapi3.MultiErrors()); err != nil {
		t.Errorf("%v is no %s: %v", v, name, err)
	}
}

// operations yields those of the contract.
func operations(t *testing.T) iter.Seq2[string, *openapi3.Operation] {
	t.Helper()
	doc, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(string, *openapi3.Operation) bool) {
		for path, item := range doc.Paths.Map() {
			for method, op := range item.Operations() {
				if !yield(method+" "+path, op) {
					return
				}
			}
		}
	}
}

// TestContractHasEveryRoute, and no other.
func TestContractHasEveryRoute(t *testing.T) {
	a := start(t, scripted())
	routes := a.server.Routes()
	for at := range operations(t) {
		i := slices.Index(routes, at)
		if i < 0 {
			t.Errorf("the contract has %s, the server has not", at)
			continue
		}
		routes = slices.Delete(routes, i, i+1)
	}
	if want := []string{"GET /", "GET /page/*"}; !slices.Equal(routes, want) { // the page for people
		t.Errorf("the contract lacks %v", routes)
	}
}

// TestContractHasEveryOption of the routes that take any, as query, form and JSON.
func TestContractHasEveryOption(t *testing.T) {
	kinds := map[string]service.Kind{
		"POST " + recognizeURL: service.Recognize, "POST " + batchURL: service.Batch(1), "POST " + documentURL: service.Document,
		"POST " + streamURL: server.StreamKind(), "POST " + extractURL: service.Extract,
		"POST " + jobsURL: start(t, scripted()).server.JobKind(),
	}
	same := func(what string, got []string, want ...string) {
		t.Helper()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the contract has %v, the server takes %v", what, got, want)
		}
	}
	for at, op := range operations(t) {
		kind, known := kinds[at]
		if op.RequestBody == nil || slices.Contains(op.Tags, "doors") || slices.Contains(op.Tags, "operation") {
			continue
		}
		if !known {
			t.Errorf("%s has a body and is not in this test", at)
		}
		var query []string
		for _, p := range op.Parameters {
			if p.Value.In == "query" {
				query = append(query, p.Value.Name)
			}
		}
		same(at+", query", query, slices.Clone(kind.Options)...)
		for _, media := range []string{"multipart/form-data", "application/json"} {
			body := op.RequestBody.Value.Content[media].Schema.Value
			same(at+", "+media, slices.Collect(maps.Keys(body.Properties)), slices.Concat(kind.Files, kind.Options)...)
		}
	}
}

// TestExamples: every body of the contract has an example; those of requests are answered,
// in every way that the answer can be had.
func TestExamples(t *testing.T) {
	drawn := "image/png" // what suits the picture decides, not the client
	a := start(t, scripted(), withJobs(t), func(_ *server.Config, d *deps) {
		d.Draw = func(context.Context, jobroutes.Original, document.PageResult, int) (string, []byte, error) {
			return drawn, []byte("picture"), nil
		}
	})
	id := a.postForm(jobsURL+"?webhook_url=https://example.org/hook", newForm().file("file", "a.pdf", "pages:1")).want(202, "")["id"].(string)
	a.get(jobsURL+"/"+id+"?wait=1m").want(200, "")
	stream := path.Base(a.postForm(streamURL, newForm().file("file", "a.pdf", "pages:1")).header.Get("Location"))
	fill := strings.NewReplacer("{id}", id, "{stream}", stream, "{task}", a.endedJob("pages:1"), "{page}", "1")
	for at, op := range operations(t) {
		method, path, _ := strings.Cut(fill.Replace(at), " ")
		var accepts []string
		for status, answer := range op.Responses.Map() {
			for media, body := range answer.Value.Content {
				if body.Example == nil {
					t.Errorf("%s: the answer %s as %s has no example", at, status, media)
				}
				if status == "200" {
					accepts = append(accepts, media)
				}
			}
		}
		for _, accept := range accepts {
			path := a.filled(a.filledFile(path))
			if op.RequestBody == nil {
				req := a.request(method, path, "", nil)
				req.Header.Set("Accept", accept)
				drawn = accept
				a.answered(req, accept)
				continue
			}
			for media, body := range op.RequestBody.Value.Content {
				query, content := "", ""
				switch media {
				case "multipart/form-data":
					content, media = formOf(t, body)
				case "application/json":
					b, err := json.Marshal(body.Example)
					if err != nil {
						t.Fatal(err)
					}
					content = string(b)
				default:
					media = strings.ReplaceAll(media, "*", "png")
					content, _ = body.Example.(string)
					if path == extractURL {
						query = "?schema=" + url.QueryEscape(`{"name":""}`)
					}
				}
				if content == "" {
					t.Errorf("%s: the request as %s has no example", at, media)
				}
				req := a.request(method, path+query, media, []byte(content))
				req.Header.Set("Accept", accept)
				a.answered(req, accept)
			}
		}
	}
}

// filled is a path with its parameters: a file that was uploaded, a result of Azure's, a
// handler of Tika's.
func (a *api) filled(path string) string {
	a.t.Helper()
	if strings.Contains(path, "{file}") {
		id, _ := a.postForm("/v1/files", newForm().file("file", "a.pdf", "pages:1")).json()["id"].(string)
		path = strings.ReplaceAll(path, "{file}", id)
	}
	if strings.Contains(path, "{result}") {
		at := a.analyze(a.request("POST", azureModels+"prebuilt-read:analyze?output=pdf", "application/pdf", []byte("pages:1")))
		a.ended(at, "")
		path = strings.ReplaceAll(path, "{result}", at[strings.LastIndexByte(at, '/')+1:])
	}
	return strings.NewReplacer("{handler}", "text", "{model}", "prebuilt-read").Replace(path)
}

// filledFile has a path of files name one that was sent.
func (a *api) filledFile(path string) string {
	a.t.Helper()
	if !strings.HasPrefix(path, filesURL) {
		return path
	}
	f := a.tus("POST", filesURL, "pages:1", "Upload-Length", "7").want(201, "")
	if path == filesURL {
		return path + "?sha256=" + f["sha256"].(string)
	}
	return filesURL + "/" + f["id"].(string)
}

// answered wants a request answered as accept.
func (a *api) answered(req *http.Request, accept string) {
	a.t.Helper()
	r := a.do(req)
	if media, _, _ := strings.Cut(r.header.Get("Content-Type"), ";"); r.status != 200 || media != accept {
		a.t.Errorf("%s %s %s gives %d %s: %.200s", req.Method, req.URL.Path, req.Header.Get("Content-Type"), r.status, media, r.body)
	}
}

// formOf sends an example as a form: what the schema says is binary as files.
func formOf(t *testing.T, body *openapi3.MediaType) (content, contentType string) {
	t.Helper()
	f := newForm()
	fields, _ := body.Example.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		values, many := fields[name].([]any)
		if !many {
			values = []any{fields[name]}
		}
		schema := body.Schema.Value.Properties[name].Value
		if schema.Items != nil {
			schema = schema.Items.Value
		}
		for _, v := range values {
			if schema.ContentMediaType != "" {
				f.file(name, "example", fmt.Sprint(v))
			} else {
				f.field(name, fmt.Sprint(v))
			}
		}
	}
	b, contentType := f.encode()
	return string(b), contentType
}

// TestAnchorsAreNamedOnce: YAML 1.1, which many clients read by, forbids a second anchor of a name.
func TestAnchorsAreNamedOnce(t *testing.T) {
	b, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, anchor := range regexp.MustCompile(`[-:] &(\w+)`).FindAllStringSubmatch(string(b), -1) {
		if seen[anchor[1]] {
			t.Errorf("&%s is there twice", anchor[1])
		}
		seen[anchor[1]] = true
	}
	if len(seen) == 0 {
		t.Error("no anchor is seen")
	}
}
