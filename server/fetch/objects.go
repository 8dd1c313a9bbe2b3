package fetch

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/internal/setting"
)

// Objects opens an object of a bucket and says how large it is. The error is fs.ErrNotExist or
// fs.ErrPermission where that is the reason.
type Objects func(ctx context.Context, bucket, key string) (io.ReadCloser, int64, error)

// scheme begins addresses of objects.
const scheme = "s3://"

func isObject(address string) bool {
	return len(address) >= len(scheme) && strings.EqualFold(address[:len(scheme)], scheme)
}

// checkObjects reports settings that are no s3://BUCKET/ or s3://BUCKET/FOLDER/.
func checkObjects(allowed []string, errs *setting.Errors) {
	for _, place := range allowed {
		bucket, folder, ok := strings.Cut(strings.TrimPrefix(place, scheme), "/")
		ok = ok && strings.HasPrefix(place, scheme) && bucket != "" && (folder == "" || strings.HasSuffix(folder, "/") && isKey(strings.TrimSuffix(folder, "/")))
		errs.Check(ok, "allowed_objects", "has %q: use s3://BUCKET/ or s3://BUCKET/FOLDER/", place)
	}
}

// isKey reports whether a key stays the same when it is cleaned as a path, so that it cannot lead
// out of an allowed folder.
func isKey(key string) bool {
	return !strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) &&
		!slices.ContainsFunc(strings.Split(key, "/"), func(part string) bool { return part == "" || part == "." || part == ".." })
}

// object gets the document at the address of an object.
func (f *Fetcher) object(ctx context.Context, field, address string, count func(io.Reader) io.Reader) (*document.Source, error) {
	bucket, key, _ := strings.Cut(address[len(scheme):], "/")
	name := scheme + bucket + "/" + key
	allowed := isKey(key) && slices.ContainsFunc(f.allowed, func(place string) bool { return strings.HasPrefix(name, place) })
	if f.objects == nil || !allowed {
		return nil, document.Invalid(field, "%s is the address of an object that this server does not read: its operator allows buckets and folders by server.urls.allowed_objects", field)
	}
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	body, size, err := f.objects(ctx, bucket, key)
	if err != nil {
		return nil, objectProblem(ctx, field, err)
	}
	defer body.Close()
	if size > f.limit {
		return nil, document.TooLarge(f.limit)
	}
	src, err := document.ReadSource(clip.FileName(path.Base(key)), count(body), f.limit, f.tempDir)
	if err != nil {
		return nil, objectProblem(ctx, field, err)
	}
	if src.Size == 0 {
		src.Close()
		return nil, document.Invalid(field, "the object in %s is empty", field)
	}
	return src, nil
}

// objectProblem says why an object was not read.
func objectProblem(ctx context.Context, field string, err error) error {
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return p
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return document.Invalid(field, "there is no object at the address in %s", field).Because(err)
	case errors.Is(err, fs.ErrPermission):
		return document.Invalid(field, "the storage does not let this server read the object at the address in %s", field).Because(err)
	case errors.Is(context.Cause(ctx), context.Canceled):
		return document.EndProblem(context.Cause(ctx), document.PhaseAdmission)
	}
	return document.Problemf(document.CodeOverloaded, document.PhaseAdmission, "the storage did not give the object at the address in %s: try again later", field).Retry().Because(err)
}
