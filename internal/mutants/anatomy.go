package mutants

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"slices"
)

// field is a number in a binary format.
type field struct {
	at, size int // bytes; size is 1, 2 or 4
	order    binary.ByteOrder
}

// span is a part of a file that stands for itself, such as a chunk.
type span struct{ from, to int }

// anatomy says where a file keeps its numbers and parts.
type anatomy struct {
	text   bool // its structure is text: a PDF
	fields []field
	parts  []span
	seal   func([]byte) // renews checksums, without which a decoder would stop early
}

// field notes a number, when the file reaches that far.
func (a *anatomy) field(data []byte, at, size int, order binary.ByteOrder) {
	if at >= 0 && at+size <= len(data) {
		a.fields = append(a.fields, field{at, size, order})
	}
}

// anatomyOf looks at a file that may be damaged already.
func anatomyOf(data []byte) anatomy {
	starts := func(magic string) bool { return bytes.HasPrefix(data, []byte(magic)) }
	switch {
	case bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")):
		return anatomy{text: true}
	case starts("\x89PNG"):
		return pngAnatomy(data)
	case starts("\xff\xd8"):
		return jpegAnatomy(data)
	case starts("II*\x00"):
		return tiffAnatomy(data, binary.LittleEndian)
	case starts("MM\x00*"):
		return tiffAnatomy(data, binary.BigEndian)
	case starts("GIF8"):
		return gifAnatomy(data)
	case starts("RIFF"):
		return riffAnatomy(data)
	case starts("BM"):
		return bmpAnatomy(data)
	case len(data) > 12 && string(data[4:8]) == "ftyp":
		return heifAnatomy(data)
	}
	return anatomy{}
}

// damageShape makes a number lie, or drops, doubles, nests or swaps parts.
func damageShape(random *rand.Rand, data []byte, shape anatomy) []byte {
	if len(shape.parts) > 0 && random.IntN(3) == 0 {
		data = damageParts(random, data, shape.parts)
	} else {
		for range 1 + random.IntN(3) {
			f := shape.fields[random.IntN(len(shape.fields))]
			put(data[f.at:f.at+f.size], f.order, lie(random, get(data[f.at:f.at+f.size], f.order)))
		}
	}
	if shape.seal != nil && random.IntN(4) > 0 {
		shape.seal(data)
	}
	return data
}

func damageParts(random *rand.Rand, data []byte, parts []span) []byte {
	pick := func() span { return parts[random.IntN(len(parts))] }
	a, b := pick(), pick()
	piece := slices.Clone(data[a.from:a.to])
	if len(piece) == 0 {
		return data
	}
	switch random.IntN(4) {
	case 0: // gone
		return slices.Delete(data, a.from, a.to)
	case 1: // elsewhere again, once or very often
		return slices.Insert(data, b.from, repeat(random, piece)...)
	case 2: // inside another
		return slices.Insert(data, b.from+random.IntN(b.to-b.from+1), piece...)
	default: // in the place of another
		return slices.Replace(data, b.from, b.to, piece...)
	}
}

// lie returns a number that is not what it was: an end of its range, a giant size,
// or slightly off.
func lie(random *rand.Rand, was uint32) uint32 {
	values := []uint32{
		0, 1, 2, 0x7f, 0xff, 16384, 0x7fff, 0x8000, 65500, 0xffff, 100_000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
		was - 1, was + 1, was * 2, was / 2, -was, was << 8, random.Uint32(),
	}
	return values[random.IntN(len(values))]
}

func get(b []byte, order binary.ByteOrder) uint32 {
	switch len(b) {
	case 1:
		return uint32(b[0])
	case 2:
		return uint32(order.Uint16(b))
	}
	return order.Uint32(b)
}

func put(b []byte, order binary.ByteOrder, v uint32) {
	switch len(b) {
	case 1:
		b[0] = byte(v)
	case 2:
		order.PutUint16(b, uint16(v))
	default:
		order.PutUint32(b, v)
	}
}

// pngAnatomy: chunks of length, type, data and checksum. All bytes of the small
// chunks are numbers; those of IDAT are not.
func pngAnatomy(data []byte) (a anatomy) {
	each := func(visit func(at, length int)) {
		for at := 8; at+12 <= len(data); {
			length := int(binary.BigEndian.Uint32(data[at:]))
			if length < 0 || at+12+length > len(data) {
				return
			}
			visit(at, length)
			at += 12 + length
		}
	}
	each(func(at, length int) {
		a.parts = append(a.parts, span{at, at + 12 + length})
		a.field(data, at, 4, binary.BigEndian)
		switch string(data[at+4 : at+8]) {
		case "IHDR":
			for i := range 2 {
				a.field(data, at+8+4*i, 4, binary.BigEndian) // width, height
			}
			for i := range 5 {
				a.field(data, at+16+i, 1, binary.BigEndian) // depth, color, compression, filter, interlace
			}
		case "IDAT", "PLTE":
		default:
			for i := 8; i < 8+min(length, 64); i += 2 {
				a.field(data, at+i, 2, binary.BigEndian)
			}
		}
	})
	a.seal = func(changed []byte) {
		data = changed
		each(func(at, length int) {
			end := at + 8 + length
			binary.BigEndian.PutUint32(data[end:], crc32.ChecksumIEEE(data[at+4:end]))
		})
	}
	return a
}

// jpegAnatomy: segments of marker and length up to the pixels.
func jpegAnatomy(data []byte) (a anatomy) {
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		length := int(binary.BigEndian.Uint16(data[at+2:]))
		end := min(at+2+length, len(data))
		a.parts = append(a.parts, span{at, end})
		a.field(data, at+1, 1, binary.BigEndian)
		a.field(data, at+2, 2, binary.BigEndian)
		if marker := data[at+1]; marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 {
			a.field(data, at+5, 2, binary.BigEndian) // height
			a.field(data, at+7, 2, binary.BigEndian) // width
		}
		for i := at + 4; i < min(end, at+36); i++ {
			a.field(data, i, 1, binary.BigEndian)
		}
		if data[at+1] == 0xda { // pixels follow
			return a
		}
		at = end
		if length < 2 {
			return a
		}
	}
	return a
}

// tiffAnatomy: directories of entries with tag, type, count and value.
func tiffAnatomy(data []byte, order binary.ByteOrder) (a anatomy) {
	if len(data) < 8 {
		return a
	}
	a.field(data, 4, 4, order)
	next := int(order.Uint32(data[4:]))
	for range 8 { // directories; a damaged list may go round
		if next < 8 || next+2 > len(data) {
			return a
		}
		count := int(order.Uint16(data[next:]))
		a.field(data, next, 2, order)
		for i := range min(count, 64) {
			at := next + 2 + 12*i
			if at+12 > len(data) {
				return a
			}
			a.parts = append(a.parts, span{at, at + 12})
			a.field(data, at, 2, order)
			a.field(data, at+2, 2, order)
			a.field(data, at+4, 4, order)
			a.field(data, at+8, 4, order)
			a.field(data, at+8, 2, order) // short values stand in the first half
		}
		end := next + 2 + 12*count
		if end+4 > len(data) {
			return a
		}
		a.field(data, end, 4, order) // the next directory
		next = int(order.Uint32(data[end:]))
	}
	return a
}

// gifAnatomy: the screen, and the frames and extensions, found by their first bytes.
func gifAnatomy(data []byte) (a anatomy) {
	for at := 6; at < min(13, len(data)); at++ {
		a.field(data, at, 1, binary.LittleEndian)
	}
	a.field(data, 6, 2, binary.LittleEndian)
	a.field(data, 8, 2, binary.LittleEndian)
	last := 13
	for at := 13; at+10 < len(data); at++ {
		if data[at] != ',' && data[at] != '!' {
			continue
		}
		if at > last {
			a.parts = append(a.parts, span{last, at})
		}
		last = at
		for i := range 4 {
			a.field(data, at+1+2*i, 2, binary.LittleEndian)
		}
		a.field(data, at+9, 1, binary.LittleEndian)
		a.field(data, at+10, 1, binary.LittleEndian)
	}
	return a
}

// riffAnatomy: chunks of name and length; the head of each has the sizes.
func riffAnatomy(data []byte) (a anatomy) {
	a.field(data, 4, 4, binary.LittleEndian)
	for at := 12; at+8 <= len(data); {
		length := int(binary.LittleEndian.Uint32(data[at+4:]))
		end := min(at+8+length+length%2, len(data))
		a.parts = append(a.parts, span{at, end})
		a.field(data, at+4, 4, binary.LittleEndian)
		for i := at + 8; i < min(end, at+32); i++ {
			a.field(data, i, 1, binary.LittleEndian)
		}
		a.field(data, at+14, 2, binary.LittleEndian) // of VP8: width
		a.field(data, at+16, 2, binary.LittleEndian) // height
		at = end
	}
	return a
}

// bmpAnatomy: one head of numbers.
func bmpAnatomy(data []byte) (a anatomy) {
	for _, at := range []int{2, 10, 14, 18, 22, 30, 34, 38, 42, 46, 50} {
		a.field(data, at, 4, binary.LittleEndian)
	}
	a.field(data, 26, 2, binary.LittleEndian) // planes
	a.field(data, 28, 2, binary.LittleEndian) // bits a pixel
	return a
}

// heifAnatomy: boxes of length and name, those of HEIC and AVIF nested.
func heifAnatomy(data []byte) (a anatomy) {
	var walk func(from, to, depth int)
	walk = func(from, to, depth int) {
		for at := from; at+8 <= to; {
			length := int(binary.BigEndian.Uint32(data[at:]))
			if length < 8 || at+length > to {
				return
			}
			a.parts = append(a.parts, span{at, at + length})
			a.field(data, at, 4, binary.BigEndian)
			for i := at + 8; i < min(at+length, at+48); i += 2 {
				a.field(data, i, 2, binary.BigEndian)
			}
			switch name := string(data[at+4 : at+8]); {
			case depth > 8:
			case name == "meta": // has a version first
				walk(at+12, at+length, depth+1)
			case name == "iprp" || name == "ipco" || name == "iinf":
				walk(at+8, at+length, depth+1)
			case name == "ispe":
				a.field(data, at+12, 4, binary.BigEndian) // width
				a.field(data, at+16, 4, binary.BigEndian) // height
			}
			at += length
		}
	}
	walk(0, len(data), 0)
	return a
}
