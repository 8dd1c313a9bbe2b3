package raster

import (
	"encoding/binary"
	"errors"
)

// The protocol between the gateway and a child: one request, one reply, each one
// packet on a SOCK_SEQPACKET socket, in little-endian. The pixels do not travel;
// the child writes them to the start of a file of shared memory that it was
// started with, and words (see words.go) to the last maxWordBytes of it. The gateway
// trusts nothing in a reply.

// ready is the first packet, which a child sends when it is in its sandbox.
const ready = "ready"

// op is what a request asks for.
type op uint32

const (
	opOpen   op = iota // the packet carries the document's descriptor and, behind the header, the password
	opSize             // of page Page
	opRender           // page Page into the shared memory, Width x Height
	opClose            // forget the document: only for images that no C has read
)

// request is the header of a packet to the child.
type request struct {
	Op            op
	Kind          kind   // opOpen: how to read the document
	Offset        uint64 // opOpen: where in the file the document starts
	MaxPixels     uint64 // opOpen: larger images are refused
	Memory        uint64 // opOpen: bytes of address space that it may take
	CPUSeconds    uint32 // the child may burn before the kernel ends it
	Page          uint32 // from 0
	Width, Height uint32
	Words         uint32 // opRender: 1 asks for the page's words too
	Lenient       uint32 // opRender of an image: 1 asks for the decoder written in C
}

// status is how a child's work ended.
type status uint32

const (
	statusOK status = iota
	statusFailed
	statusPasswordRequired
	statusWrongPassword
	statusTooManyPixels
)

// pixelFormat says how the pixels lie in the shared memory, without padding.
type pixelFormat uint32

const (
	formatOpaque pixelFormat = iota // RGBA, alpha 255 throughout
	formatGray                      // 1 byte a pixel
)

// reply is the header of a packet from the child. Behind it comes a message for
// the log.
type reply struct {
	Status        status
	Pages         uint32      // opOpen
	Width, Height float64     // opSize: points of a PDF page, pixels of an image; opRender: pixels drawn, upright
	DPI           float64     // opSize: of an image that says so, or of the image on a small PDF page, otherwise 0
	Memory        uint64      // opSize: bytes that decoding an image takes
	Scans         uint32      // opSize: how often a JPEG goes over its pixels
	Format        pixelFormat // opRender
	Words         uint32      // opRender: how many there are
	WordBytes     uint32      // opRender: and what they take
	Faults        uint32      // opRender: what was not drawn; see mupdf.Faults
}

// maxPacket holds the largest header, password and message.
const maxPacket = 4096

// maxPassword is the longest password that PDF allows (127 bytes), and then some.
const maxPassword = 1024

var errPacket = errors.New("malformed packet")

// encode makes a packet of a header and what follows it.
func encode(header any, tail string) []byte {
	packet, err := binary.Append(nil, binary.LittleEndian, header)
	if err != nil {
		panic(err) // a header of variable size: a defect here
	}
	return append(packet, tail...)
}

// decode reads a header and gives what follows it.
func decode(packet []byte, header any) (tail string, err error) {
	n, err := binary.Decode(packet, binary.LittleEndian, header)
	if err != nil {
		return "", errPacket
	}
	return string(packet[n:]), nil
}
