package decode

import (
	"bufio"
	"encoding/binary"
	"io"

	"ocr-gateway/raster/kind"
)

// Metadata further in than this is not looked for.
const (
	maxChunks = 4096
	maxEXIF   = 1 << 20
)

// findOrientation reads the orientation out of an image's metadata. Whatever is
// damaged or missing counts as upright.
func findOrientation(k kind.Kind, r io.Reader) orientation {
	var exif []byte
	switch br := bufio.NewReader(r); k {
	case kind.JPEG:
		exif = jpegEXIF(br)
	case kind.PNG:
		exif = pngEXIF(br)
	case kind.WebP:
		exif = webpEXIF(br)
	}
	return exifOrientation(exif)
}

// jpegEXIF walks the segments before the first scan for APP1 "Exif".
func jpegEXIF(r *bufio.Reader) []byte {
	if _, err := r.Discard(2); err != nil {
		return nil
	}
	for range maxChunks {
		var marker [4]byte
		if _, err := io.ReadFull(r, marker[:]); err != nil || marker[0] != 0xff {
			return nil
		}
		if marker[1] == 0xff { // fill byte
			if r.UnreadByte() != nil {
				return nil
			}
			continue
		}
		size := int(binary.BigEndian.Uint16(marker[2:])) - 2
		if size < 0 || marker[1] == 0xda {
			return nil
		}
		if marker[1] != 0xe1 {
			if _, err := r.Discard(size); err != nil {
				return nil
			}
			continue
		}
		segment := make([]byte, size)
		if _, err := io.ReadFull(r, segment); err != nil {
			return nil
		}
		if len(segment) > 6 && string(segment[:6]) == "Exif\x00\x00" {
			return segment[6:]
		}
	}
	return nil
}

// pngEXIF walks the chunks for eXIf, which may stand behind the pixels.
func pngEXIF(r *bufio.Reader) []byte {
	if _, err := r.Discard(8); err != nil {
		return nil
	}
	return findChunk(r, "eXIf", func(header []byte) (string, int64) {
		return string(header[4:]), int64(binary.BigEndian.Uint32(header)) + 4 // CRC
	})
}

// webpEXIF walks the RIFF chunks for EXIF. Some writers keep JPEG's prefix.
func webpEXIF(r *bufio.Reader) []byte {
	if _, err := r.Discard(12); err != nil {
		return nil
	}
	exif := findChunk(r, "EXIF", func(header []byte) (string, int64) {
		size := int64(binary.LittleEndian.Uint32(header[4:]))
		return string(header[:4]), size + size&1
	})
	if len(exif) > 6 && string(exif[:6]) == "Exif\x00\x00" {
		return exif[6:]
	}
	return exif
}

// findChunk returns the body of the first chunk called name. parse reads a chunk's
// 8-byte header: its name and how many bytes follow.
func findChunk(r *bufio.Reader, name string, parse func([]byte) (string, int64)) []byte {
	for range maxChunks {
		var header [8]byte
		if _, err := io.ReadFull(r, header[:]); err != nil {
			return nil
		}
		got, size := parse(header[:])
		if got == name && size <= maxEXIF {
			body := make([]byte, size)
			if _, err := io.ReadFull(r, body); err != nil {
				return nil
			}
			return body
		}
		if _, err := io.CopyN(io.Discard, r, size); err != nil {
			return nil
		}
	}
	return nil
}

// exifOrientation reads tag 0x0112 of the first directory: EXIF is a TIFF file.
func exifOrientation(exif []byte) orientation {
	t, err := openTIFF(exif)
	if err != nil {
		return upright
	}
	dir, _, err := t.directory(t.first)
	if err != nil {
		return upright
	}
	return dir.orientation()
}
