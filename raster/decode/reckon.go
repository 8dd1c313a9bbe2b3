package decode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"

	"ocr-gateway/raster/kind"
)

// need is what the header of an image says that decoding it takes. The formulas follow
// what Go's decoders allocate (image/jpeg and so on, Go 1.26), each with the image in
// RGBA and once more turned; those in C take no more.
type need struct {
	width, height int
	memory        int64 // bytes
	scans         int   // how often a JPEG goes over its pixels, 1 for others
	components    int   // of a JPEG that every reader of PDF knows, 0 for others
}

// errNoHeader means that an image does not say how large it is.
var errNoHeader = errors.New("image without a header")

// wasmMemory is what the WebAssembly decoders take for themselves.
const wasmMemory = 64 << 20

// reckon reads the header of an image. An error still gives what is known of the size.
func reckon(k kind.Kind, data []byte) (need, error) {
	var n need
	var perPixel float64 // bytes, beside RGBA
	var ok bool
	switch k {
	case kind.JPEG:
		n, perPixel, ok = reckonJPEG(data)
	case kind.PNG:
		n, perPixel, ok = reckonPNG(data)
	case kind.GIF:
		n, perPixel, ok = reckonGIF(data)
	case kind.BMP:
		n, perPixel, ok = reckonBMP(data)
	case kind.WebP:
		n, perPixel, ok = reckonWebP(data)
	case kind.HEIC, kind.AVIF:
		box := readHEIF(data)
		// Planes of up to 16 bits, RGBA inside the sandbox and outside.
		n, perPixel, ok = need{width: box.width, height: box.height}, 16, box.width > 0
	}
	n.scans = max(n.scans, 1)
	if !ok || n.width < 1 || n.height < 1 {
		return n, errNoHeader
	}
	pixels := float64(n.width) * float64(n.height)
	// Turning holds RGBA twice.
	n.memory = int64(min(pixels*(perPixel+4+4), math.MaxInt64/2))
	if k == kind.HEIC || k == kind.AVIF || k == kind.WebP {
		n.memory += wasmMemory
	}
	return n, nil
}

// reckonJPEG walks the markers up to the end, for a scan more costs next to nothing in
// the file and a walk over all blocks in the decoder. A progressive one holds
// its coefficients, 4 bytes a sample, from the first scan to the last.
func reckonJPEG(data []byte) (n need, perPixel float64, ok bool) {
	for at := 2; at+4 <= len(data); {
		skip := bytes.IndexByte(data[at:], 0xff)
		if skip < 0 || at+skip+4 > len(data) {
			break
		}
		at += skip
		marker := data[at+1]
		switch {
		case marker == 0xff: // fill byte
			at++
			continue
		case marker == 0 || marker == 0x01 || marker >= 0xd0 && marker <= 0xd8: // no segment behind them
			at += 2
			continue
		case marker == 0xd9:
			return n, perPixel, ok
		}
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		body := data[at+4 : max(at+4, min(at+2+size, len(data)))]
		switch {
		case marker == 0xda:
			n.scans++
		case isFrameHeader(marker) && !ok && len(body) >= 6:
			n.height, n.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
			perPixel, ok = jpegSamples(body), true
			if marker <= 0xc2 && body[0] == 8 { // baseline, extended or progressive, of 8 bits
				n.components = int(body[5])
			}
			if marker != 0xc0 && marker != 0xc1 { // progressive, or read by a decoder that holds as much
				perPixel *= 5
			}
			if body[5] >= 3 { // RGB and CMYK are put together in 4 bytes a pixel
				perPixel += 4
			}
		}
		at += 2 + max(size, 2)
	}
	return n, perPixel, ok
}

// isFrameHeader tells SOF0 to SOF15 from DHT, JPG and DAC, which lie between.
func isFrameHeader(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

// jpegSamples is how many samples a pixel has, on average over all components.
func jpegSamples(frame []byte) float64 {
	components := frame[6:]
	var sum, most float64
	for range int(frame[5]) {
		if len(components) < 3 {
			break
		}
		samples := float64(components[1]>>4) * float64(components[1]&15)
		sum, most = sum+samples, max(most, samples)
		components = components[3:]
	}
	if most == 0 {
		return 4
	}
	return sum / most
}

// reckonPNG reads IHDR. An interlaced image exists twice while its passes are merged.
func reckonPNG(data []byte) (n need, perPixel float64, ok bool) {
	if len(data) < 29 || string(data[12:16]) != "IHDR" {
		return n, 0, false
	}
	width, height := binary.BigEndian.Uint32(data[16:]), binary.BigEndian.Uint32(data[20:])
	n.width, n.height = int(width), int(height)
	const gray, palette = 0, 3
	switch color := data[25]; color {
	case gray, palette:
		perPixel = 1
	default:
		perPixel = 4
	}
	if data[24] == 16 {
		perPixel *= 2
	}
	if data[28] != 0 {
		perPixel *= 2
	}
	return n, perPixel, true
}

// reckonGIF reads the logical screen, which no frame exceeds.
func reckonGIF(data []byte) (n need, perPixel float64, ok bool) {
	if len(data) < 10 {
		return n, 0, false
	}
	n.width, n.height = int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:]))
	return n, 2, true
}

// reckonBMP reads either form of the header. A height below 0 means rows from the top.
func reckonBMP(data []byte) (n need, perPixel float64, ok bool) {
	if len(data) < 26 {
		return n, 0, false
	}
	if data[14] == 12 {
		n.width, n.height = int(binary.LittleEndian.Uint16(data[18:])), int(binary.LittleEndian.Uint16(data[20:]))
	} else {
		n.width, n.height = int(int32(binary.LittleEndian.Uint32(data[18:]))), int(int32(binary.LittleEndian.Uint32(data[22:])))
	}
	n.height = max(n.height, -n.height)
	return n, 4, true
}

// reckonWebP reads the first chunk: of an extended file, a lossless or a lossy one
// (RFC 9649, sections 2.5 to 2.7). Lossless decoding holds the pixels of its transforms.
func reckonWebP(data []byte) (n need, perPixel float64, ok bool) {
	if len(data) < 30 {
		return n, 0, false
	}
	body := data[20:]
	switch string(data[12:16]) {
	case "VP8X":
		n.width = 1 + int(body[4]) + int(body[5])<<8 + int(body[6])<<16
		n.height = 1 + int(body[7]) + int(body[8])<<8 + int(body[9])<<16
	case "VP8L":
		bits := binary.LittleEndian.Uint32(body[1:])
		n.width, n.height = 1+int(bits&0x3fff), 1+int(bits>>14&0x3fff)
	case "VP8 ":
		n.width, n.height = int(binary.LittleEndian.Uint16(body[6:]))&0x3fff, int(binary.LittleEndian.Uint16(body[8:]))&0x3fff
	default:
		return n, 0, false
	}
	return n, 12, true
}
