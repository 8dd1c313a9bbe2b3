// Package page is the page at /, where people have documents read and look at what was read.
// It is made of plain modules and a style sheet in static, which are part of the program;
// nothing is fetched from elsewhere. The page talks to the server by the API that
// everybody has, and by no other way.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

//go:embed static
var static embed.FS

// root is where the parts of the page are, beside the page itself at /.
const root = "/page/"

// policy lets the page run its own scripts and styles, talk to its own server, and show
// pictures that came from there or from its user. Text of documents that would be markup has nothing
// to run, load or send.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
	"manifest-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Settings are what the page has to know before it asks for anything.
type Settings struct {
	Version     string `json:"version"`
	KeyRequired bool   `json:"key_required"` // the API wants a key
	Jobs        bool   `json:"jobs"`         // jobs are kept
	MaxUpload   int64  `json:"max_upload"`   // bytes of a file
}

// Page serves the page.
type Page struct {
	files map[string]file // by path
}

type file struct {
	mediaType, tag string
	content        []byte
}

// mediaTypes are those of the page's files; the tables of the system say different things.
var mediaTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".pdf": "application/pdf", ".png": "image/png", ".json": "application/json", ".txt": "text/plain; charset=utf-8",
}

// New makes the page.
func New(settings Settings) (*Page, error) {
	p := &Page{map[string]file{}}
	known, err := json.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	p.add(root+"settings.json", known)
	err = fs.WalkDir(static, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := static.ReadFile(name)
		if err != nil {
			return err
		}
		at := root + strings.TrimPrefix(name, "static/")
		if at == root+"index.html" {
			at = "/"
			name = "index.html"
		}
		if mediaTypes[path.Ext(name)] == "" {
			return fmt.Errorf("%s has no media type", name)
		}
		p.addAs(at, mediaTypes[path.Ext(name)], content)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return p, nil
}

func (p *Page) add(at string, content []byte) { p.addAs(at, mediaTypes[path.Ext(at)], content) }

func (p *Page) addAs(at, mediaType string, content []byte) {
	sum := sha256.Sum256(content)
	p.files[at] = file{mediaType, `"` + hex.EncodeToString(sum[:16]) + `"`, content}
}

// Paths are the addresses of all that the page is made of.
func (p *Page) Paths() []string { return slices.Sorted(maps.Keys(p.files)) }

// Has reports whether the page has something at a path.
func (p *Page) Has(path string) bool { _, there := p.files[path]; return there }

// ServeHTTP answers for Paths. Browsers keep what they have been sent and ask whether it is
// still the same, so that a page and its parts are always of one version.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, there := p.files[r.URL.Path]
	if !there {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", f.mediaType)
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", f.tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
}
