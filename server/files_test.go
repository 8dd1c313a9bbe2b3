package server_test

import (
	"crypto/sha1" //nolint:gosec // the protocol's
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ocr-gateway/server"
)

const filesURL = "/api/ocr/files"

// tus sends a request of the protocol with headers, and a piece where there is one.
func (a *api) tus(method, path, piece string, headers ...string) reply {
	a.t.Helper()
	media := ""
	if piece != "" {
		media = "application/offset+octet-stream"
	}
	req := a.request(method, path, media, []byte(piece))
	req.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	r := a.do(req)
	if r.header.Get("Tus-Resumable") != "1.0.0" && method != "GET" && r.status != 401 {
		a.t.Errorf("%s %s answers %d without the protocol's version", method, path, r.status)
	}
	return r
}

// file begins a file and gives its address.
func (a *api) file(size int) string {
	a.t.Helper()
	r := a.tus("POST", filesURL, "", "Upload-Length", fmt.Sprint(size), "Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte("a b.pdf")))
	f := r.want(201, "")
	at := r.header.Get("Location")
	if at != filesURL+"/"+f["id"].(string) || f["name"] != "a b.pdf" || f["complete"] != false || r.header.Get("Upload-Expires") == "" {
		a.t.Errorf("%s: %v", at, f)
	}
	return at
}

// wantOffset wants so much of a file to be there.
func (a *api) wantOffset(at string, offset int) {
	a.t.Helper()
	if r := a.tus("HEAD", at, ""); r.status != 200 || r.header.Get("Upload-Offset") != fmt.Sprint(offset) || r.header.Get("Cache-Control") != "no-store" {
		a.t.Errorf("%s: %d, %v, want offset %d", at, r.status, r.header, offset)
	}
}

func TestFileInPieces(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	content := "pages:2 " + strings.Repeat("x", 1000)
	at := a.file(len(content))
	a.wantOffset(at, 0)
	if r := a.tus("PATCH", at, content[:600], "Upload-Offset", "0"); r.status != 204 || r.header.Get("Upload-Offset") != "600" {
		t.Errorf("%d %v", r.status, r.header)
	}
	a.wantOffset(at, 600)
	r := a.tus("PATCH", at, content[500:], "Upload-Offset", "500")
	if r.want(409, "offset_conflict"); r.header.Get("Upload-Offset") != "600" {
		t.Errorf("%v", r.header)
	}
	sum := sha1.Sum([]byte(content[600:])) //nolint:gosec // the protocol's
	checksum := "sha1 " + base64.StdEncoding.EncodeToString(sum[:])
	a.tus("PATCH", at, content[601:], "Upload-Offset", "600", "Upload-Checksum", checksum).want(460, "checksum_mismatch")
	a.wantOffset(at, 600)
	if r := a.tus("PATCH", at, content[600:], "Upload-Offset", "600", "Upload-Checksum", checksum); r.status != 204 {
		t.Errorf("%d %s", r.status, r.body)
	}
	whole := sha256.Sum256([]byte(content))
	f := a.get(filesURL+"?sha256="+hex.EncodeToString(whole[:])).want(200, "")
	if f["complete"] != true || f["sha256"] != hex.EncodeToString(whole[:]) || filesURL+"/"+f["id"].(string) != at || f["size"] != float64(len(content)) {
		t.Errorf("%v", f)
	}
	if same := a.get(at).want(200, ""); same["id"] != f["id"] {
		t.Errorf("%v", same)
	}

	form := newForm()
	form.file("file", "own.pdf", "pages:1")
	form.field("file_ids", fmt.Sprint(f["id"], ", ", f["id"]))
	id := a.postForm(jobsURL, form).want(202, "")["id"].(string)
	if job := a.get(jobsURL+"/"+id+"?wait=1m").want(200, ""); job["state"] != "succeeded" || job["progress"].(map[string]any)["total"] != 5.0 {
		t.Errorf("%v", job)
	}
	body := fmt.Sprintf(`{"file_ids": [%q]}`, f["id"])
	id = a.post(jobsURL, "application/json", []byte(body)).want(202, "")["id"].(string)
	if job := a.get(jobsURL+"/"+id+"?wait=1m").want(200, ""); job["state"] != "succeeded" {
		t.Errorf("%v", job)
	}
	if r := a.tus("DELETE", at, ""); r.status != 204 {
		t.Errorf("%d %s", r.status, r.body)
	}
	a.get(at).want(404, "not_found")
	if r := a.tus("HEAD", at, ""); r.status != 404 || len(r.body) > 0 {
		t.Errorf("%d %s", r.status, r.body)
	}
	a.post(jobsURL, "application/json", []byte(body)).want(422, "invalid_request")
}

func TestFileWithItsFirstPiece(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	r := a.tus("POST", filesURL, "pages:1", "Upload-Length", "7")
	if f := r.want(201, ""); f["complete"] != true || f["sha256"] == nil || r.header.Get("Upload-Offset") != "7" {
		t.Errorf("%v %v", f, r.header)
	}
}

// TestFileWhoseClientGoes: what has come is there, and the client goes on.
func TestFileWhoseClientGoes(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	content := "pages:1 " + strings.Repeat("y", 300_000)
	at := a.file(len(content))
	half := len(content) / 2
	body := strings.NewReader(content[:half])
	req, err := http.NewRequestWithContext(t.Context(), "PATCH", a.base+at, body)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = int64(len(content)) // more than it sends: the connection is cut
	for name, value := range map[string]string{"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"} {
		req.Header.Set(name, value)
	}
	if res, err := a.client.Do(req); err == nil {
		res.Body.Close()
		t.Fatalf("status %d", res.StatusCode)
	}
	there := 0
	for there != half { // the server may still be reading
		_, _ = fmt.Sscan(a.tus("HEAD", at, "").header.Get("Upload-Offset"), &there)
	}
	if r := a.tus("PATCH", at, content[half:], "Upload-Offset", fmt.Sprint(half)); r.status != 204 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if f := a.get(at).want(200, ""); f["complete"] != true {
		t.Errorf("%v", f)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	at := a.file(100)
	for name, c := range map[string]struct {
		r      reply
		status int
		code   string
	}{
		"no version":       {a.do(a.request("POST", filesURL, "", nil)), 412, "tus_version"},
		"other version":    {a.tus("POST", filesURL, "", "Upload-Length", "1", "Tus-Resumable", "0.2"), 412, "tus_version"},
		"no length":        {a.tus("POST", filesURL, ""), 422, "invalid_request"},
		"empty":            {a.tus("POST", filesURL, "", "Upload-Length", "0"), 422, "invalid_request"},
		"too long":         {a.tus("POST", filesURL, "", "Upload-Length", fmt.Sprint(5<<20)), 413, "too_large"},
		"longer than said": {a.tus("PATCH", at, strings.Repeat("x", 101), "Upload-Offset", "0"), 413, "too_large"},
		"no type":          {a.tus("PATCH", at, "", "Upload-Offset", "0"), 415, "unsupported_media"},
		"no offset":        {a.tus("PATCH", at, "x"), 422, "invalid_request"},
		"unknown":          {a.tus("PATCH", filesURL+"/3f2b8c1e-9a4d-4c53-8a21-7d0e5b6c9f10", "x", "Upload-Offset", "0"), 404, "not_found"},
		"path":             {a.get(filesURL + "/..%2f..%2fetc"), 404, "not_found"},
		"no sum":           {a.get(filesURL + "?sha256=abc"), 422, "invalid_request"},
		"other sum":        {a.get(filesURL + "?sha256=" + strings.Repeat("0", 64)), 404, "not_found"},
		"incomplete":       {a.post(jobsURL+"?file_ids="+strings.TrimPrefix(at, filesURL+"/"), "multipart/form-data; boundary=x", []byte("--x--\r\n")), 422, "invalid_request"},
	} {
		if c.r.status != c.status {
			t.Errorf("%s: %d %s", name, c.r.status, c.r.body)
		}
		c.r.want(c.status, c.code)
	}
	a.wantOffset(at, 0)
}

func TestFilesOfOtherKeys(t *testing.T) {
	a := start(t, scripted(), withJobs(t), func(c *server.Config, _ *deps) { c.APIKeys = []string{"first-key", "second-key"} })
	first, second := []string{"X-API-Key", "first-key"}, []string{"X-API-Key", "second-key"}
	r := a.tus("POST", filesURL, "pages:1", append(first, "Upload-Length", "7")...)
	at, sum := r.header.Get("Location"), r.want(201, "")["sha256"].(string)
	for _, call := range []reply{
		a.tus("HEAD", at, "", second...), a.tus("GET", at, "", second...), a.tus("DELETE", at, "", second...),
		a.tus("PATCH", at, "x", append(second, "Upload-Offset", "7")...), a.tus("GET", filesURL+"?sha256="+sum, "", second...),
	} {
		if call.status != 404 {
			t.Errorf("%d %s", call.status, call.body)
		}
	}
	a.tus("POST", filesURL, "", "Upload-Length", "7").want(401, "unauthorized")
	if r := a.tus("HEAD", at, "", first...); r.status != 200 || r.header.Get("Upload-Offset") != "7" {
		t.Errorf("%d", r.status)
	}
}

func TestProtocolOfFiles(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	r := a.do(a.request("OPTIONS", filesURL, "", nil))
	if r.status != 204 || r.header.Get("Tus-Version") != "1.0.0" || !strings.Contains(r.header.Get("Tus-Extension"), "checksum") || r.header.Get("Tus-Max-Size") != fmt.Sprint(4<<20) {
		t.Errorf("%d %v", r.status, r.header)
	}
	none := start(t, scripted())
	none.tus("GET", filesURL+"/x", "").want(501, "jobs_disabled")
}
