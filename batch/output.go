package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// endings are the file name endings of some formats; the others end in the format's name.
var endings = map[string]string{"alto": ".alto.xml", "docling": ".docling.json"}

func ending(format string) string {
	if e, known := endings[format]; known {
		return e
	}
	return "." + format
}

// place is where the result of an item goes: into the folder or bucket out, or beside the
// document. Its ending is appended to the document's, so that a.pdf and a.png do not collide.
func place(out string, i item, format string) string {
	switch {
	case out == "":
		return i.name + ending(format)
	case isBucket(out):
		return strings.TrimRight(out, "/") + "/" + i.rel + ending(format)
	default:
		return filepath.Join(out, filepath.FromSlash(i.rel)) + ending(format)
	}
}

// withoutResults leaves out items at the place where the PDF of another item goes: an earlier run
// has written them, or this one would overwrite them.
func withoutResults(out string, items []item) []item {
	results := map[string]bool{}
	for _, i := range items {
		results[whole(place(out, i, "pdf"))] = true
	}
	return slices.DeleteFunc(items, func(i item) bool { return results[whole(i.name)] })
}

// ownPlaces makes sure that no item's results would take the place of another's, as they would where
// two folders have a file of the same name.
func ownPlaces(out string, items []item) error {
	taken := make(map[string]item, len(items))
	for _, i := range items {
		to := whole(place(out, i, "md"))
		if other, is := taken[to]; is {
			return fmt.Errorf("the results of %s and %s would be the same files, %s.…: read them with another --out each, or give a manifest that names them by \"out\"",
				other.name, i.name, strings.TrimSuffix(place(out, i, "md"), ending("md")))
		}
		taken[to] = i
	}
	return nil
}

// whole returns the full name of a file or object.
func whole(name string) string {
	if abs, err := filepath.Abs(name); err == nil && !isBucket(name) {
		return abs
	}
	return name
}

// write writes a result completely, or not at all.
func (r *run) write(ctx context.Context, to string, from io.Reader) (err error) {
	if isBucket(to) {
		return r.buckets.put(ctx, to, from)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	// Its name is always the same, so that killed runs do not pile up files.
	f, err := os.OpenFile(filepath.Join(filepath.Dir(to), "."+filepath.Base(to)+".part"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), to)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
