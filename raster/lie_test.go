package raster_test

import (
	"math"

	"golang.org/x/sys/unix"

	"ocr-gateway/raster/wire"
)

// beLiar is a child that answers what it should not, as one might that a document has
// taken over.
func beLiar(lie string) int {
	if wire.SayReady() != nil {
		return 1
	}
	for {
		req, _, _, err := wire.Receive()
		if err != nil || req == nil {
			return 1
		}
		packet := wire.Encode(lyingReply(lie, req), "")
		switch {
		case lie == "short packet":
			packet = packet[:3]
		case lie == "no answer" && req.Op == wire.OpRender:
			return 0
		}
		if unix.Sendto(wire.SocketFD, packet, 0, nil) != nil {
			return 1
		}
	}
}

// lies are what beLiar knows.
var lies = []string{
	"short packet", "no answer", "huge page", "page of nothing", "page of NaN",
	"negative page", "unknown status", "2^32-1 pages", "no memory file",
}

// wordLies are about words only: the pages are good.
var wordLies = []string{"too many words", "too many bytes of words", "words that are zeros"}

func lyingReply(lie string, req *wire.Request) wire.Reply {
	rep := wire.Reply{Pages: 1, Width: 100, Height: 100}
	if req.Op == wire.OpRender && req.Width > 0 {
		rep.Width, rep.Height = float64(req.Width), float64(req.Height)
	}
	switch lie {
	case "huge page":
		rep.Width, rep.Height = math.MaxFloat64, math.MaxFloat64
	case "page of nothing":
		rep.Width = 0
	case "page of NaN":
		rep.Width = math.NaN()
	case "negative page":
		rep.Height = -1
	case "too many words":
		rep.Words = math.MaxUint32
	case "too many bytes of words":
		rep.WordBytes = math.MaxUint32
	case "words that are zeros":
		rep.Words, rep.WordBytes = 10, 100
	case "unknown status":
		rep.Status = 99
	case "2^32-1 pages":
		rep.Pages = math.MaxUint32
	case "no memory file":
		if req.Op == wire.OpRender {
			_ = unix.Ftruncate(wire.PixelsFD, 0)
		}
	}
	return rep
}
