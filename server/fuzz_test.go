package server_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/server"
	"ocr-gateway/service"
)

// fuzzServer answers without a network.
func fuzzServer(f *testing.F) http.Handler {
	f.Helper()
	cfg := testConfig()
	cfg.TempDir = f.TempDir()
	cfg.MaxUploadBytes, cfg.MaxBatchFiles = 1<<16, 4
	s, err := build(cfg, deps{service.Parts{Pipeline: onePage(), Fields: fakeSchema}, server.Deps{Status: ready, Version: "test"}}, slog.New(slog.DiscardHandler))
	if err != nil {
		f.Fatal(err)
	}
	return s.Handler()
}

// check sends body to a route and expects a success or the client's fault.
func check(t *testing.T, h http.Handler, path, contentType, body string) int {
	t.Helper()
	req := httptest.NewRequest("POST", "http://localhost"+path, strings.NewReader(body))
	req.Header.Set("Content-Type", contentType)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	if code := rec.Code; code != 200 && (code < 400 || code > 499) {
		t.Fatalf("%s: %d %s", path, code, rec.Body)
	}
	checkContract(t, req, rec.Code, rec.Header(), rec.Body.Bytes())
	return rec.Code
}

func FuzzMultipart(f *testing.F) {
	h := fuzzServer(f)
	part := func(head, content string) string {
		return "--b\r\nContent-Disposition: " + head + "\r\n\r\n" + content + "\r\n"
	}
	file := part(`form-data; name="image"; filename="a.png"`, "x")
	f.Add(file + "--b--\r\n")
	f.Add(file + part(`form-data; name="task"`, "table") + part(`form-data; name="pages"`, "1-2,r1") + "--b--")
	f.Add(part(`form-data; name="images"; filename="a"`, "x") + part(`form-data; name="images"; filename="b"`, "") + "--b--\r\n")
	f.Add(part(`form-data; name="file"; filename="../a"`, "x") + part(`form-data; name="schema"`, `{"a":[1]}`) + "--b--\r\n")
	f.Add("--b\r\nContent-Disposition: form-data; name=\"image\"; filename*=UTF-8''%ff\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=x\r\n--b--")
	f.Add("--b\r\n\r\n")
	f.Add("--b--\r\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{recognizeURL, batchURL, documentURL, streamURL, "/api/ocr/extract"} {
			check(t, h, path, "multipart/form-data; boundary=b", body)
		}
	})
}

func FuzzJSON(f *testing.F) {
	h := fuzzServer(f)
	for _, seed := range []string{
		`{"image":"aGk=","task":"text","pages":[1,"2-3"],"dpi":72.0,"enable_layout":true}`,
		`{"images":["aGk=","data:;base64,aGk"]}`, `{"file":"data:application/pdf;base64,","schema":{"a":""}}`,
		`{"image":"http://x"}`, `{"image":null}`, `null`, `[]`, `{`, "", `{"pages":1e400,"image":"aGk="}`, `{"":""}`, `{"image":"` + "\xff" + `"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{recognizeURL, batchURL, documentURL, streamURL, "/api/ocr/extract"} {
			if check(t, h, path, "application/json", body) == 200 && !json.Valid([]byte(body)) {
				t.Fatalf("%s took %q, which is not JSON", path, body)
			}
		}
	})
}

func FuzzOptions(f *testing.F) {
	h := fuzzServer(f)
	f.Add("task=table&pages=1-2&dpi=100&deadline_ms=5000", "*/*", "gzip")
	f.Add("enable_layout=off&formats=", "text/*;q=0.3,*/*;q=x", "")
	f.Add("pages=%00&x=y", "application/json;q=0", "zstd")
	f.Fuzz(func(t *testing.T, query, accept, encoding string) {
		req := httptest.NewRequest("POST", "http://localhost"+recognizeURL, strings.NewReader("x"))
		req.URL.RawQuery = query
		req.Header.Set("Accept", accept)
		req.Header.Set("Content-Encoding", encoding)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		if code := rec.Code; code != 200 && (code < 400 || code > 499) && code != 504 {
			t.Fatalf("%d %s", code, rec.Body)
		}
	})
}

// FuzzEventStream has a page with any text, and a page that failed for any
// reason: the events arrive whole, whatever is in them.
func FuzzEventStream(f *testing.F) {
	f.Add("one\ntwo", "why")
	f.Add("\n\nevent: document.completed\ndata: {}\n\n", "id: 7\r\r")
	f.Add("\u2028\x00\xff</script>\\\"", ": \xed\xa0\x80")
	var text, reason string
	pipeline := fakePipeline{func(_ context.Context, _ *document.Source, _ document.Options, emit func(document.Event)) (*document.Result, error) {
		good := goodPage(1)
		good.Text, good.Markdown, good.Regions[0].Content, good.Regions[0].Label = text, text, text, text
		bad := &document.PageResult{Number: 2, Status: document.StatusFailed, Error: document.Problemf(document.CodePageFailed, document.PhaseRaster, "%s", reason)}
		sum := document.Summary{Total: 2, Pages: 2}
		emit(document.Event{Kind: document.EventAccepted, Summary: sum})
		sum.OK = 1
		emit(document.Event{Kind: document.EventPage, Summary: sum, Page: good})
		sum.Failed = 1
		emit(document.Event{Kind: document.EventPageFail, Summary: sum, Page: bad})
		return &document.Result{Status: document.StatusPartial, Summary: sum, Model: text, Engine: "fake", Layout: "none"}, nil
	}}
	cfg := testConfig()
	cfg.TempDir = f.TempDir()
	s, err := build(cfg, deps{service.Parts{Pipeline: pipeline, Fields: fakeSchema}, server.Deps{Status: ready, Version: "test"}}, slog.New(slog.DiscardHandler))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, pageText, why string) {
		text, reason = pageText, why
		req := httptest.NewRequest("POST", "http://localhost"+streamURL, strings.NewReader("%PDF-1.7"))
		req.Header.Set("Content-Type", "application/pdf")
		rec := httptest.NewRecorder()
		s.Handler().ServeHTTP(rec, req)
		got, _ := events(t, rec.Body.String())
		const want = "job.accepted page.completed job.progress page.failed job.progress document.partial"
		if rec.Code != 200 || names(got) != want {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		for i, e := range got {
			if e.id != strconv.Itoa(i+1) {
				t.Errorf("event %d has the id %q", i+1, e.id)
			}
		}
		// What is no UTF-8 becomes replacement characters on the way.
		if got[1].data["markdown"] != strings.ToValidUTF8(string([]rune(text)), "\ufffd") {
			t.Errorf("the text %q arrived as %q", text, got[1].data["markdown"])
		}
	})
}
