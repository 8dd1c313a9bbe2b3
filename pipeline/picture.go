package pipeline

import (
	"context"
	"encoding/base64"
	"fmt"
	"sync"

	"ocr-gateway/document"
	"ocr-gateway/pipeline/picture"
)

// pictures limits the images of a document, over all its pages.
type pictures struct {
	maxCount int
	maxBytes int64

	mu    sync.Mutex
	count int
	bytes int64
	full  bool // one did not fit: later ones are left out unseen
}

func (r *run) wantsPictures() bool {
	return r.opts.Images != "" && r.opts.Images != document.ImagesNone
}

// cut cuts the page's images out as the options ask, and returns those that have names. An image
// that is left out says so and affects nothing else.
func (p *pageRun) cut(ctx context.Context, regions []document.Region) map[string][]byte {
	if !p.wantsPictures() {
		return nil
	}
	var byName map[string][]byte
	for i := range regions {
		region := &regions[i]
		if region.Type != document.RegionImage || ctx.Err() != nil {
			continue
		}
		data, kind, err := p.picture(region.BBox)
		if err != nil {
			region.Error = problemOf(ctx, err, document.CodeImageLeftOut, document.PhaseFormat, "the image could not be cut out of the page")
			p.log.WarnContext(ctx, "image left out", "page", p.page.Number, "region", region.ID, "error", err)
			continue
		}
		if p.opts.Images == document.ImagesInline {
			region.Image = "data:" + kind.MediaType + ";base64," + base64.StdEncoding.EncodeToString(data)
			continue
		}
		region.Image = fmt.Sprintf("%spage-%d-region-%d%s", p.opts.ImagePrefix, p.page.Number, region.Order, kind.Extension)
		if byName == nil {
			byName = map[string][]byte{}
		}
		byName[region.Image] = data
	}
	return byName
}

// picture encodes the content of box and counts it. The error is a *document.Problem when it
// exceeds the document's limits.
func (p *pageRun) picture(box document.BBox) (data []byte, kind picture.Kind, err error) {
	defer recovered(&err)
	if p.pictures.isFull() {
		return nil, kind, p.pictures.problem()
	}
	data, kind, err = picture.Encode(p.page.Image, box)
	if err == nil && !p.pictures.take(len(data)) {
		err = p.pictures.problem()
	}
	return data, kind, err
}

func (p *pictures) isFull() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.full
}

// take counts an image of n bytes; false when it is one too many.
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
