package pipeline

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"sync"

	"ocr-gateway/document"
)

// pictures bounds what a document's images may take, over all its pages.
type pictures struct {
	maxCount int
	maxBytes int64

	mu    sync.Mutex
	count int
	bytes int64
	full  bool // one did not fit: those that come later are left out unseen
}

func (r *run) wantsPictures() bool {
	return r.opts.Images != "" && r.opts.Images != document.ImagesNone
}

// cut takes the images of a page out of it, as the options ask, and gives those
// that have names. An image that is left out says so and takes nothing else with it.
func (r *run) cut(ctx context.Context, page *document.Page, regions []document.Region) map[string][]byte {
	if !r.wantsPictures() {
		return nil
	}
	var byName map[string][]byte
	for i := range regions {
		region := &regions[i]
		if region.Type != document.RegionImage || ctx.Err() != nil {
			continue
		}
		data, kind, err := r.picture(page, region.BBox)
		if err != nil {
			region.Error = problemOf(ctx, err, document.CodeImageLeftOut, document.PhaseFormat, "the image could not be cut out of the page")
			r.log.WarnContext(ctx, "image left out", "page", page.Number, "region", region.ID, "error", err)
			continue
		}
		if r.opts.Images == document.ImagesInline {
			region.Image = "data:" + kind.mediaType + ";base64," + base64.StdEncoding.EncodeToString(data)
			continue
		}
		region.Image = fmt.Sprintf("%spage-%d-region-%d%s", r.opts.ImagePrefix, page.Number, region.Order, kind.extension)
		if byName == nil {
			byName = map[string][]byte{}
		}
		byName[region.Image] = data
	}
	return byName
}

// picture encodes what is in box and counts it. The error is a *document.Problem
// when it is over the document's bounds.
func (r *run) picture(page *document.Page, box document.BBox) (data []byte, kind pictureKind, err error) {
	defer recovered(&err)
	if r.pictures.isFull() {
		return nil, kind, r.pictures.problem()
	}
	data, kind, err = encodePicture(page.Image, box)
	if err == nil && !r.pictures.take(len(data)) {
		err = r.pictures.problem()
	}
	return data, kind, err
}

func (p *pictures) isFull() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.full
}

// take counts an image of n bytes. It is false when the image is one too many.
func (p *pictures) take(n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.full || p.count+1 > p.maxCount || p.bytes+int64(n) > p.maxBytes {
		p.full = true
		return false
	}
	p.count++
	p.bytes += int64(n)
	return true
}

func (p *pictures) problem() *document.Problem {
	return document.Problemf(document.CodeImageLeftOut, document.PhaseFormat,
		"the image is left out: at most %d images of a document, of %d bytes together, fit into an answer; ask for fewer pages at once", p.maxCount, p.maxBytes)
}

// pictureKind is how an image is encoded.
type pictureKind struct{ mediaType, extension string }

var (
	kindPNG  = pictureKind{"image/png", ".png"}
	kindJPEG = pictureKind{"image/jpeg", ".jpg"}
)

// jpegQuality is where artifacts are not seen at the size of the page.
const jpegQuality = 85

// encodePicture cuts box out of a page: drawings as PNG, which keeps their edges
// and is small for them, photographs and noisy scans as JPEG.
func encodePicture(page image.Image, box document.BBox) ([]byte, pictureKind, error) {
	sub, ok := page.(interface {
		SubImage(image.Rectangle) image.Image
	})
	if !ok {
		return nil, kindPNG, fmt.Errorf("a page of type %T", page)
	}
	crop := sub.SubImage(box.Rect().Add(page.Bounds().Min))
	if crop.Bounds().Empty() {
		return nil, kindPNG, errors.New("the box has no part of the page")
	}
	var out bytes.Buffer
	if drawn(crop) {
		err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, crop)
		return out.Bytes(), kindPNG, err
	}
	err := jpeg.Encode(&out, crop, &jpeg.Options{Quality: jpegQuality})
	return out.Bytes(), kindJPEG, err
}

// drawn tells drawings from photographs and lossy scans: at least 85 in 100 of their
// pixels are what their left neighbors are. Rendered text has 93, photographs have
// 10 to 35 and pages that were JPEG once 60 to 84.
func drawn(img image.Image) bool {
	pix, stride, size, ok := bytesOf(img)
	if !ok {
		return false
	}
	width, height := img.Bounds().Dx(), img.Bounds().Dy()
	same := 0
	for y := range height {
		row := pix[y*stride : y*stride+width*size]
		for x := size; x < len(row); x += size {
			if size == 1 && row[x] == row[x-1] || size == 4 && [4]byte(row[x:]) == [4]byte(row[x-4:]) {
				same++
			}
		}
	}
	return 20*same >= 17*(width-1)*height
}

// bytesOf returns the pixels of an image as rasterizers make them, and how many bytes
// lie from row to row and are in one pixel. It is not ok for other images.
func bytesOf(img image.Image) (pix []byte, stride, size int, ok bool) {
	switch img := img.(type) {
	case *image.RGBA:
		return img.Pix, img.Stride, 4, true
	case *image.Gray:
		return img.Pix, img.Stride, 1, true
	}
	return nil, 0, 0, false
}
