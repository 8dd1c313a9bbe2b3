package fileroutes

import (
	"context"
	"errors"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/form"
	"ocr-gateway/service/admission"
)

// AddSent adds files that were sent before to those of a request, by their ids. All together
// are bounded like an upload.
func (r *Routes) AddSent(ctx context.Context, owner string, req *form.Request, t *admission.Ticket) error {
	ids := req.Values[form.FileIDs]
	delete(req.Values, form.FileIDs)
	if ids == "" {
		return nil
	}
	if r.Files == nil {
		return document.Invalid(form.FileIDs, "%s", r.NoFiles.Detail)
	}
	left := r.MaxBytes
	for _, src := range req.Sources {
		left -= src.Size
	}
	for id := range strings.SplitSeq(ids, ",") {
		src, err := r.sent(ctx, owner, strings.TrimSpace(id), left, t)
		if p, ok := errors.AsType[*document.Problem](err); ok && p.Code == document.CodeTooLarge {
			return document.TooLarge(r.MaxBytes)
		}
		if err != nil {
			return err
		}
		left -= src.Size
		req.Sources = append(req.Sources, src)
		if len(req.Sources) > r.MaxFiles {
			return document.Invalid(form.FileIDs, "there are more than %d files", r.MaxFiles)
		}
	}
	return nil
}

func (r *Routes) sent(ctx context.Context, owner, id string, most int64, t *admission.Ticket) (*document.Source, error) {
	f, content, err := r.Files.Open(ctx, owner, id)
	if p, ok := errors.AsType[*document.Problem](err); ok && p.Code == document.CodeNotFound {
		return nil, document.Invalid(form.FileIDs, "there is no file %q: it was not sent, or has expired", clip.Text(id))
	}
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return document.ReadSource(f.Name, t.Meter(content), most, r.TempDir)
}
