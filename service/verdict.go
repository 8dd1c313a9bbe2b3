package service

import (
	"context"
	"errors"
	"slices"

	"ocr-gateway/document"
)

// Problem turns any error into what a caller may see. One that was not made for people becomes an
// internal problem with the error as its Cause.
func Problem(err error) *document.Problem {
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return ofWhole(p)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return document.EndProblem(err, "")
	}
	return document.Problemf(document.CodeInternal, "", "something failed on our side; the server's log has the reason").Because(err)
}

// partCodes are the codes that only pages and regions have.
var partCodes = []document.Code{
	document.CodePageFailed, document.CodePageTimeout, document.CodePageIncomplete, document.CodeLayoutFailed,
	document.CodeScriptUnsupported, document.CodeTextIllegible, document.CodeNotRead, document.CodeImageLeftOut,
}

// ofWhole is what the problem of a page means for the request that ends with it.
func ofWhole(p *document.Problem) *document.Problem {
	if !slices.Contains(partCodes, p.Code) {
		return p
	}
	v := *p
	v.Code, v.Parts = document.CodeAllPagesFailed, []document.Part{{Code: p.Code, Detail: p.Detail}}
	blame(&v, p.Phase == document.PhaseRaster)
	return &v
}

// inputFaults are the codes of faults of the request or the document: it fails again wherever it
// is sent.
var inputFaults = []document.Code{
	document.CodeInvalidRequest, document.CodePagesOutOfRange, document.CodeUnsupportedMedia, document.CodeUnreadable,
	document.CodePasswordRequired, document.CodeWrongPassword, document.CodeTooLarge, document.CodeTooManyPages,
	document.CodeTooManyPixels, document.CodeTaskUnsupported, document.CodeCanceled,
}

// verdict is the problem of a document of which nothing could be read; failed are the
// pages that were tried.
func verdict(res *document.Result, failed []document.PageResult) *document.Problem {
	v := document.Problemf(document.CodeAllPagesFailed, document.PhaseRecognize, "no page of the document could be read")
	if res.Error != nil {
		first := *res.Error
		v = &first
	}
	raster := true
	pages := slices.SortedFunc(slices.Values(failed), func(a, b document.PageResult) int { return a.Number - b.Number })
	for _, p := range pages {
		if p.Error == nil {
			continue
		}
		v.Parts = append(v.Parts, document.Part{Page: p.Number, Code: p.Error.Code, Detail: p.Error.Detail})
		v.Retryable = v.Retryable || p.Error.Retryable
		raster = raster && p.Error.Phase == document.PhaseRaster
	}
	if len(v.Parts) == 1 {
		v.Detail = v.Parts[0].Detail
	}
	blame(v, raster)
	return v
}

// nothingRead is the problem of a batch without a single success.
func nothingRead(items []Item) *document.Problem {
	v := document.Problemf(document.CodeAllPagesFailed, document.PhaseRecognize,
		"none of the %d files could be read; items says why", len(items))
	for _, item := range items {
		v.Parts = append(v.Parts, document.Part{Code: item.Error.Code, Detail: item.Error.Detail})
		v.Retryable = v.Retryable || item.Error.Retryable
	}
	blame(v, false)
	return v
}

// blame decides whose fault it is that every part failed. A reason that all parts share becomes
// that of the whole, if it is the caller's fault or temporary. Pages that could not even be
// rendered, and parts that failed for different reasons of their own, make it a document that
// cannot be read.
func blame(v *document.Problem, raster bool) {
	if len(v.Parts) == 0 {
		return
	}
	common, unfit := v.Parts[0].Code, true
	for _, part := range v.Parts {
		if part.Code != common {
			common = ""
		}
		unfit = unfit && slices.Contains(inputFaults, part.Code)
	}
	switch {
	case common != "" && unfit, common == document.CodeOverloaded, common == document.CodeDeadlineExceeded:
		v.Code = common
	case unfit, raster:
		v.Code, v.Retryable = document.CodeUnreadable, false
	}
}
