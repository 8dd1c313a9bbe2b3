package raster

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"sync"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/heic"
	gwebp "github.com/gen2brain/webp"
	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"

	"ocr-gateway/document"
	"ocr-gateway/raster/mupdf"
)

// codec is a pair of Go decoders, which are safe to run in this process.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// codecs: of an animated GIF the first frame is decoded, of an MPO the first picture.
var codecs = map[kind]codec{
	kindPNG:  {png.DecodeConfig, png.Decode},
	kindJPEG: {jpeg.DecodeConfig, jpeg.Decode},
	kindGIF:  {gif.DecodeConfig, gif.Decode},
	kindBMP:  {bmp.DecodeConfig, bmp.Decode},
	kindWebP: {webp.DecodeConfig, decodeWebP},
}

// openPicture opens an image that a Go decoder reads. What that decoder refuses, a
// child tries with a second, more lenient one.
func (r *Rasterizer) openPicture(ctx context.Context, kind kind, src *document.Source, opts document.Options) (*document.Pages, error) {
	cfg, err := codecs[kind].config(bufio.NewReader(src.Reader()))
	if err != nil {
		return r.openPaged(ctx, kind, 0, src, opts)
	}
	if cfg.Width < 1 || cfg.Height < 1 {
		return nil, document.Problemf(document.CodeUnreadable, document.PhaseAdmission, "the %s image has no pixels", kind)
	}
	if !fits(cfg.Width, cfg.Height, r.cfg.MaxPixels) {
		return nil, r.tooManyPixels(1, cfg.Width, cfg.Height)
	}
	pages, err := r.newPages(1, opts)
	if err != nil {
		return nil, err
	}
	pages.Close = func() {}
	pages.Seq = once(func(yield func(*document.Page, error) bool) {
		if err := permitOf(pages)(ctx, 1); err != nil {
			yield(nil, err)
			return
		}
		page, err := r.picture(ctx, kind, cfg, src)
		if errors.Is(err, errUndecoded) {
			r.secondTry(ctx, kind, src, opts, yield)
			return
		}
		yield(page, err)
	})
	return pages, nil
}

// errUndecoded means that a Go decoder refused an image.
var errUndecoded = errors.New("image not decoded")

// picture decodes an image in this process. Decoders take up to three times the
// memory of the page while they work (progressive JPEG, 16 bits a channel), which the
// limit on pixels bounds.
func (r *Rasterizer) picture(ctx context.Context, kind kind, cfg image.Config, src *document.Source) (*document.Page, error) {
	page, err := r.newPage(ctx, 1, cfg.Width, cfg.Height)
	if err != nil {
		return nil, err
	}
	img, err := decodeSafely(kind, &contextReader{ctx, src.Reader()})
	if err != nil {
		page.Release()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("%w: %w", errUndecoded, err)
	}
	setImage(page, turn(flatten(img), findOrientation(kind, src.Reader())))
	return page, nil
}

// decodeSafely turns a panic of a decoder into an error.
func decodeSafely(kind kind, r io.Reader) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoder panic: %v", p)
		}
	}()
	img, err = codecs[kind].decode(bufio.NewReader(r))
	if err == nil && img.Bounds().Empty() {
		err = errors.New("image has no pixels")
	}
	return img, err
}

// contextReader ends a decoder when its work is no longer wanted.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// secondTry yields the page of an image as a child decodes it.
func (r *Rasterizer) secondTry(ctx context.Context, kind kind, src *document.Source, opts document.Options, yield func(*document.Page, error) bool) {
	pages, err := r.openPaged(ctx, kind, 0, src, opts)
	if err != nil {
		var problem *document.Problem
		if errors.As(err, &problem) && ctx.Err() == nil {
			yield(failedPage(1), problem)
		} else {
			yield(nil, err)
		}
		return
	}
	defer pages.Close()
	pages.Seq(yield)
}

// pictureReader decodes one image in the child. Its size is known for certain only
// then, because headers of these formats can say anything.
type pictureReader struct {
	kind      kind
	data      []byte
	maxPixels int

	decode sync.Once
	img    image.Image
	err    error
}

func (r *pictureReader) pages() (int, error) { return 1, nil }

func (r *pictureReader) size(page int) (pageSize, error) {
	if page != 0 {
		return pageSize{}, errors.New("no such page")
	}
	meta := pageSize{orientation: findOrientation(r.kind, bytes.NewReader(r.data))}
	if r.kind == kindHEIC || r.kind == kindAVIF {
		box := readHEIF(r.data)
		meta.width, meta.height = float64(box.width), float64(box.height)
		if !fits(box.width, box.height, r.maxPixels) {
			return meta, errTooManyPixels
		}
		if r.kind == kindAVIF { // libheif turns pictures, libavif does not
			meta.orientation = box.orientation
		}
	}
	r.decode.Do(func() { r.img, r.err = decodeLenient(r.kind, r.data) })
	if r.err != nil {
		return meta, r.err
	}
	width, height := r.img.Bounds().Dx(), r.img.Bounds().Dy()
	meta.width, meta.height = float64(width), float64(height)
	if !fits(width, height, r.maxPixels) {
		return meta, errTooManyPixels
	}
	return meta, nil
}

// decodeLenient uses the decoder that a child has for a kind of image.
func decodeLenient(kind kind, data []byte) (image.Image, error) {
	switch kind {
	case kindHEIC:
		return heic.Decode(bytes.NewReader(data))
	case kindAVIF:
		return avif.Decode(bytes.NewReader(data))
	case kindWebP:
		return gwebp.Decode(bytes.NewReader(data))
	case kindJPEG:
		return mupdf.Decode(mupdf.JPEG, data, 0)
	case kindPNG:
		return mupdf.Decode(mupdf.PNG, data, 0)
	case kindBMP:
		return mupdf.Decode(mupdf.BMP, data, 0)
	case kindGIF:
		return mupdf.Decode(mupdf.GIF, data, 0)
	}
	return nil, errPacket
}

func (r *pictureReader) render(page, width, height int, pix []byte) (pixelFormat, error) {
	if _, err := r.size(page); err != nil {
		return 0, err
	}
	return putPicture(r.img, width, height, pix)
}
