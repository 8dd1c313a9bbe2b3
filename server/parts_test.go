package server_test

import (
	"encoding/base64"
	"fmt"
	"mime/quotedprintable"
	"strings"
	"testing"

	"ocr-gateway/document"
)

// TestTransferEncodings of the parts of a form: what the pipeline gets is what the
// client's library encoded.
func TestTransferEncodings(t *testing.T) {
	const content = "\x00\xff=pages\r\n:1"
	printable := &strings.Builder{}
	w := quotedprintable.NewWriter(printable)
	w.Binary = true
	w.Write([]byte(content))
	w.Close()
	coded := base64.StdEncoding.EncodeToString([]byte(content))
	task := base64.StdEncoding.EncodeToString([]byte("table"))
	for _, c := range []struct {
		name, encoding, file, task string
		status                     int
		code                       string
	}{
		{name: "none", file: content, task: "table", status: 200},
		{name: "binary", encoding: "binary", file: content, task: "table", status: 200},
		{name: "base64", encoding: "base64", file: coded, task: task, status: 200},
		{name: "base64 in capitals and lines", encoding: " BASE64 ", file: coded[:4] + "\r\n" + coded[4:] + "\r\n", task: task, status: 200},
		{name: "quoted-printable", encoding: "quoted-printable", file: printable.String(), task: "t=61ble", status: 200},
		{name: "no base64", encoding: "base64", file: "%%%", task: task, status: 422, code: "invalid_request"},
		{name: "unknown", encoding: "x-uuencode", file: content, task: "table", status: 415, code: "unsupported_media"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got string
			var opts document.Options
			a := start(t, fakePipeline{func(ctx ctxt, src *document.Source, o document.Options, emit func(document.Event)) (*document.Result, error) {
				got, opts = read(src), o
				return play(ctx, parseScript("pages:1"), emit)
			}})
			a.lenient = true // of encodings the contract knows nothing
			header := ""
			if c.encoding != "" {
				header = "Content-Transfer-Encoding: " + c.encoding + "\r\n"
			}
			body := fmt.Sprintf("--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n%s\r\n%s\r\n"+
				"--b\r\nContent-Disposition: form-data; name=\"task\"\r\n%s\r\n%s\r\n--b--\r\n", header, c.file, header, c.task)
			r := a.post(recognizeURL, "multipart/form-data; boundary=b", []byte(body))
			r.want(c.status, c.code)
			if c.status == 200 && (got != content || opts.Task != document.TaskTable) {
				t.Errorf("the pipeline got %q, task %q", got, opts.Task)
			}
		})
	}
}

// TestEncodedPartsAreBounded by what they decode to.
func TestEncodedPartsAreBounded(t *testing.T) {
	a := start(t, scripted())
	big := base64.StdEncoding.EncodeToString(make([]byte, 4<<20-1<<19)) // fits, encoded too
	body := "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n"
	a.post(recognizeURL, "multipart/form-data; boundary=b", fmt.Appendf(nil, body, big)).want(200, "")
	a.post(recognizeURL, "multipart/form-data; boundary=b", fmt.Appendf(nil, body, big+big)).want(413, "too_large")
}

// TestByteOrderMarksAreNoPartOfOptions, as editors write them before text.
func TestByteOrderMarksAreNoPartOfOptions(t *testing.T) {
	const mark = "\uFEFF"
	var opts document.Options
	a := start(t, fakePipeline{func(ctx ctxt, _ *document.Source, o document.Options, emit func(document.Event)) (*document.Result, error) {
		opts = o
		return play(ctx, parseScript("pages:1"), emit)
	}})
	a.lenient = true
	check := func(r reply) {
		t.Helper()
		r.want(200, "")
		if opts.Task != document.TaskTable {
			t.Errorf("task %q", opts.Task)
		}
		opts = document.Options{}
	}
	check(a.postForm(recognizeURL, newForm().file("image", "a", "x").field("task", mark+"table")))
	check(a.postForm(recognizeURL+"?task=%EF%BB%BFtable", newForm().file("image", "a", "x")))
	check(a.post(recognizeURL, "application/json", []byte(`{"image":"aGk=","task":"`+mark+`table"}`)))
	check(a.post(recognizeURL, "application/json", []byte(mark+`{"image":"aGk=","task":"table"}`)))
	a.post(recognizeURL, "application/json", []byte(mark+mark+`{"image":"aGk="}`)).want(400, "malformed_body")
}

// TestCutPageRangesAreSaid in every kind of answer.
func TestCutPageRangesAreSaid(t *testing.T) {
	a := start(t, fakePipeline{func(ctx ctxt, _ *document.Source, o document.Options, emit func(document.Event)) (*document.Result, error) {
		numbers, notice, err := o.Pages.Resolve(1)
		if err != nil {
			return nil, err
		}
		sum := document.Summary{Total: 1, Pages: len(numbers), Notice: notice}
		emit(document.Event{Kind: document.EventAccepted, Summary: sum})
		sum.OK++
		emit(document.Event{Kind: document.EventPage, Summary: sum, Page: goodPage(1)})
		return &document.Result{Status: document.StatusOK, Summary: sum}, nil
	}})
	const says = `"notice":"page range 1-3 goes beyond the document, which has 1 page: only those within it are read"`
	for _, kind := range answerKinds {
		if kind.accept == "text/markdown" {
			continue // has no place for it
		}
		field := "file"
		if kind.path == batchURL {
			field = "images"
		}
		ask := func(pages string) reply {
			body, contentType := newForm().file(field, "a", "x").field("pages", pages).encode()
			req := a.request("POST", kind.path, contentType, body)
			req.Header.Set("Accept", kind.accept)
			return a.do(req)
		}
		if r := ask("-3"); r.status != 200 || !strings.Contains(string(r.body), says) {
			t.Errorf("%s %s: %d %s", kind.path, kind.accept, r.status, r.body)
		}
		if r := ask("1"); r.status != 200 || strings.Contains(string(r.body), "notice") {
			t.Errorf("%s %s: %d %s", kind.path, kind.accept, r.status, r.body)
		}
		if kind.path != batchURL {
			ask("2-5").want(422, "pages_out_of_range")
		}
	}
}
