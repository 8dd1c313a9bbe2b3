package raster

import (
	"context"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/raster/kind"
)

// ChildPIDs are the processes that hold a document.
func (r *Rasterizer) ChildPIDs() []int {
	s := r.pool.Snapshot()
	return slices.Concat(s.Leased, s.Late, s.Decoding)
}

// IdlePIDs are the processes that wait for another image.
func (r *Rasterizer) IdlePIDs() []int { return r.pool.Snapshot().Idle }

// Parked is how many children idle with a document that may go on with them.
func (r *Rasterizer) Parked() int { return r.pool.Snapshot().Parked }

// KeptBuffers is how many bytes wait for the next pages after buffers of a size came back.
func KeptBuffers(size, count int) (kept, dead int) {
	var b buffers
	for range count {
		b.put(make([]byte, size))
	}
	return b.kept, b.dead
}

// MaxKeptBuffers is the most that may wait.
const MaxKeptBuffers = keptBuffers

// ImagesAsPDF makes a PDF of the pages of a TIFF, of no more than so many bytes.
func (r *Rasterizer) ImagesAsPDF(ctx context.Context, tiff *document.Source, most int64) (*document.Source, error) {
	return r.imagesAsPDF(ctx, kind.TIFF, tiff, nil, most)
}
