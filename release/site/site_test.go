package main

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	links   = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	ids     = regexp.MustCompile(`id="([^"]*)"`)
	scripts = regexp.MustCompile(`(?i)<script|<iframe|<[^>]*\son\w+=`)
)

// TestLinksLeadSomewhere builds the site and follows every link within it, with its anchor.
func TestLinksLeadSomewhere(t *testing.T) {
	out := t.TempDir()
	if err := build("../..", out); err != nil {
		t.Fatal(err)
	}
	anchors, html := map[string][]string{}, map[string]string{}
	for _, p := range pages {
		b, err := os.ReadFile(filepath.Join(out, p.Target))
		if err != nil {
			t.Fatal(err)
		}
		html[p.Target] = string(b)
		for _, m := range ids.FindAllStringSubmatch(string(b), -1) {
			anchors[p.Target] = append(anchors[p.Target], m[1])
		}
	}
	followed := 0
	for _, p := range pages {
		if found := scripts.FindString(html[p.Target]); found != "" {
			t.Errorf("%s has %q", p.Source, found)
		}
		for _, m := range links.FindAllStringSubmatch(html[p.Target], -1) {
			u, err := url.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
			if err != nil {
				t.Errorf("%s: %v", p.Source, err)
				continue
			}
			if u.Scheme == "https" || u.Scheme == "http" {
				continue // this machine may have no network
			}
			followed++
			target := path.Join(path.Dir(p.Target), u.Path)
			if u.Path == "" {
				target = p.Target
			}
			if _, err := os.Stat(filepath.Join(out, target)); err != nil || strings.HasPrefix(u.Path, "/") {
				t.Errorf("%s links to %s, which is not there", p.Source, m[1])
			}
			if u.Fragment != "" && !slices.Contains(anchors[target], u.Fragment) {
				t.Errorf("%s links to %s, which has no such heading", p.Source, m[1])
			}
		}
	}
	if followed < 200 {
		t.Errorf("%d links", followed)
	}
}

// TestEveryDocumentIsAPage looks for documents that the navigation forgets.
func TestEveryDocumentIsAPage(t *testing.T) {
	found, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	for _, name := range found {
		source := "docs/" + filepath.Base(name)
		if !slices.ContainsFunc(pages, func(p page) bool { return p.Source == source }) {
			t.Errorf("%s is in no navigation", source)
		}
	}
}

func TestBrokenSourcesAreErrors(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range pages {
		write(p.Source, "# "+p.Name+"\n\n<script>alert(1)</script>\n\n## Two words & more\n\n## Two words & more\n")
	}
	out := filepath.Join(t.TempDir(), "site")
	if err := build(root, out); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(out, "api.html"))
	if err != nil || strings.Contains(string(b), "<script") || !strings.Contains(string(b), `href="#two-words--more-1"`) {
		t.Errorf("%v: %s", err, b)
	}
	write("docs/api.md", "[settings](../none.yaml)")
	if err := build(root, out); err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("a link to nothing: %v", err)
	}
}
