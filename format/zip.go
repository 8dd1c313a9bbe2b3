package format

import (
	"archive/zip"
	"io"
	"maps"
	"slices"
	"time"
)

// encodeZip writes the Markdown with the images that it names, and the JSON, which names the images as well.
func encodeZip(w io.Writer, d Document) error {
	archive := zip.NewWriter(w)
	text, err := archive.CreateHeader(header("document.md", zip.Deflate))
	if err != nil {
		return err
	}
	if err := writeText(text, d.Markdown); err != nil {
		return err
	}
	plain := *d.Result
	plain.Pages = slices.Clone(d.Pages)
	for i := range plain.Pages {
		page := &plain.Pages[i]
		if err := zipImages(archive, page.Images); err != nil {
			return err
		}
		page.Images = nil
	}
	data, err := archive.CreateHeader(header("document.json", zip.Deflate))
	if err != nil {
		return err
	}
	if err := writeJSON(data, &plain); err != nil {
		return err
	}
	return archive.Close()
}

// header returns the header of a file. Its time is the earliest of the format, so that the same document
// gives the same archive.
func header(name string, method uint16) *zip.FileHeader {
	return &zip.FileHeader{Name: name, Method: method, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// zipImages stores images uncompressed, since PNG and JPEG are compressed already.
func zipImages(archive *zip.Writer, images map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(images)) {
		file, err := archive.CreateHeader(header(name, zip.Store))
		if err != nil {
			return err
		}
		if _, err := file.Write(images[name]); err != nil {
			return err
		}
	}
	return nil
}
