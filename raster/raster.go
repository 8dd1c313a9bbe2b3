// Package raster turns documents into pages. All foreign bytes but the first few, by which
// their type is told, are read in child processes, which can be killed.
//
// The parts, in the order of the data flow: kind tells the type of a document, paged.go
// has its pages rendered side by side and hands them out in order, picture.go has an image
// decoded, pool shares the children among them and talks to them by the protocol in wire.
// In a child runs worker, behind sandbox; MuPDF draws PDF there (mupdf) and decoders in Go
// images (decode).
package raster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"sync"

	"ocr-gateway/document"
	"ocr-gateway/raster/kind"
	"ocr-gateway/raster/mupdf"
	"ocr-gateway/raster/pool"
	"ocr-gateway/raster/wire"
)

// Budget is the memory for decoded pages, shared by all requests. A page takes
// width * height * 4 bytes before it is rendered; one that proves to be gray gives three
// quarters back at once.
type Budget interface {
	// Acquire waits for bytes, in turn with others, until ctx is done. free becomes
	// document.Page.Free.
	Acquire(ctx context.Context, bytes int64) (free func(rest int64), err error)
}

// Rasterizer opens documents. It is safe for concurrent use.
type Rasterizer struct {
	cfg    Config
	budget Budget
	log    *slog.Logger
	pool   *pool.Pool

	buffers buffers
	library *os.File // MuPDF, for the children
}

// New starts the spare children. Close ends them.
func New(cfg Config, budget Budget, log *slog.Logger) (*Rasterizer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("raster: %w", err)
	}
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("raster: %w", err)
	}
	library, err := OpenLibrary(runtime.GOARCH, program)
	if err != nil {
		return nil, err
	}
	return &Rasterizer{cfg: cfg, budget: budget, log: log, pool: pool.New(cfg.children(library), log), library: library}, nil
}

// children are the limits of the children. There is one decoder more than a document may have
// children, so that images go on beside it.
func (c Config) children(library *os.File) pool.Config {
	return pool.Config{
		Command: c.Command, Library: library, Children: c.MaxChildren, Decoders: c.Workers + 1, Spares: c.Spares,
		MaxPixels: c.MaxPixels, Memory: c.ChildMemory,
	}
}

// LibraryName is the file name of the library that the children draw with.
const LibraryName = mupdf.LibraryName

// OpenLibrary opens the library that the children draw with, as it goes with a program
// for an architecture of Go's.
func OpenLibrary(arch, program string) (*os.File, error) { return mupdf.OpenLibrary(arch, program) }

// Close kills all children and waits until they are gone or ctx is done.
// Documents still open fail.
func (r *Rasterizer) Close(ctx context.Context) error {
	defer r.library.Close()
	return r.pool.Close(ctx)
}

// State is the state of the rendering children.
type State = pool.State

// State returns the state of the rendering children.
func (r *Rasterizer) State() State { return r.pool.State() }

// accepted says which documents can be read.
const accepted = "send a PDF or an image (PNG, JPEG, TIFF, WebP, GIF, BMP, HEIC, AVIF)"

// Open reads enough of src to know its pages. src must stay open until
// Pages.Close has returned; ctx bounds the work on the pages too. Errors are
// *document.Problem where the input is at fault.
func (r *Rasterizer) Open(ctx context.Context, src *document.Source, opts document.Options) (*document.Pages, error) {
	if opts.DPI != 0 && (opts.DPI < document.MinDPI || opts.DPI > document.MaxDPI) {
		return nil, document.Problemf(document.CodeInvalidRequest, document.PhaseAdmission,
			"dpi %d is not within %d and %d", opts.DPI, document.MinDPI, document.MaxDPI)
	}
	if src.Size == 0 {
		return nil, document.Problemf(document.CodeUnreadable, document.PhaseAdmission, "the file is empty; %s", accepted)
	}
	head := make([]byte, min(kind.HeadLen, src.Size))
	if _, err := io.ReadFull(src.Reader(), head); err != nil {
		return nil, fmt.Errorf("raster: read upload: %w", err)
	}
	switch k, offset := kind.Sniff(head); k {
	case kind.Unknown:
		return nil, document.Problemf(document.CodeUnsupportedMedia, document.PhaseAdmission,
			"the file is no image or PDF: it looks like %s; %s", kind.LooksLike(head), accepted)
	case kind.PDF, kind.TIFF:
		return r.openPaged(ctx, k, offset, src, opts)
	default:
		return r.openPicture(ctx, k, src, opts)
	}
}

// newPages checks the pages asked for against a document of total pages, and
// makes what Open returns.
func (r *Rasterizer) newPages(total int, opts document.Options) (*document.Pages, error) {
	const countable = 1_000_000 // more is a lie, and not worth a list
	if total > countable {
		return nil, document.Problemf(document.CodeUnreadable, document.PhaseAdmission,
			"the document says that it has %d pages, which cannot be: it is damaged", total)
	}
	numbers, notice, err := opts.Pages.Resolve(total)
	if err != nil {
		return nil, err
	}
	if len(numbers) > r.cfg.MaxPages {
		return nil, document.Problemf(document.CodeTooManyPages, document.PhaseAdmission,
			"%d pages are asked for and the limit is %d: ask for fewer, such as pages=1-%d",
			len(numbers), r.cfg.MaxPages, r.cfg.MaxPages)
	}
	return &document.Pages{Total: total, Numbers: numbers, Notice: notice}, nil
}

// newPage takes the memory of a page of width x height pixels.
func (r *Rasterizer) newPage(ctx context.Context, number, width, height int) (*document.Page, error) {
	bytes := 4 * int64(width) * int64(height)
	free, err := r.budget.Acquire(ctx, bytes)
	if err != nil {
		return nil, err
	}
	return &document.Page{Number: number, Width: width, Height: height, Free: free}, nil
}

// failedPage is a page without an image, which goes with a *document.Problem.
func failedPage(number int) *document.Page { return &document.Page{Number: number} }

// once guards a sequence that can be ranged over only once.
func once(seq func(yield func(*document.Page, error) bool)) func(func(*document.Page, error) bool) {
	var ranged sync.Once
	return func(yield func(*document.Page, error) bool) {
		again := true
		ranged.Do(func() { again = false })
		if again {
			yield(nil, errors.New("raster: pages were ranged over already"))
			return
		}
		seq(yield)
	}
}

// tooManyPixels refuses an image by its dimensions.
func (r *Rasterizer) tooManyPixels(page, width, height int) *document.Problem {
	return document.Problemf(document.CodeTooManyPixels, document.PhaseRaster,
		"page %d is %d x %d pixels and the limit is %d pixels (%d on a side): send it smaller",
		page, width, height, r.cfg.MaxPixels, wire.MaxSide)
}
