package server_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"ocr-gateway/blob"
	"ocr-gateway/blob/blobtest"
	"ocr-gateway/server"
)

// objects has a storage with objects below in/ and out/, of which in/ may be read.
func objects(t *testing.T) (login blob.S3, base string, allow func(*server.Config, *deps)) {
	t.Helper()
	login = blobtest.Bucket(t, "..")
	store, err := blob.Open(blob.Config{S3: login}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	for key, content := range map[string]string{"in/two.pdf": "pages:2", "in/empty": "", "in/large": strings.Repeat("x", 5<<20), "out/two.pdf": "pages:2", "inner.pdf": "pages:2"} {
		if err := store.Put(t.Context(), key, bytes.NewReader([]byte(content))); err != nil {
			t.Fatal(err)
		}
	}
	base = "s3://" + login.Bucket + "/" + login.Prefix
	return login, base, func(cfg *server.Config, d *deps) {
		read, err := blob.OpenObjects(login)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = read.Close() })
		cfg.URLs.AllowedObjects, d.Objects = []string{base + "in/"}, read.Get
	}
}

func TestObjectsAreRead(t *testing.T) {
	_, base, allow := objects(t)
	a := start(t, scripted(), allow)
	for path := range byAddress {
		a.fetch(path, base+"in/two.pdf").says(200, "text of page 2")
		a.fetch(path, "S"+base[1:]+"in/two.pdf").says(200, "text of page 2")
		for address, says := range map[string]string{
			base + "out/two.pdf":        "does not read",
			base + "inner.pdf":          "does not read",
			base + "in/../out/two.pdf":  "does not read",
			base + "in//two.pdf":        "does not read",
			base + "in/":                "does not read",
			"s3://other/in/two.pdf":     "does not read",
			"s3://":                     "does not read",
			base + "in/none":            "no object",
			base + "in/empty":           "is empty",
			"https://example.org/a.pdf": "fetches nothing",
		} {
			a.fetch(path, address).says(422, says)
		}
		a.fetch(path, base+"in/large").says(413, "")
	}
	shut := start(t, scripted())
	shut.fetch(documentURL, base+"in/two.pdf").says(422, "does not read")
}

// TestObjectsOfAJob: a job takes them too.
func TestObjectsOfAJob(t *testing.T) {
	_, base, allow := objects(t)
	a := start(t, scripted(), withJobs(t), allow)
	a.postJSON("/api/ocr/jobs", `{"file":"`+base+`in/two.pdf"}`).says(202, "")
	a.postJSON("/api/ocr/jobs", `{"file":"`+base+`out/two.pdf"}`).says(422, "does not read")
	a.postJSON("/api/ocr/jobs", `{"file":"`+base+`in/two.pdf","files":["cGFnZXM6Mg=="]}`).says(422, "one address, or files")
}

func TestStorageThatDoesNotAnswer(t *testing.T) {
	login, base, allow := objects(t)
	login.Endpoint = "http://127.0.0.1:1"
	gone, err := blob.OpenObjects(login)
	if err != nil {
		t.Fatal(err)
	}
	defer gone.Close()
	a := start(t, scripted(), allow, func(cfg *server.Config, d *deps) { d.Objects, cfg.URLs.Timeout = gone.Get, 1 })
	a.fetch(documentURL, base+"in/two.pdf").says(503, "try again later")
}
