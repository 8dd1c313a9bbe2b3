// Package wire is the protocol between the gateway and a rendering child: one request, one
// reply, each one packet on a SOCK_SEQPACKET socket, in little-endian. The pixels do not
// travel; the child writes them to the start of a file of shared memory that it was
// started with, and words and characters (see words.go and drawn.go) to the last
// TailBytes of it. The gateway trusts nothing in a reply.
package wire

import (
	"encoding/binary"
	"errors"

	"ocr-gateway/raster/kind"
)

// The descriptors that a child is started with.
const (
	SocketFD  = 3
	PixelsFD  = 4
	LibraryFD = 5 // until it is open
)

// Ready is the first packet, which a child sends when it is in its sandbox.
const Ready = "ready"

// Op is what a request asks for.
type Op uint32

// What requests ask for.
const (
	OpOpen   Op = iota // the packet carries the document's descriptor and, behind the header, the password
	OpSize             // of page Page
	OpRender           // page Page into the shared memory, Width x Height
	OpClose            // forget the document: only for images that no C has read
	OpWords            // add the words of page Page, Bytes of JSON at the start of the shared memory, as invisible text
	OpSave             // the PDF with them to the start of the shared memory
)

// Request is the header of a packet to the child.
type Request struct {
	Op            Op
	Kind          kind.Kind // OpOpen: how to read the document
	Offset        uint64    // OpOpen: where in the file the document starts
	MaxPixels     uint64    // OpOpen: larger images are refused
	Memory        uint64    // OpOpen: bytes of address space that it may take
	CPUSeconds    uint32    // the child may burn before the kernel ends it
	Page          uint32    // from 0
	Width, Height uint32
	Words         uint32 // OpRender: 1 asks for the page's words
	Drawn         uint32 // OpRender: 1 asks for the page's characters
	Lenient       uint32 // OpRender of an image: 1 asks for the decoder written in C
	Bytes         uint64 // OpWords
}

// Status is how a child's work ended.
type Status uint32

// How work ends.
const (
	StatusOK Status = iota
	StatusFailed
	StatusPasswordRequired
	StatusWrongPassword
	StatusTooManyPixels
	StatusForbidden // the author of the PDF forbids what is asked for
)

// PixelFormat says how the pixels lie in the shared memory, without padding.
type PixelFormat uint32

// The formats.
const (
	FormatOpaque PixelFormat = iota // RGBA, alpha 255 throughout
	FormatGray                      // 1 byte a pixel
)

// Reply is the header of a packet from the child. Behind it comes a message for
// the log.
type Reply struct {
	Status        Status
	Pages         uint32      // OpOpen
	Width, Height float64     // OpSize: points of a PDF page, pixels of an image; OpRender: pixels drawn, upright
	DPI           float64     // OpSize: of an image that says so, or of the image on a small PDF page, otherwise 0
	Memory        uint64      // OpSize: bytes that decoding an image takes
	Scans         uint32      // OpSize: how often a JPEG goes over its pixels
	Components    uint32      // OpSize: of a JPEG that can stand in a PDF as it is, 1 or 3; otherwise 0
	Turn          uint32      // OpSize: degrees clockwise by which it is to be turned then
	Format        PixelFormat // OpRender
	Words         uint32      // OpRender: how many there are
	WordBytes     uint32      // OpRender: and what they take
	DrawnBytes    uint32      // OpRender: what the characters take, 0 where there are none
	Faults        uint32      // OpRender: what was not drawn; see mupdf.Faults, FaultFrames and FaultPages
	Added         uint32      // OpWords: 1 where any word was not there before
	Bytes         uint64      // OpSave: what was written
	Appended      uint32      // OpSave: 1 where that comes behind the document's own bytes, 0 where it is the whole file
}

// The faults of files that are not MuPDF's to find.
const (
	FaultFrames uint32 = 1 << (24 + iota) // an image has further frames
	FaultPages                            // what follows this page is not to be found
)

// MaxPacket holds the largest header, password and message.
const MaxPacket = 4096

// MaxPassword is the longest password that PDF allows (127 bytes), and then some.
const MaxPassword = 1024

// ErrPacket means that the other side does not keep to the protocol.
var ErrPacket = errors.New("malformed packet")

// Encode makes a packet of a header and what follows it.
func Encode(header any, tail string) []byte {
	packet, err := binary.Append(nil, binary.LittleEndian, header)
	if err != nil {
		panic(err) // a header of variable size: a defect here
	}
	return append(packet, tail...)
}

// Decode reads a header and gives what follows it.
func Decode(packet []byte, header any) (tail string, err error) {
	n, err := binary.Decode(packet, binary.LittleEndian, header)
	if err != nil {
		return "", ErrPacket
	}
	return string(packet[n:]), nil
}

// MaxSide bounds width and height of a page in pixels: JPEG and WebP, in which
// pages travel on, end at 65535 and 16383, and MuPDF's rasterizer counts
// subpixels in 32 bits.
const MaxSide = 16383

// Fits reports whether an image is within the limits.
func Fits(width, height, maxPixels int) bool {
	return width <= MaxSide && height <= MaxSide && width*height <= maxPixels
}
