package main

import (
	"bytes"
	_ "embed" // style and frame
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

//go:embed assets/page.html
var frame string

//go:embed assets/style.css
var style []byte

// page is one document of the site.
type page struct {
	Source string // from the root of the sources
	Name   string // in the navigation
	Target string // in the site
}

// pages are all of them, in the order of the navigation.
var pages = []page{
	{"README.md", "Overview", "index.html"},
	{"docs/quickstart.md", "Quick start", "quickstart.html"},
	{"docs/api.md", "API and formats", "api.html"},
	{"docs/doors.md", "Doors", "doors.html"},
	{"docs/jobs.md", "Jobs", "jobs.html"},
	{"docs/models.md", "Models", "models.html"},
	{"docs/operations.md", "Operations", "operations.html"},
	{"docs/provisioning.md", "Provisioning", "provisioning.html"},
	{"docs/security.md", "Security", "security.html"},
	{"docs/benchmarks.md", "Benchmarks", "benchmarks.html"},
	{"docs/compare.md", "Beside others", "compare.html"},
	{"docs/architecture.md", "Architecture", "architecture.html"},
	{"docs/decisions.md", "Decisions", "decisions.html"},
	{"CHANGELOG.md", "Changes", "changelog.html"},
}

// heading is one of the second level, shown in the navigation of its page.
type heading struct{ ID, Text string }

// view is what the frame shows.
type view struct {
	Page     page
	Pages    []page
	Title    string
	Headings []heading
	Body     template.HTML
}

// build writes the site. What pages link to and is no page is copied beside them.
func build(root, out string) error {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "style.css"), style, 0o666); err != nil {
		return err
	}
	shown, err := template.New("page").Parse(frame)
	if err != nil {
		return err
	}
	for _, p := range pages {
		v, files, err := render(root, p)
		if err != nil {
			return fmt.Errorf("%s: %w", p.Source, err)
		}
		var b bytes.Buffer
		if err := shown.Execute(&b, v); err != nil {
			return fmt.Errorf("%s: %w", p.Source, err)
		}
		if err := os.WriteFile(filepath.Join(out, p.Target), b.Bytes(), 0o666); err != nil {
			return err
		}
		for _, file := range files {
			if err := copyFile(filepath.Join(root, file), filepath.Join(out, "files", file)); err != nil {
				return fmt.Errorf("%s links to what is not there: %w", p.Source, err)
			}
		}
	}
	return nil
}

// render makes a page of its source, and names the files that it links to.
func render(root string, p page) (v view, files []string, err error) {
	source, err := os.ReadFile(filepath.Join(root, p.Source))
	if err != nil {
		return v, nil, err
	}
	markdown := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	doc := markdown.Parser().Parse(text.NewReader(source), parser.WithContext(parser.NewContext(parser.WithIDs(&anchors{}))))
	v = view{Page: p, Pages: pages, Title: p.Name}
	err = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			id, _ := n.AttributeString("id")
			if anchor, ok := id.([]byte); ok && n.Level == 2 {
				v.Headings = append(v.Headings, heading{string(anchor), plain(n, source)})
			}
		case *ast.Link:
			n.Destination, files = rewrite(p.Source, n.Destination, files)
		case *ast.Image:
			n.Destination, files = rewrite(p.Source, n.Destination, files)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return v, nil, err
	}
	var b bytes.Buffer
	if err := markdown.Renderer().Render(&b, source, doc); err != nil {
		return v, nil, err
	}
	v.Body = template.HTML(b.String()) //nolint:gosec // of our own documents; markup in them is left out
	return v, files, nil
}

// rewrite turns a link between sources into one between pages, and notes what is no page.
func rewrite(from string, destination []byte, files []string) (to []byte, all []string) {
	u, err := url.Parse(string(destination))
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" || strings.HasPrefix(u.Path, "/") {
		return destination, files
	}
	target := path.Join(path.Dir(from), u.Path)
	if i := slices.IndexFunc(pages, func(p page) bool { return p.Source == target }); i >= 0 {
		u.Path = pages[i].Target
	} else {
		u.Path = "files/" + target
		files = append(files, target)
	}
	return []byte(u.String()), files
}

// plain is the text of a heading.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, is := n.(*ast.Text); is && entering {
			b.Write(t.Segment.Value(source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// copyFile copies a file, or all files of a folder and a list of them.
func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		b, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o666)
	}
	var list strings.Builder
	err = filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "<li><a href=\"%[1]s\">%[1]s</a></li>\n", template.HTMLEscapeString(filepath.ToSlash(rel)))
		return copyFile(name, filepath.Join(to, rel))
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "index.html"), []byte("<!doctype html><meta charset=\"utf-8\"><title>Files</title><ul>\n"+list.String()+"</ul>\n"), 0o666)
}
