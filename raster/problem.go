package raster

import (
	"errors"
	"fmt"

	"ocr-gateway/document"
	"ocr-gateway/raster/kind"
	"ocr-gateway/raster/pool"
	"ocr-gateway/raster/wire"
)

func wrongPassword() *document.Problem {
	return document.Problemf(document.CodeWrongPassword, document.PhaseRaster, "the password does not open the PDF")
}

// openFailed explains why a document could not be handed to a child.
func openFailed(err error) error {
	if problem := shortProblem(err); problem != nil {
		return problem
	}
	return fmt.Errorf("raster: %w", err)
}

// shortProblem is the problem of a machine that lacks something, which is no document's fault; nil
// for other errors.
func shortProblem(err error) *document.Problem {
	if !errors.Is(err, pool.ErrNoChild) && !pool.Short(err) {
		return nil
	}
	return document.Problemf(document.CodeOverloaded, document.PhaseRaster,
		"the server is out of processes, file descriptors or memory for now: send the document again later").Retry().Because(err)
}

// openProblem explains why a document does not open. Other errors pass through.
func (d *paged) openProblem(err error) error {
	var failed *pool.CallError
	var problem *document.Problem
	switch {
	case errors.As(err, &problem):
		return problem
	case shortProblem(err) != nil:
		return shortProblem(err)
	case errors.As(err, &failed) && failed.Status == wire.StatusPasswordRequired:
		return document.Problemf(document.CodePasswordRequired, document.PhaseRaster,
			"the PDF is encrypted: send its password in the field password")
	case errors.As(err, &failed) && failed.Status == wire.StatusWrongPassword:
		return wrongPassword()
	case errors.Is(err, pool.ErrClosed):
		return document.Problemf(document.CodeOverloaded, document.PhaseRaster, "the server is stopping").Retry().Because(err)
	case errors.Is(err, pool.ErrTimeout):
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s could not be opened within %s: it is too complex or damaged", d.kind, d.cfg.PageTimeout).Because(err)
	case errors.As(err, &failed), errors.Is(err, pool.ErrGone):
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s could not be opened: it is damaged, or too large to hold in memory", d.kind).Because(err)
	}
	return err
}

// isPicture tells images of one page from documents with pages.
func (d *paged) isPicture() bool { return d.kind != kind.PDF && d.kind != kind.TIFF }

// pageProblem explains why a page fails; nil for errors that end the document.
func (d *paged) pageProblem(number int, err error) *document.Problem {
	var failed *pool.CallError
	var problem *document.Problem
	switch {
	case errors.As(err, &problem):
		return problem
	case shortProblem(err) != nil:
		return shortProblem(err)
	case errors.Is(err, pool.ErrTimeout) && d.isPicture():
		return document.Problemf(document.CodePageTimeout, document.PhaseRaster,
			"the %s image took longer than %s to decode", d.kind, d.cfg.PageTimeout).Because(err)
	case errors.Is(err, pool.ErrTimeout):
		return document.Problemf(document.CodePageTimeout, document.PhaseRaster,
			"page %d was not rendered within %s", number, d.cfg.PageTimeout).Because(err)
	case errors.Is(err, pool.ErrGone) && d.isPicture():
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s image could not be decoded: it is damaged, or too large to hold in memory", d.kind).Because(err)
	case errors.As(err, &failed) && d.isPicture():
		return document.Problemf(document.CodeUnreadable, document.PhaseRaster,
			"the %s image could not be decoded: it is damaged, or of a variety that is not supported", d.kind).Because(err)
	case errors.As(err, &failed), errors.Is(err, pool.ErrGone):
		return document.Problemf(document.CodePageFailed, document.PhaseRaster,
			"page %d could not be rendered: it is damaged, or too large to hold in memory", number).Because(err)
	}
	return nil
}
