// Package rastertest makes documents for tests of raster, of the packages under it and of others.
package rastertest

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// ProgressiveBomb is a progressive JPEG that says next to nothing, in scans of which each
// makes a decoder walk over all blocks, and hold the coefficients of all components.
func ProgressiveBomb(width, height, components, scans int) []byte {
	blocks := (width + 7) / 8 * ((height + 7) / 8)
	segment := func(marker byte, body ...byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
	}
	// A table with a single code, 0, of one bit.
	oneCode := func(table, symbol byte) []byte {
		return segment(0xc4, append(append([]byte{table, 1}, make([]byte, 15)...), symbol)...)
	}
	var quarter [64]byte
	for i := range quarter {
		quarter[i] = 1
	}
	frame := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, uint16(height)), uint16(width))
	frame = append(frame, byte(components))
	for i := range components {
		frame = append(frame, byte(i+1), 0x11, 0)
	}
	out := slices.Concat([]byte{0xff, 0xd8}, segment(0xee, append([]byte("Adobe"), 0, 100, 0, 0, 0, 0, 0)...),
		segment(0xdb, append([]byte{0}, quarter[:]...)...), segment(0xc2, frame...), oneCode(0x00, 0x00), oneCode(0x10, 0xe0))
	for i := range components {
		out = append(append(out, segment(0xda, 1, byte(i+1), 0, 0, 0, 0)...), make([]byte, (blocks+7)/8)...)
	}
	// "Nothing new in the next 16384 blocks": the code of EOB14 and 14 bits of its run.
	idle := segment(0xda, 1, 1, 0, 1, 63, 0)
	var bits, n uint
	for left := blocks; left > 0; left -= 16384 {
		bits, n = bits<<15, n+15
		for ; n >= 8; n -= 8 {
			idle = append(idle, byte(bits>>(n-8)))
		}
	}
	idle = append(idle, byte(bits<<(8-n))|(1<<(8-n)-1))
	for range scans {
		out = append(out, idle...)
	}
	return append(out, 0xff, 0xd9)
}

// TIFF is a little-endian TIFF with one directory of LONG entries.
func TIFF(next uint32, entries ...[2]uint32) []byte {
	b := binary.LittleEndian.AppendUint32([]byte("II*\x00"), 8)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(entries)))
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
		b = binary.LittleEndian.AppendUint16(b, 4)
		b = binary.LittleEndian.AppendUint32(b, 1)
		b = binary.LittleEndian.AppendUint32(b, e[1])
	}
	return binary.LittleEndian.AppendUint32(b, next)
}

// AddFiles seeds a fuzz target with the files of a folder that match patterns.
func AddFiles(f *testing.F, dir string, patterns ...string) {
	f.Helper()
	for _, pattern := range patterns {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds %s: %v", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
}
