package server_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/server"
)

// otherSite serves documents as another site does.
func otherSite(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/two.pdf", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("pages:2")) })
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 5<<20)) })
	mux.HandleFunc("/empty", func(http.ResponseWriter, *http.Request) {})
	mux.Handle("/moved", http.RedirectHandler("/two.pdf", http.StatusFound))
	mux.Handle("/metadata", http.RedirectHandler("http://169.254.169.254/latest/meta-data", http.StatusFound))
	mux.Handle("/round", http.RedirectHandler("/round", http.StatusFound))
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	return site.URL
}

// fetching allows addresses on this machine.
func fetching(cfg *server.Config, _ *deps) {
	cfg.URLs.Enabled, cfg.URLs.AllowHTTP, cfg.URLs.AllowedNetworks = true, true, []string{"127.0.0.0/8"}
}

// byAddress are the routes that take addresses, with their bodies.
var byAddress = map[string]string{
	documentURL:          `{"file":"ADDRESS","pages":"1-2"}`,
	recognizeURL:         `{"task":"text","image":"ADDRESS"}`,
	"/v1/ocr":            `{"document":{"type":"document_url","document_url":"ADDRESS"}}`,
	"/v1/convert/source": `{"sources":[{"kind":"http","url":"ADDRESS"}],"options":{"to_formats":["md"]}}`,
	"/layout-parsing":    `{"file":"ADDRESS"}`,
	"/glmocr/parse":      `{"images":["ADDRESS"]}`,
}

func (a *api) fetch(path, address string) reply {
	a.t.Helper()
	quoted, err := json.Marshal(address)
	if err != nil {
		a.t.Fatal(err)
	}
	a.lenient = true
	return a.postJSON(path, strings.ReplaceAll(byAddress[path], `"ADDRESS"`, string(quoted)))
}

func TestAddressesAreFetched(t *testing.T) {
	site := otherSite(t)
	var name string
	a := start(t, fakePipeline{func(ctx ctxt, src *document.Source, o document.Options, emit func(document.Event)) (*document.Result, error) {
		name = src.Name
		return scripted().run(ctx, src, o, emit)
	}}, fetching)
	for path := range byAddress {
		if a.fetch(path, site+"/two.pdf").says(200, "text of page 2"); name != "two.pdf" {
			t.Errorf("%s: the document is called %q", path, name)
		}
		a.fetch(path, site+"/moved").says(200, "text of page 2")
	}
}

func TestAddressesAreRefused(t *testing.T) {
	site := otherSite(t)
	a := start(t, scripted(), fetching)
	for path := range byAddress {
		for address, says := range map[string]string{
			site + "/metadata":                     "the address in",
			site + "/round":                        "redirects more than 5 times",
			site + "/none":                         "answers with status 404",
			site + "/empty":                        "empty file",
			"http://10.0.0.1/a.pdf":                "the address in",
			"http://any:secret@localhost/":         "user name or password",
			"http://[64:ff9b::10.0.0.1]/":          "the address in",
			"https://127.0.0.1:22/a":               "a port that",
			"http://" + strings.Repeat("a", 9<<10): "longer than",
		} {
			a.fetch(path, address).says(422, says)
		}
		a.fetch(path, site+"/large").says(413, "")
	}
	a.postJSON(documentURL, `{"file":"`+site+`/two.pdf","image":"eA=="}`).want(422, "invalid_request")
	a.postJSON(batchURL, `{"images":["`+site+`/two.pdf"]}`).want(422, "invalid_request")

	shut := start(t, scripted())
	for path := range byAddress {
		shut.fetch(path, site+"/two.pdf").says(422, "fetches nothing")
	}
}
