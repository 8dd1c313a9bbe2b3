package tesseract

import (
	"encoding/binary"
	"image"
)

// maxBatch is how many lines one child reads: to start it costs as much as two lines, and on a busy processor
// all must be read within readTimeout.
const maxBatch = 30

// The tags of TIFF that gray pages without compression need.
const (
	tagSubfile       = 254
	tagWidth         = 256
	tagLength        = 257
	tagBits          = 258
	tagCompression   = 259
	tagPhotometric   = 262
	tagStrip         = 273
	tagSamples       = 277
	tagRowsPerStrip  = 278
	tagStripBytes    = 279
	typeLong         = 4
	blackIsZero      = 1
	uncompressed     = 1
	pageOfMany       = 2
	ifdEntry         = 12
	ifdEntries       = 10
	ifdBytes         = 2 + ifdEntries*ifdEntry + 4
	tiffHeader       = 8
	littleEndianTIFF = "II*\x00"
)

// encodeTIFF writes images as the pages of one TIFF, each followed by its pixels.
func encodeTIFF(pages []*image.Gray) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(littleEndianTIFF), tiffHeader)
	for i, p := range pages {
		w, h := p.Rect.Dx(), p.Rect.Dy()
		pixels := len(out) + ifdBytes
		next := pixels + w*h
		next += next & 1 // an IFD is aligned to a word
		if i == len(pages)-1 {
			next = 0
		}
		out = binary.LittleEndian.AppendUint16(out, ifdEntries)
		for _, e := range [ifdEntries][2]int{
			{tagSubfile, pageOfMany},
			{tagWidth, w},
			{tagLength, h},
			{tagBits, 8},
			{tagCompression, uncompressed},
			{tagPhotometric, blackIsZero},
			{tagStrip, pixels},
			{tagSamples, 1},
			{tagRowsPerStrip, h},
			{tagStripBytes, w * h},
		} {
			out = binary.LittleEndian.AppendUint16(out, uint16(e[0]))
			out = binary.LittleEndian.AppendUint16(out, typeLong)
			out = binary.LittleEndian.AppendUint32(out, 1)
			out = binary.LittleEndian.AppendUint32(out, uint32(e[1]))
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(next))
		for y := range h {
			out = append(out, p.Pix[y*p.Stride:][:w]...)
		}
		if len(out)&1 == 1 {
			out = append(out, 0)
		}
	}
	return out
}
