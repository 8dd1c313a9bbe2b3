package decode

import (
	"encoding/binary"
	"errors"
	"math"
)

// The directories of a TIFF file are walked here, because MuPDF, which decodes
// the images, follows a loop of directories and knows no orientation.

// maxDirectories bounds the pages of a TIFF file, far above any real one.
const maxDirectories = 100_000

// The tags that matter before decoding.
const (
	tagSubfileType    = 0x00fe
	tagWidth          = 0x0100
	tagHeight         = 0x0101
	tagOrientation    = 0x0112
	tagXResolution    = 0x011a
	tagYResolution    = 0x011b
	tagResolutionUnit = 0x0128
)

var errTIFF = errors.New("malformed TIFF directory")

// tiffFile is a TIFF file of which only directories are read.
type tiffFile struct {
	data  []byte
	order binary.ByteOrder
	first uint32 // offset of the first directory
}

// tiffDirectory describes one image: the first value of each tag.
type tiffDirectory map[uint16]float64

func openTIFF(data []byte) (*tiffFile, error) {
	if len(data) < 8 {
		return nil, errTIFF
	}
	t := &tiffFile{data: data}
	switch string(data[:4]) {
	case "II*\x00":
		t.order = binary.LittleEndian
	case "MM\x00*":
		t.order = binary.BigEndian
	default:
		return nil, errTIFF
	}
	t.first = t.order.Uint32(data[4:])
	return t, nil
}

// pictures returns the directories that are pages, in file order, with their index
// among all directories: not thumbnails (bit 0 of the subfile type) nor masks
// (bit 2). A loop ends the walk with what came before it; broken says that a directory
// which cannot be read does, or too many.
func (t *tiffFile) pictures() (dirs []tiffDirectory, index []int, broken bool) {
	seen := make(map[uint32]bool)
	for i, at := 0, t.first; at != 0 && !seen[at]; i++ {
		seen[at] = true
		dir, next, err := t.directory(at)
		if err != nil || i == maxDirectories {
			return dirs, index, true
		}
		if int(dir[tagSubfileType])&5 == 0 {
			dirs, index = append(dirs, dir), append(index, i)
		}
		at = next
	}
	return dirs, index, false
}

// directory reads the directory at an offset and gives the offset of the next, 0
// for none.
func (t *tiffFile) directory(at uint32) (dir tiffDirectory, next uint32, err error) {
	if uint64(at)+2 > uint64(len(t.data)) {
		return nil, 0, errTIFF
	}
	count := int(t.order.Uint16(t.data[at:]))
	entries := t.data[at+2:]
	if len(entries) < 12*count {
		return nil, 0, errTIFF
	}
	dir = make(tiffDirectory)
	for i := range count {
		entry := entries[12*i : 12*i+12]
		if v, ok := t.value(entry); ok {
			dir[t.order.Uint16(entry)] = v
		}
	}
	if rest := entries[12*count:]; len(rest) >= 4 {
		next = t.order.Uint32(rest)
	}
	return dir, next, nil
}

// value reads the first value of an entry. TIFF's types are 1 BYTE, 3 SHORT,
// 4 LONG and 5 RATIONAL, of which the last lies elsewhere.
func (t *tiffFile) value(entry []byte) (float64, bool) {
	switch t.order.Uint16(entry[2:]) {
	case 1:
		return float64(entry[8]), true
	case 3:
		return float64(t.order.Uint16(entry[8:])), true
	case 4:
		return float64(t.order.Uint32(entry[8:])), true
	case 5:
		at := uint64(t.order.Uint32(entry[8:]))
		if at+8 > uint64(len(t.data)) {
			return 0, false
		}
		divisor := t.order.Uint32(t.data[at+4:])
		if divisor == 0 {
			return 0, false
		}
		return float64(t.order.Uint32(t.data[at:])) / float64(divisor), true
	}
	return 0, false
}

func (d tiffDirectory) orientation() orientation {
	if o := orientation(d[tagOrientation]); o >= 1 && o <= 8 {
		return o
	}
	return upright
}

// dpi is the finer resolution in dots per inch, 0 when unknown. The unit is
// 2 for inches, which is the default, and 3 for centimetres.
func (d tiffDirectory) dpi() float64 {
	finer := d[tagXResolution]
	if x, y := d.stretch(); x > 1 || y > 1 {
		finer = max(finer, d[tagYResolution])
	}
	switch unit, ok := d[tagResolutionUnit]; {
	case !ok || unit == 2:
		return finer
	case unit == 3:
		return finer * 2.54
	}
	return 0
}

// stretch is by how much the sides of a picture grow to make its pixels square: those of
// a fax of 204 x 98 dpi are twice as high as wide. Odder ones are slips.
func (d tiffDirectory) stretch() (x, y float64) {
	const least, most = 1.2, 4
	ratio := d[tagXResolution] / d[tagYResolution] // NaN or infinite where one is not given
	switch {
	case ratio > least && ratio < most:
		return 1, ratio
	case 1/ratio > least && 1/ratio < most:
		return 1 / ratio, 1
	}
	return 1, 1
}

// square is the size in square pixels.
func (d tiffDirectory) square() (width, height float64) {
	x, y := d.stretch()
	return math.Round(d[tagWidth] * x), math.Round(d[tagHeight] * y)
}
