// Package worker is what runs in a rendering child: it enters the sandbox, opens the
// document that it is given and draws its pages.
package worker

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"ocr-gateway/document"
	"ocr-gateway/raster/decode"
	"ocr-gateway/raster/kind"
	"ocr-gateway/raster/mupdf"
	"ocr-gateway/raster/sandbox"
	"ocr-gateway/raster/wire"
)

// pageReader reads a document in the child. Pages count from 0.
type pageReader interface {
	Pages() (int, error)
	// Faults is what a page does not show, however it is drawn.
	Faults(page int) mupdf.Faults
	Size(page int) (decode.Size, error)
	// Render writes the page to pix, which has room for width x height pixels and
	// the largest image. Images have the size that they have.
	Render(page, width, height int, pix []byte) (decode.Drawn, error)
}

// wordReader is a pageReader of documents that say which text they draw.
type wordReader interface {
	// RenderWithWords is Render that also gives the text it drew, where it can.
	RenderWithWords(page, width, height int, pix []byte) (decode.Drawn, []document.Word, error)
	// RenderWithGlyphs gives the characters that it drew, nil where it cannot, and the words if wanted.
	RenderWithGlyphs(page, width, height int, pix []byte, words bool) (decode.Drawn, []document.Word, *document.Drawn, error)
}

// Main is the life of a child: it serves requests on the socket it was
// started with until that closes. The result is the exit code.
func Main() int {
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, "raster worker:", err)
		return 1
	}
	return 0
}

func work() error {
	shared, err := mapFile(wire.PixelsFD, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("map pixels: %w", err)
	}
	if len(shared) < wire.TailBytes {
		return errors.New("map pixels: no room for words")
	}
	if err := mupdf.Load(fmt.Sprintf("/proc/self/fd/%d", wire.LibraryFD)); err != nil {
		return err
	}
	unix.Close(wire.LibraryFD)
	if err := sandbox.Enter(); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	if err := wire.SayReady(); err != nil {
		return fmt.Errorf("say ready: %w", err)
	}
	pixels := len(shared) - wire.TailBytes
	words := pixels + wire.MaxWordBytes
	w := worker{pix: shared[:pixels:pixels], words: shared[pixels:words:words], drawn: shared[words:]}
	for {
		req, tail, fd, err := wire.Receive()
		if err != nil {
			return err
		}
		if req == nil {
			return nil
		}
		rep, message := w.serve(req, tail, fd)
		if err := wire.Send(rep, message); err != nil {
			return fmt.Errorf("reply: %w", err)
		}
	}
}

// mapFile maps a whole file.
func mapFile(fd, prot, flags int) ([]byte, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, err
	}
	return unix.Mmap(fd, 0, int(st.Size), prot, flags)
}

// worker holds the child's document.
type worker struct {
	pix      []byte // the shared memory
	words    []byte // and its end
	drawn    []byte
	document []byte     // a mapping
	reader   pageReader // of it, nil for none
	original int        // bytes of it from where it starts
	layer    *textLayer // text added to it, nil for none
}

// serve does what a request asks for. message is for the gateway's log.
func (w *worker) serve(req *wire.Request, tail string, fd int) (rep wire.Reply, message string) {
	err := sandbox.LimitCPU(req.CPUSeconds)
	if err == nil {
		err = w.do(req, tail, fd, &rep)
	}
	switch {
	case err == nil:
		return rep, ""
	case errors.Is(err, mupdf.ErrPasswordRequired):
		rep.Status = wire.StatusPasswordRequired
	case errors.Is(err, mupdf.ErrWrongPassword):
		rep.Status = wire.StatusWrongPassword
	case errors.Is(err, decode.ErrTooManyPixels):
		rep.Status = wire.StatusTooManyPixels
	case errors.Is(err, errForbidden):
		rep.Status = wire.StatusForbidden
	default:
		rep.Status = wire.StatusFailed
	}
	message = err.Error()
	return rep, message[:min(len(message), 512)]
}

func (w *worker) do(req *wire.Request, tail string, fd int, rep *wire.Reply) error {
	if (w.reader == nil) != (req.Op == wire.OpOpen) {
		return errors.New("one child, one document")
	}
	switch req.Op {
	case wire.OpOpen:
		if err := sandbox.LimitMemory(req.Memory); err != nil {
			return fmt.Errorf("limit memory: %w", err)
		}
		if err := w.mapDocument(fd); err != nil {
			return fmt.Errorf("map document: %w", err)
		}
		reader, err := openReader(req, tail, w.document)
		if err != nil {
			return err
		}
		pages, err := reader.Pages()
		if err != nil {
			return err
		}
		w.reader, rep.Pages = reader, uint32(max(pages, 0))
		w.original = len(w.document) - int(req.Offset)
		return nil
	case wire.OpSize:
		size, err := w.reader.Size(int(req.Page))
		rep.Width, rep.Height, rep.DPI = size.Width, size.Height, size.DPI
		rep.Memory, rep.Scans = uint64(size.Memory), uint32(size.Scans)
		rep.Components, rep.Turn = uint32(size.Components), uint32(size.Turn)
		return err
	case wire.OpRender:
		if uint64(req.Width)*uint64(req.Height)*4 > uint64(len(w.pix)) {
			return decode.ErrTooManyPixels
		}
		mupdf.Forget()
		d, err := w.render(req, rep)
		rep.Faults = uint32(mupdf.Said() | w.reader.Faults(int(req.Page)))
		// Most pages are black on white: a quarter of the bytes for all that follows.
		if err == nil && d.Format == wire.FormatOpaque && mupdf.PackGray(w.pix[:4*d.Width*d.Height]) {
			d.Format = wire.FormatGray
		}
		rep.Width, rep.Height, rep.Format = float64(d.Width), float64(d.Height), d.Format
		return err
	case wire.OpWords:
		return w.addWords(req, rep)
	case wire.OpSave:
		return w.savePDF(rep)
	case wire.OpClose:
		if _, ok := w.reader.(*decode.Picture); !ok {
			return wire.ErrPacket
		}
		w.reader = nil
		return unix.Munmap(w.document)
	}
	return wire.ErrPacket
}

// render renders a page into the shared memory, and its words if they are wanted and
// to be had.
func (w *worker) render(req *wire.Request, rep *wire.Reply) (decode.Drawn, error) {
	page, width, height := int(req.Page), int(req.Width), int(req.Height)
	if picture, ok := w.reader.(*decode.Picture); ok && req.Lenient == 1 {
		return picture.RenderLenient(w.pix)
	}
	reader, ok := w.reader.(wordReader)
	if !ok || req.Words+req.Drawn == 0 {
		return w.reader.Render(page, width, height, w.pix)
	}
	d, words, characters, err := w.renderText(reader, req)
	if err != nil {
		return decode.Drawn{}, err
	}
	if characters != nil {
		rep.DrawnBytes = uint32(copy(w.drawn, wire.PackDrawn(characters)))
	}
	count, packed := wire.PackWords(words, width, height)
	rep.Words, rep.WordBytes = count, uint32(copy(w.words, packed))
	return d, nil
}

// renderText renders a page and gives the text that it drew, as far as that is wanted.
func (w *worker) renderText(reader wordReader, req *wire.Request) (decode.Drawn, []document.Word, *document.Drawn, error) {
	page, width, height := int(req.Page), int(req.Width), int(req.Height)
	if req.Drawn == 1 {
		return reader.RenderWithGlyphs(page, width, height, w.pix, req.Words == 1)
	}
	d, words, err := reader.RenderWithWords(page, width, height, w.pix)
	return d, words, nil, err
}

// mapDocument maps the document, until the child closes it or ends.
func (w *worker) mapDocument(fd int) (err error) {
	w.document, err = mapFile(fd, unix.PROT_READ, unix.MAP_PRIVATE)
	if err == nil {
		unix.Close(fd)
	}
	return err
}

func openReader(req *wire.Request, password string, data []byte) (pageReader, error) {
	if req.Offset > uint64(len(data)) {
		return nil, wire.ErrPacket
	}
	data = data[req.Offset:]
	switch req.Kind {
	case kind.PDF:
		doc, err := mupdf.Open(data, password)
		if err != nil {
			return nil, err
		}
		return pdfReader{doc}, nil
	case kind.TIFF:
		return decode.OpenTIFF(data, int(req.MaxPixels))
	}
	return decode.NewPicture(req.Kind, data, int(req.MaxPixels)), nil
}
