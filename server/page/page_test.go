package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/server/page"
)

func open(t *testing.T) *page.Page {
	t.Helper()
	p, err := page.New(page.Settings{Version: "v1", KeyRequired: true, Jobs: true, MaxUpload: 7})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func get(p *page.Page, at string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, at, http.NoBody)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

// TestEveryPartIsServed: what any part names is there, and comes strictly.
func TestEveryPartIsServed(t *testing.T) {
	p := open(t)
	named := regexp.MustCompile(`(?:from |import\(|href=|src=|fetch\(|call\()['"](/page/[\w./-]+|\./[\w./-]+)['"]`)
	for _, at := range p.Paths() {
		w := get(p, at)
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: %d, %d bytes", at, w.Code, w.Body.Len())
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache", "Referrer-Policy": "no-referrer"} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q", at, name, got)
			}
		}
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
			t.Errorf("%s: the policy is %q", at, policy)
		}
		for _, m := range named.FindAllStringSubmatch(w.Body.String(), -1) {
			part := m[1]
			if strings.HasPrefix(part, "./") {
				part = path.Join("/page", path.Dir(strings.TrimPrefix(at, "/page/")), part)
			}
			if !slices.Contains(p.Paths(), part) {
				t.Errorf("%s names %s, which is not there", at, part)
			}
		}
	}
	if w := get(p, "/page/none.js"); w.Code != http.StatusNotFound {
		t.Errorf("what is not there: %d", w.Code)
	}
}

func TestUnchangedPartsAreNotSentAgain(t *testing.T) {
	p := open(t)
	tag := get(p, "/").Header().Get("ETag")
	if w := get(p, "/", "If-None-Match", tag); tag == "" || w.Code != http.StatusNotModified {
		t.Errorf("ETag %q: %d", tag, w.Code)
	}
}

func TestSettingsAreTold(t *testing.T) {
	var told map[string]any
	if err := json.Unmarshal(get(open(t), "/page/settings.json").Body.Bytes(), &told); err != nil {
		t.Fatal(err)
	}
	if told["version"] != "v1" || told["key_required"] != true || told["jobs"] != true || told["max_upload"] != 7.0 {
		t.Errorf("told %v", told)
	}
}

// TestNoMarkupFromText: nothing on the page has the browser make elements, scripts or styles of text.
func TestNoMarkupFromText(t *testing.T) {
	forbidden := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|createContextualFragment|DOMParser|setHTMLUnsafe`)
	inline := regexp.MustCompile(`<script>|<style|\sstyle=|\son[a-z]+=`)
	err := fs.WalkDir(os.DirFS("static"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "vendor/") {
			return err
		}
		b, err := os.ReadFile(path.Join("static", name))
		if err != nil {
			return err
		}
		if m := forbidden.Find(b); m != nil {
			t.Errorf("%s has %s", name, m)
		}
		if m := inline.Find(b); path.Ext(name) == ".html" && m != nil {
			t.Errorf("%s has %s, which the policy forbids", name, m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// temmlSum is the SHA-256 of dist/temml.min.js in temml 0.13.5.
const temmlSum = "1ab19148afe0dbc836b7a74f344071b3f3a70a7a8259ae4049e76894fcdf8d95"

// TestOthersPartsAreTheirs: the library for formulas is the one that was published, the samples those
// that everybody tries.
func TestOthersPartsAreTheirs(t *testing.T) {
	b, err := os.ReadFile("static/vendor/temml.js")
	if err != nil {
		t.Fatal(err)
	}
	theirs, ours := bytes.CutSuffix(b, []byte("\nexport default temml;\n"))
	sum := sha256.Sum256(theirs)
	if !ours || hex.EncodeToString(sum[:]) != temmlSum {
		t.Errorf("static/vendor/temml.js is not the published one: %x", sum)
	}
	for _, name := range []string{"sample.pdf", "sample.png"} {
		sample, err := os.ReadFile("static/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if known, err := os.ReadFile("../../testdata/" + name); err != nil || !bytes.Equal(sample, known) {
			t.Errorf("static/%s is not testdata/%s (%v)", name, name, err)
		}
	}
}
