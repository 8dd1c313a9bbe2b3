package decode

import (
	"bytes"
	"encoding/binary"

	"ocr-gateway/raster/kind"
)

// hasFrames reports whether a picture is an animation of more than one frame, as far as
// its kind is read by the first one only.
func hasFrames(k kind.Kind, data []byte) bool {
	switch k {
	case kind.GIF:
		return gifFrames(data) > 1
	case kind.PNG:
		return pngFrames(data) > 1
	case kind.WebP:
		return bytes.Count(data, []byte("ANMF")) > 1 && len(data) > 30 && string(data[12:16]) == "VP8X" && data[20]&2 != 0
	}
	return false
}

// gifFrames counts the images of a GIF (GIF89a, sections 18 to 27), up to two.
func gifFrames(data []byte) (frames int) {
	const header = 13
	if len(data) < header {
		return 0
	}
	at := header + colorTable(data[10])
	for at < len(data) && frames < 2 {
		switch data[at] {
		case 0x21: // an extension: a label and blocks
			at = skipBlocks(data, at+2)
		case 0x2c: // an image: a descriptor, a color table, the size of codes and blocks
			if at+10 > len(data) {
				return frames
			}
			frames++
			at = skipBlocks(data, at+10+colorTable(data[at+9])+1)
		default:
			return frames
		}
	}
	return frames
}

// colorTable is the length of the color table that the flags announce.
func colorTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// skipBlocks gives what follows the blocks, each behind its length, that end with an
// empty one.
func skipBlocks(data []byte, at int) int {
	for at < len(data) && data[at] != 0 {
		at += int(data[at]) + 1
	}
	return at + 1
}

// pngFrames is the number of frames that the chunk acTL says (PNG 3, section 11.3.7).
func pngFrames(data []byte) uint32 {
	for at := 8; at+12 <= len(data); {
		size := int(binary.BigEndian.Uint32(data[at:]))
		switch string(data[at+4 : at+8]) {
		case "acTL":
			return binary.BigEndian.Uint32(data[at+8:])
		case "IDAT":
			return 1
		}
		if size < 0 || size > len(data)-at-12 {
			return 1
		}
		at += 12 + size
	}
	return 1
}
