package batch

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ocr-gateway/client"
)

// item is a document to be read.
type item struct {
	name    string            // for people: its path or address
	rel     string            // path below the argument, with slashes: where its results go in a folder
	options map[string]string // by their names in the API
	version string            // changes with the content
	open    func(ctx context.Context) (client.File, func(), error)
}

// kinds are the endings of files that are taken from folders and buckets.
var kinds = []string{".pdf", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"}

func readable(name string) bool {
	return slices.Contains(kinds, strings.ToLower(path.Ext(name))) && !strings.HasPrefix(path.Base(name), ".")
}

// find lists the documents that arguments name, each once: folders, files, patterns, manifests
// (*.jsonl) and buckets. Options in a manifest override the given ones.
func find(ctx context.Context, args []string, options map[string]string, b *buckets) ([]item, error) {
	var all []item
	for _, arg := range args {
		found, err := findOne(ctx, arg, b)
		if err != nil {
			return nil, err
		}
		for _, i := range found {
			own := i.options
			i.options = map[string]string{}
			maps.Copy(i.options, options)
			maps.Copy(i.options, own)
			all = append(all, i)
		}
	}
	seen := map[string]bool{}
	all = slices.DeleteFunc(all, func(i item) bool {
		was := seen[i.id()]
		seen[i.id()] = true
		return was
	})
	if len(all) == 0 {
		return nil, fmt.Errorf("there are no documents in %s: looked for %s", strings.Join(args, ", "), strings.Join(kinds, " "))
	}
	return all, nil
}

// id tells items apart: the same document may be read with other options. It shows none of
// them, since a password may be among them.
func (i item) id() string {
	sum := sha256.Sum256([]byte(i.asked()))
	return i.name + " " + hex.EncodeToString(sum[:8])
}

// asked returns the options as text.
func (i item) asked() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(i.options)) {
		fmt.Fprintf(&b, "%q=%q\n", name, i.options[name])
	}
	return b.String()
}

func findOne(ctx context.Context, arg string, b *buckets) ([]item, error) {
	if isBucket(arg) {
		return b.list(ctx, arg)
	}
	info, err := os.Stat(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return findPattern(ctx, arg, b)
	case err != nil:
		return nil, err
	case info.IsDir():
		return findFolder(arg)
	case strings.EqualFold(filepath.Ext(arg), ".jsonl"):
		return readManifest(ctx, arg, b)
	default:
		one, err := local(arg, filepath.Base(arg))
		return []item{one}, err
	}
}

func findPattern(ctx context.Context, pattern string, b *buckets) (all []item, err error) {
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("there is no file or folder %s", pattern)
	}
	for _, name := range names {
		found, err := findOne(ctx, name, b)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func findFolder(dir string) (all []item, err error) {
	err = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && name != dir && strings.HasPrefix(e.Name(), "."):
			return filepath.SkipDir
		case e.IsDir() || !readable(e.Name()):
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		one, err := local(name, filepath.ToSlash(rel))
		if err != nil {
			one = unopened(name, filepath.ToSlash(rel), err)
		}
		all = append(all, one)
		return nil
	})
	return all, err
}

// local is a file on this machine. It has to be a regular one: opening a named pipe would wait for
// somebody who writes.
func local(name, rel string) (item, error) {
	info, err := os.Stat(name)
	if err != nil {
		return item{}, err
	}
	if !info.Mode().IsRegular() {
		return item{}, fmt.Errorf("%s is no file but %s", name, kindOf(info.Mode()))
	}
	return item{
		name: name, rel: rel, version: strconv.FormatInt(info.Size(), 10) + "-" + strconv.FormatInt(info.ModTime().UnixNano(), 10),
		open: func(context.Context) (client.File, func(), error) {
			f, err := os.Open(name)
			if err != nil {
				return client.File{}, nil, err
			}
			file, err := client.Opened(f)
			if err != nil {
				f.Close()
				return client.File{}, nil, err
			}
			return file, func() { f.Close() }, nil
		},
	}, nil
}

func kindOf(mode fs.FileMode) string {
	if mode.IsDir() {
		return "a folder"
	}
	return "a pipe, socket or device"
}

// unopened is a file of a folder that is not there after all: a link that leads nowhere, or a file
// that has just been removed. It fails by itself; the others are read.
func unopened(name, rel string, err error) item {
	return item{name: name, rel: rel, open: func(context.Context) (client.File, func(), error) { return client.File{}, nil, err }}
}

// line is one of a manifest.
type line struct {
	Path    string         `json:"path"` // relative to the manifest's folder, or s3://BUCKET/KEY
	Out     string         `json:"out"`  // where results go in a folder; empty: as the path
	Options map[string]any `json:"options"`
}

// maxLine bounds a line of a manifest: a schema may be in it.
const maxLine = 1 << 20

func readManifest(ctx context.Context, name string, b *buckets) (all []item, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		found, err := fromLine(ctx, filepath.Dir(name), lines.Bytes(), b)
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, n, err)
		}
		all = append(all, found...)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return all, nil
}

func fromLine(ctx context.Context, dir string, text []byte, b *buckets) ([]item, error) {
	var l line
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&l); err != nil {
		return nil, fmt.Errorf("it is not of the form {\"path\": …, \"out\": …, \"options\": {…}}: %w", err)
	}
	if l.Path == "" {
		return nil, errors.New("it names no path")
	}
	options, err := texts(l.Options)
	if err != nil {
		return nil, err
	}
	var found []item
	if isBucket(l.Path) {
		found, err = b.list(ctx, l.Path)
	} else {
		name := l.Path
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		found = make([]item, 1)
		found[0], err = local(name, strings.TrimLeft(path.Clean("/"+filepath.ToSlash(l.Path)), "/"))
	}
	for i := range found {
		found[i].options = options
		if l.Out != "" {
			found[i].rel = strings.TrimLeft(path.Clean("/"+l.Out), "/")
		}
	}
	return found, err
}

// texts returns options as a form has them. Objects, such as schemas, stay JSON.
func texts(options map[string]any) (map[string]string, error) {
	all := map[string]string{}
	for name, value := range options {
		if text, ok := value.(string); ok {
			all[name] = text
			continue
		}
		b, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		all[name] = string(b)
	}
	return all, nil
}
