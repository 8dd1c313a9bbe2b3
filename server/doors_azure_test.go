package server_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ocr-gateway/server"
)

const azureModels = "/documentintelligence/documentModels/"

// azureKey is a request with the key in Azure's header.
func (a *api) azureKey(method, path, media, body, key string) *http.Request {
	a.t.Helper()
	req := a.request(method, path, media, []byte(body))
	req.Header.Set("Ocp-Apim-Subscription-Key", key)
	return req
}

// analyze sends a document and returns the path of its operation.
func (a *api) analyze(req *http.Request) string {
	a.t.Helper()
	r := a.do(req)
	at, err := url.Parse(r.header.Get("Operation-Location"))
	if err != nil || r.status != 202 || len(r.body) != 0 || at.Scheme+"://"+at.Host != a.base || at.Query().Get("api-version") == "" || r.header.Get("Retry-After") != "1" {
		a.t.Fatalf("%d %s, %v", r.status, r.body, r.header)
	}
	return at.Path
}

// ended asks for an operation until it has ended.
func (a *api) ended(path, key string) map[string]any {
	a.t.Helper()
	for {
		r := a.do(a.azureKey("GET", path, "", "", key))
		got := r.want(200, "")
		switch got["status"] {
		case "notStarted", "running":
			if r.header.Get("Retry-After") == "" {
				a.t.Errorf("%s does not say when to ask again", path)
			}
		default:
			return got
		}
	}
}

// TestAzure in the order of Azure's client: send, poll, fetch the PDF. What belongs to a key
// is not there for another.
func TestAzure(t *testing.T) {
	const one, two = "the first key of the tests", "the second key of the tests"
	a := start(t, scripted(), withJobs(t), func(cfg *server.Config, _ *deps) { cfg.APIKeys = []string{one, two} })
	source := `{"base64Source":"` + base64.StdEncoding.EncodeToString([]byte("pages:2 fail:2")) + `"}`
	at := a.analyze(a.azureKey("POST", azureModels+"prebuilt-read:analyze?api-version=2024-11-30&outputContentFormat=text&output=pdf&pages=1-2", "application/json", source, one))
	if !strings.HasPrefix(at, azureModels+"prebuilt-read/analyzeResults/") || !strings.HasSuffix(at, "-textElements") {
		t.Errorf("the operation is %s", at)
	}
	result := a.ended(at, one)["analyzeResult"].(map[string]any)
	if result["modelId"] != "prebuilt-read" || result["contentFormat"] != "text" || result["stringIndexType"] != "textElements" || len(result["pages"].([]any)) != 2 {
		t.Errorf("gives %v", result)
	}
	if all, _ := result["warnings"].([]any); len(all) != 1 || all[0].(map[string]any)["message"] != "page 2: page 2 failed" {
		t.Errorf("of page 2 is said %v", all)
	}
	if r := a.do(a.azureKey("GET", at+"/pdf", "", "", one)); r.status != 200 || r.header.Get("Content-Type") != "application/pdf" || len(r.body) == 0 {
		t.Errorf("the PDF is %d %s", r.status, r.body)
	}
	for _, path := range []string{at, at + "/pdf"} {
		a.do(a.azureKey("GET", path, "", "", two)).says(404, `{"error":{"code":"NotFound"`)
		a.do(a.azureKey("GET", path, "", "", "none")).says(401, `{"error":{"code":"Unauthorized"`)
	}

	at = a.analyze(a.azureKey("POST", azureModels+"prebuilt-layout:analyze?_overload=analyzeDocument&stringIndexType=utf16CodeUnit&outputContentFormat=markdown&locale=de&features=ocrHighResolution", "application/octet-stream", "pages:2", two))
	result = a.ended(at, two)["analyzeResult"].(map[string]any)
	if result["content"] != "**text of page 1**\n\n<!-- PageBreak -->\n\n**text of page 2**" || result["stringIndexType"] != "utf16CodeUnit" {
		t.Errorf("gives %v", result)
	}
	a.do(a.azureKey("GET", at+"/pdf", "", "", two)).says(404, "output=pdf")
}

// TestAzureFails as operations that have failed, and refuses what is wrong at once.
func TestAzureFails(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	send := func(query, media, body string) *http.Request {
		return a.request("POST", azureModels+"prebuilt-read:analyze?"+query, media, []byte(body))
	}
	at := a.analyze(send("output=pdf", "application/pdf", "error:unreadable_document"))
	failed := a.ended(at, "")
	why, _ := failed["error"].(map[string]any)
	if failed["status"] != "failed" || why["code"] != "InvalidRequest" || why["message"] != "scripted unreadable_document" || why["innererror"].(map[string]any)["code"] != "InvalidContent" {
		t.Errorf("a damaged document gives %v", failed)
	}
	a.get(at+"/pdf").says(422, "scripted unreadable_document")

	for query, says := range map[string]string{
		"output=figures": `output is \"figures\"`, "features=barcodes": "does not do", "queryFields=Total": "/api/ocr/extract",
		"outputContentFormat=html": "text and markdown", "stringIndexType=bytes": "utf16CodeUnit", "pages=0": "page range",
	} {
		a.doUnchecked(send(query, "application/pdf", "pages:1")).says(422, `"code":"InvalidParameter"`)
		a.doUnchecked(send(query, "application/pdf", "pages:1")).says(422, says)
	}
	for body, says := range map[string]string{
		`{}`: "base64Source is missing", `{"base64Source":"%"}`: "is not base64", `{"urlSource":"https://example.org/a.pdf"}`: "fetches nothing",
		`{"base64Source":"eA==","urlSource":"eA=="}`: "send one",
	} {
		a.doUnchecked(send("", "application/json", body)).says(422, says)
	}
	a.doUnchecked(send("", "application/pdf", "")).says(400, "no body")
	for _, model := range []string{"prebuilt-invoice:analyze", "prebuilt-read", "prebuilt-read:classify"} {
		a.doUnchecked(a.request("POST", azureModels+model, "application/pdf", []byte("pages:1"))).says(404, "prebuilt-layout:analyze")
	}
	for _, id := range []string{"none", "-textElements", "019346a8-6c1e-7d5a-9f0e-3b1c2a4d5e6f", "019346a8-6c1e-7d5a-9f0e-3b1c2a4d5e6f-textElements"} {
		a.doUnchecked(a.request("GET", azureModels+"prebuilt-read/analyzeResults/"+id, "", nil)).says(404, "there is no result")
	}
	without := start(t, scripted())
	without.do(without.request("POST", azureModels+"prebuilt-read:analyze", "application/pdf", []byte("pages:1"))).says(501, "keeps no jobs")
}
