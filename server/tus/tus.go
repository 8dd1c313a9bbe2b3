// Package tus reads and writes the headers of resumable uploads: https://tus.io, version
// 1.0.0, with its extensions for creation, expiration, checksums and termination.
package tus

import (
	"crypto/sha1" //nolint:gosec // which every server of the protocol has to know
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"net/http"
	"strconv"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/files"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/problem"
)

// Names of headers.
const (
	HeaderVersion  = "Tus-Resumable"
	headerVersions = "Tus-Version"
	headerLength   = "Upload-Length"
	headerOffset   = "Upload-Offset"
	headerMetadata = "Upload-Metadata"
	headerExpires  = "Upload-Expires"
	headerChecksum = "Upload-Checksum"
)

const (
	version = "1.0.0"
	// MediaType is that of pieces.
	MediaType = "application/offset+octet-stream"
)

// Headers are those that scripts of other pages need to send and to see.
var Headers = []string{HeaderVersion, headerVersions, headerLength, headerOffset, headerMetadata, headerExpires, headerChecksum, "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm"}

// hashes are the checksums that pieces may have.
var hashes = map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New}

// Describe says what the server can.
func Describe(h http.Header, most int64) {
	h.Set(HeaderVersion, version)
	h.Set(headerVersions, version)
	h.Set("Tus-Extension", "creation,creation-with-upload,expiration,checksum,termination")
	h.Set("Tus-Checksum-Algorithm", "sha1,sha256")
	h.Set("Tus-Max-Size", strconv.FormatInt(most, 10))
}

// Check refuses clients of another version. All answers have this server's.
func Check(request, answer http.Header) error {
	answer.Set(HeaderVersion, version)
	if request.Get(HeaderVersion) == version {
		return nil
	}
	answer.Set(headerVersions, version)
	return document.Problemf(problem.CodeTusVersion, document.PhaseAdmission,
		"uploads in pieces follow tus %s: send the header \"Tus-Resumable: %s\", as the clients of https://tus.io do", version, version)
}

// Creation reads what a client says of a file that it begins.
func Creation(h http.Header) (name string, size int64, err error) {
	size, err = strconv.ParseInt(h.Get(headerLength), 10, 64)
	if err != nil || size < 0 {
		return "", 0, document.Invalid(headerLength, "Upload-Length must be the number of bytes of the file, not %q", clip.Text(h.Get(headerLength)))
	}
	for pair := range strings.SplitSeq(h.Get(headerMetadata), ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value))
		if err != nil {
			return "", 0, document.Invalid(headerMetadata, "the value of %q in Upload-Metadata is not base64", clip.Text(key))
		}
		if key == "filename" || key == "name" && name == "" {
			name = clip.FileName(string(text))
		}
	}
	return name, size, nil
}

// Piece reads what a client says of a piece. One that comes with the file's creation has no
// offset.
func Piece(h http.Header, first bool) (offset int64, c files.Check, err error) {
	if media, _, _ := strings.Cut(h.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(media), MediaType) || h.Get("Content-Encoding") != "" {
		return 0, c, document.Problemf(document.CodeUnsupportedMedia, document.PhaseAdmission, "a piece of a file is sent as %s, without Content-Encoding", MediaType)
	}
	if !first {
		offset, err = strconv.ParseInt(h.Get(headerOffset), 10, 64)
		if err != nil || offset < 0 {
			return 0, c, document.Invalid(headerOffset, "Upload-Offset must say at which byte of the file the piece begins, not %q", clip.Text(h.Get(headerOffset)))
		}
	}
	given := h.Get(headerChecksum)
	if given == "" {
		return offset, c, nil
	}
	name, value, _ := strings.Cut(given, " ")
	made, known := hashes[name]
	if !known {
		return 0, c, document.Invalid(headerChecksum, "there is no checksum %q; known are sha1, sha256", clip.Text(name))
	}
	c.Hash = made()
	if c.Sum, err = base64.StdEncoding.DecodeString(value); err != nil || len(c.Sum) != c.Hash.Size() {
		return 0, c, document.Invalid(headerChecksum, "the %s in Upload-Checksum must be %d bytes in base64", name, c.Hash.Size())
	}
	return offset, c, nil
}

// Show writes how far a file is.
func Show(h http.Header, f files.File) {
	h.Set("Cache-Control", "no-store")
	h.Set(headerOffset, strconv.FormatInt(f.Offset, 10))
	h.Set(headerLength, strconv.FormatInt(f.Size, 10))
	if f.Name != "" {
		h.Set(headerMetadata, "filename "+base64.StdEncoding.EncodeToString([]byte(f.Name)))
	}
	if !f.Expires.IsZero() {
		h.Set(headerExpires, f.Expires.UTC().Format(http.TimeFormat))
	}
}
