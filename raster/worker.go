package raster

import (
	"errors"
	"fmt"
	"os"

	"github.com/disintegration/imaging"
	"golang.org/x/sys/unix"

	"ocr-gateway/document"
	"ocr-gateway/raster/mupdf"
)

// The descriptors that a child is started with.
const (
	socketFD  = 3
	pixelsFD  = 4
	libraryFD = 5 // until it is open
)

// errTooManyPixels refuses an image, in the child.
var errTooManyPixels = errors.New("too many pixels")

// pageSize is what a reader knows of a page before it renders it.
type pageSize struct {
	width, height float64 // see reply
	dpi           float64
	memory        int64 // of images: bytes that decoding takes
	scans         int   // of a JPEG: how often it goes over its pixels
}

// pageReader reads a document in the child. Pages count from 0.
type pageReader interface {
	pages() (int, error)
	// faults is what no page of the document shows.
	faults() mupdf.Faults
	size(page int) (pageSize, error)
	// render writes the page to pix, which has room for width x height pixels and
	// the largest image. Images have the size that they have.
	render(page, width, height int, pix []byte) (drawn, error)
}

// wordReader is a pageReader of documents that say which text they draw.
type wordReader interface {
	// renderWithWords is render that also gives the text it drew, where it can.
	renderWithWords(page, width, height int, pix []byte) (drawn, []document.Word, error)
}

// WorkerMain is the life of a child: it serves requests on the socket it was
// started with until that closes. The result is the exit code.
func WorkerMain() int {
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, "raster worker:", err)
		return 1
	}
	return 0
}

func work() error {
	shared, err := mapFile(pixelsFD, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("map pixels: %w", err)
	}
	if len(shared) < maxWordBytes {
		return errors.New("map pixels: no room for words")
	}
	if err := mupdf.Load(fmt.Sprintf("/proc/self/fd/%d", libraryFD)); err != nil {
		return err
	}
	unix.Close(libraryFD)
	if err := enterSandbox(); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	if err := unix.Sendto(socketFD, []byte(ready), 0, nil); err != nil {
		return fmt.Errorf("say ready: %w", err)
	}
	pixels := len(shared) - maxWordBytes
	w := worker{pix: shared[:pixels:pixels], words: shared[pixels:]}
	for {
		req, tail, fd, err := receive()
		if err != nil {
			return err
		}
		if req == nil {
			return nil
		}
		rep, message := w.serve(req, tail, fd)
		if err := unix.Sendto(socketFD, encode(rep, message), 0, nil); err != nil {
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

// receive waits for a request. A nil request means that the gateway is gone. fd is
// the descriptor that came along, -1 for none.
func receive() (req *request, tail string, fd int, err error) {
	buf, rights := make([]byte, maxPacket), make([]byte, unix.CmsgSpace(4))
	n, rn, _, _, err := unix.Recvmsg(socketFD, buf, rights, unix.MSG_CMSG_CLOEXEC)
	for errors.Is(err, unix.EINTR) {
		n, rn, _, _, err = unix.Recvmsg(socketFD, buf, rights, unix.MSG_CMSG_CLOEXEC)
	}
	if err != nil {
		return nil, "", -1, fmt.Errorf("receive: %w", err)
	}
	if n == 0 {
		return nil, "", -1, nil
	}
	fd = -1
	if messages, err := unix.ParseSocketControlMessage(rights[:rn]); err == nil && len(messages) == 1 {
		if fds, err := unix.ParseUnixRights(&messages[0]); err == nil && len(fds) == 1 {
			fd = fds[0]
		}
	}
	req = new(request)
	tail, err = decode(buf[:n], req)
	return req, tail, fd, err
}

// worker holds the child's document.
type worker struct {
	pix    []byte // the shared memory
	words  []byte // and its end
	reader pageReader
}

// serve does what a request asks for. message is for the gateway's log.
func (w *worker) serve(req *request, tail string, fd int) (rep reply, message string) {
	err := limitCPU(req.CPUSeconds)
	if err == nil {
		err = w.do(req, tail, fd, &rep)
	}
	switch {
	case err == nil:
		return rep, ""
	case errors.Is(err, mupdf.ErrPasswordRequired):
		rep.Status = statusPasswordRequired
	case errors.Is(err, mupdf.ErrWrongPassword):
		rep.Status = statusWrongPassword
	case errors.Is(err, errTooManyPixels):
		rep.Status = statusTooManyPixels
	default:
		rep.Status = statusFailed
	}
	message = err.Error()
	return rep, message[:min(len(message), 512)]
}

func (w *worker) do(req *request, tail string, fd int, rep *reply) error {
	if (w.reader == nil) != (req.Op == opOpen) {
		return errors.New("one child, one document")
	}
	switch req.Op {
	case opOpen:
		if err := limitMemory(req.Memory); err != nil {
			return fmt.Errorf("limit memory: %w", err)
		}
		reader, err := openReader(req, tail, fd)
		if err != nil {
			return err
		}
		pages, err := reader.pages()
		if err != nil {
			return err
		}
		w.reader, rep.Pages = reader, uint32(max(pages, 0))
		return nil
	case opSize:
		size, err := w.reader.size(int(req.Page))
		rep.Width, rep.Height, rep.DPI = size.width, size.height, size.dpi
		rep.Memory, rep.Scans = uint64(size.memory), uint32(size.scans)
		return err
	case opRender:
		if uint64(req.Width)*uint64(req.Height)*4 > uint64(len(w.pix)) {
			return errTooManyPixels
		}
		mupdf.Forget()
		d, err := w.render(req, rep)
		rep.Faults = uint32(mupdf.Said() | w.reader.faults())
		// Most pages are black on white: a quarter of the bytes for all that follows.
		if err == nil && d.format == formatOpaque && mupdf.PackGray(w.pix[:4*d.width*d.height]) {
			d.format = formatGray
		}
		rep.Width, rep.Height, rep.Format = float64(d.width), float64(d.height), d.format
		return err
	case opClose:
		picture, ok := w.reader.(*pictureReader)
		if !ok {
			return errPacket
		}
		w.reader = nil
		return picture.close()
	}
	return errPacket
}

// render renders a page into the shared memory, and its words if they are wanted and
// to be had.
func (w *worker) render(req *request, rep *reply) (drawn, error) {
	page, width, height := int(req.Page), int(req.Width), int(req.Height)
	if picture, ok := w.reader.(*pictureReader); ok && req.Lenient == 1 {
		return picture.renderLenient(w.pix)
	}
	reader, ok := w.reader.(wordReader)
	if !ok || req.Words == 0 {
		return w.reader.render(page, width, height, w.pix)
	}
	d, words, err := reader.renderWithWords(page, width, height, w.pix)
	if err != nil {
		return drawn{}, err
	}
	count, packed := packWords(words, width, height)
	rep.Words, rep.WordBytes = count, uint32(copy(w.words, packed))
	return d, nil
}

// openReader maps the document, for the life of the child.
func openReader(req *request, password string, fd int) (pageReader, error) {
	data, err := mapFile(fd, unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("map document: %w", err)
	}
	unix.Close(fd)
	if req.Offset > uint64(len(data)) {
		return nil, errPacket
	}
	data = data[req.Offset:]
	switch req.Kind {
	case kindPDF:
		doc, err := mupdf.Open(data, password)
		if err != nil {
			return nil, err
		}
		return pdfReader{doc}, nil
	case kindTIFF:
		return openTIFFReader(data, int(req.MaxPixels))
	}
	return &pictureReader{kind: req.Kind, data: data, maxPixels: int(req.MaxPixels)}, nil
}

// pdfReader reads PDF by MuPDF.
type pdfReader struct{ doc *mupdf.Document }

func (r pdfReader) pages() (int, error) { return r.doc.Pages() }

func (r pdfReader) faults() mupdf.Faults { return r.doc.Faults() }

// smallPage is the longer side in points of a page that may be too small for the
// image on it: half a sheet of paper.
const smallPage = 432

func (r pdfReader) size(page int) (pageSize, error) {
	width, height, err := r.doc.Size(page)
	size := pageSize{width: width, height: height}
	if err == nil && max(width, height) < smallPage {
		if scale, err := r.doc.ImageScale(page); err == nil {
			size.dpi = scale * pointsPerInch
		}
		mupdf.Said() // what was said now has to be said again when the page is drawn
	}
	return size, err
}

func (r pdfReader) render(page, width, height int, pix []byte) (drawn, error) {
	return drawn{width, height, formatOpaque}, r.doc.Render(page, width, height, pix)
}

func (r pdfReader) renderWithWords(page, width, height int, pix []byte) (drawn, []document.Word, error) {
	words, err := r.doc.RenderWithWords(page, width, height, pix)
	return drawn{width, height, formatOpaque}, words, err
}

// tiffReader walks the directories in Go and has MuPDF decode the images.
type tiffReader struct {
	data      []byte
	dirs      []tiffDirectory
	index     []int // MuPDF's number of each image
	maxPixels int
}

func openTIFFReader(data []byte, maxPixels int) (*tiffReader, error) {
	t, err := openTIFF(data)
	if err != nil {
		return nil, err
	}
	dirs, index := t.pictures()
	return &tiffReader{data: data, dirs: dirs, index: index, maxPixels: maxPixels}, nil
}

func (r *tiffReader) faults() mupdf.Faults { return 0 }

func (r *tiffReader) pages() (int, error) { return len(r.dirs), nil }

func (r *tiffReader) size(page int) (pageSize, error) {
	if page >= len(r.dirs) {
		return pageSize{}, errors.New("no such page")
	}
	dir := r.dirs[page]
	size := pageSize{dpi: dir.dpi()}
	size.width, size.height = dir.square()
	switch {
	case size.width < 1 || size.height < 1:
		return pageSize{}, errors.New("image has no area")
	case !fits(int(size.width), int(size.height), r.maxPixels):
		return size, errTooManyPixels
	}
	return size, nil
}

func (r *tiffReader) render(page, width, height int, pix []byte) (drawn, error) {
	if _, err := r.size(page); err != nil {
		return drawn{}, err
	}
	img, err := mupdf.Decode(mupdf.TIFF, r.data, r.index[page])
	if err != nil {
		return drawn{}, err
	}
	dir := r.dirs[page]
	if float64(img.Bounds().Dx()) != dir[tagWidth] || float64(img.Bounds().Dy()) != dir[tagHeight] {
		return drawn{}, errors.New("image is not of the size it said")
	}
	if img.Bounds().Dx() != width || img.Bounds().Dy() != height {
		img = imaging.Resize(img, width, height, imaging.Linear)
	}
	return putPicture(img, dir.orientation(), r.maxPixels, pix)
}
