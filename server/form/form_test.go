package form_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/server/form"
	"ocr-gateway/service"
)

const multipartForm = "multipart/form-data; boundary=b"

// part is one of a multipart body.
func part(head, content string) string {
	return "--b\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + content + "\r\n"
}

func contents(t *testing.T, r *form.Request) string {
	t.Helper()
	var all []string
	for _, src := range r.Sources {
		b, err := io.ReadAll(src.Reader())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, src.Name+"="+string(b))
	}
	return strings.Join(all, " ")
}

// TestDecode reads the same in every way that it can be sent.
func TestDecode(t *testing.T) {
	d := form.Decoder{MaxBytes: 1 << 20, TempDir: t.TempDir()}
	for name, c := range map[string]struct {
		kind                     service.Kind
		query, contentType, body string
		files, pages             string
	}{
		"raw":       {service.Document, "pages=1-2", "application/pdf", "%PDF", "=%PDF", "1-2"},
		"no type":   {service.Document, "", "", "%PDF", "=%PDF", ""},
		"multipart": {service.Document, "", multipartForm, part(`name="pages"`, "1-2") + part(`name="file"; filename="a/b.pdf"`, "%PDF") + "--b--\r\n", "b.pdf=%PDF", "1-2"},
		"JSON":      {service.Document, "", "application/json", `{"pages":[1,"3-4"],"file":"JVBERg==","dpi":null}`, "=%PDF", "1,3-4"},
		"data URI":  {service.Document, "pages=1", "application/json", `{"file":"data:application/pdf;base64,JVBERg"}`, "=%PDF", "1"},
		"several":   {service.Batch(2), "", multipartForm, part(`name="images"; filename="a"`, "x") + part(`name="images"; filename="b"`, "") + "--b--", "a=x b=", ""},
		"JSON list": {service.Batch(2), "", "application/json", `{"images":["eA==","eQ=="]}`, "=x =y", ""},
		"address":   {service.Document, "", "application/json", `{"file":"https:\/\/example.org/a.pdf","pages":"1"}`, "", "1"},
	} {
		r, err := d.Decode(c.kind, c.query, c.contentType, strings.NewReader(c.body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "address" && (r.Address != "https://example.org/a.pdf" || r.Field != "file") {
			t.Errorf("the address is %q in %q", r.Address, r.Field)
		}
		if got := contents(t, r); got != c.files || r.Values["pages"] != c.pages {
			t.Errorf("%s: files %q, options %v", name, got, r.Values)
		}
		r.Close()
	}
}

// TestDecodeRefuses what it cannot read, and leaves nothing behind.
func TestDecodeRefuses(t *testing.T) {
	dir := t.TempDir()
	d := form.Decoder{MaxBytes: 2 << 20, TempDir: dir}
	large := strings.Repeat("x", 3<<19) // on disk, and twice of it are too much
	for name, c := range map[string]struct {
		kind              service.Kind
		contentType, body string
		code              document.Code
	}{
		"too large":         {service.Document, "application/pdf", large + large, document.CodeTooLarge},
		"together":          {service.Batch(3), multipartForm, part(`name="images"; filename="a"`, large) + part(`name="images"; filename="b"`, large) + "--b--", document.CodeTooLarge},
		"wrong after file":  {service.Document, multipartForm, part(`name="file"; filename="a"`, large) + part(`name="paegs"`, "1") + "--b--", document.CodeInvalidRequest},
		"cut off":           {service.Document, multipartForm, part(`name="file"; filename="a"`, large), "malformed_body"},
		"unknown type":      {service.Document, "text/html", "x", document.CodeUnsupportedMedia},
		"twice":             {service.Document, "application/json", `{"file":"eA==","pages":"1","pages":"2"}`, document.CodeInvalidRequest},
		"two files":         {service.Document, "application/json", `{"file":"eA==","image":"eA=="}`, document.CodeInvalidRequest},
		"an address":        {service.Batch(2), "application/json", `{"images":["https://example.org/a.pdf"]}`, document.CodeInvalidRequest},
		"nothing":           {service.Document, "", "", "malformed_body"},
		"something after":   {service.Document, "application/json", `{"file":"eA=="} {}`, "malformed_body"},
		"options but files": {service.Document, "application/json", `{"pages":"1"}`, document.CodeInvalidRequest},
	} {
		r, err := d.Decode(c.kind, "", c.contentType, strings.NewReader(c.body))
		p, ok := errors.AsType[*document.Problem](err)
		if r != nil || !ok || p.Code != c.code {
			t.Errorf("%s: %v, %v; want %s", name, r, err, c.code)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// FuzzDecode: whatever comes is a request, whose bytes are bounded, or a problem.
func FuzzDecode(f *testing.F) {
	f.Add("pages=1", multipartForm, part(`name="file"; filename="a"`, "x")+"--b--")
	f.Add("", "application/json", `{"file":"eA==","formats":["text"]}`)
	f.Add("a=%zz", "image/*", "x")
	f.Add("", multipartForm, "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\n====\r\n--b--")
	d := form.Decoder{MaxBytes: 1 << 16, TempDir: f.TempDir()}
	f.Fuzz(func(t *testing.T, query, contentType, body string) {
		for _, kind := range []service.Kind{service.Document, service.Extract, service.Batch(3)} {
			r, err := d.Decode(kind, query, contentType, strings.NewReader(body))
			if err != nil {
				if _, ok := errors.AsType[*document.Problem](err); !ok {
					t.Errorf("%v is no problem", err)
				}
				continue
			}
			size := int64(0)
			for _, src := range r.Sources {
				size += src.Size
			}
			if size > d.MaxBytes || len(r.Sources) == 0 || len(r.Sources) > kind.Many {
				t.Errorf("%d files of %d bytes", len(r.Sources), size)
			}
			for name := range r.Values {
				if p := kind.Unknown(name); !strings.Contains(strings.Join(kind.Options, " "), name) {
					t.Errorf("option %q was taken: %v", name, p)
				}
			}
			r.Close()
		}
	})
}
