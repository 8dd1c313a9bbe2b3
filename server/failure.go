package server

import "ocr-gateway/document"

// failureOf is the failure of a document of which nothing could be read, nil
// otherwise.
func failureOf(r *document.Result) *failure {
	if r.Status != document.StatusFailed {
		return nil
	}
	f := &failure{Problem: document.Problemf(document.CodeAllPagesFailed, document.PhaseRecognize, "no page of the document could be read")}
	if r.Error != nil {
		clone := *r.Error
		f.Problem = &clone
	}
	raster := true
	for _, p := range r.Pages {
		if p.Error == nil {
			continue
		}
		f.details = append(f.details, detail{Page: p.Number, Code: p.Error.Code, Detail: p.Error.Detail})
		f.Retryable = f.Retryable || p.Error.Retryable
		raster = raster && p.Error.Phase == document.PhaseRaster
	}
	if len(f.details) == 1 {
		f.Detail = f.details[0].Detail
	}
	if len(f.details) > 0 {
		f.blame(raster)
	}
	return f
}

// blame decides whose fault it is that every part failed, which decides the
// status. Parts that all failed for one reason give it to the whole, if it is the
// client's or a matter of time. Pages that could not even be rendered, and parts
// that are all unfit for various reasons, are a document that cannot be read.
func (f *failure) blame(raster bool) {
	common, unfit := f.details[0].Code, true
	for _, d := range f.details {
		if d.Code != common {
			common = ""
		}
		status := statuses[d.Code].status
		unfit = unfit && status >= 400 && status < 500
	}
	switch {
	case common != "" && unfit, common == document.CodeOverloaded, common == document.CodeDeadlineExceeded:
		f.Code = common
	case unfit, raster:
		f.Code, f.Retryable = document.CodeUnreadable, false
	}
}
