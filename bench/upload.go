package bench

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxUploads bounds, in bytes, the documents kept in memory.
const maxUploads = 4 << 30

// upload is a document as a form, encoded once and sent as it is.
type upload struct {
	contentType string
	body        []byte
}

// readUploads takes what the documents need from the budget of bytes.
func readUploads(files []string, fields map[string]string, budget *int64) ([]upload, error) {
	var uploads []upload
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return nil, fmt.Errorf("read document: %w", err)
		}
		if *budget -= info.Size(); *budget < 0 {
			return nil, fmt.Errorf("the documents are larger than %d GiB in all, which are kept in memory: send fewer", maxUploads>>30)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read document: %w", err)
		}
		uploads = append(uploads, encode(filepath.Base(file), data, fields))
	}
	return uploads, nil
}

var quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "")

// encode writes the form (RFC 7578) by hand: mime/multipart would copy the
// document once more.
func encode(name string, data []byte, fields map[string]string) upload {
	boundary := "ocr-gateway-bench"
	for bytes.Contains(data, []byte(boundary)) {
		boundary += "-"
	}
	var head bytes.Buffer
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		fmt.Fprintf(&head, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary, quoted.Replace(field), fields[field])
	}
	fmt.Fprintf(&head, "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"+
		"Content-Type: application/octet-stream\r\n\r\n", boundary, quoted.Replace(name))
	return upload{
		contentType: "multipart/form-data; boundary=" + boundary,
		body:        slices.Concat(head.Bytes(), data, fmt.Appendf(nil, "\r\n--%s--\r\n", boundary)),
	}
}
