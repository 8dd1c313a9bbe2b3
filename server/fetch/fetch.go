// Package fetch gets documents from addresses that clients give instead of a file, where the
// operator allows it.
package fetch

import (
	"context"
	"errors"
	"io"
	"net/url"
	"path"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/internal/egress"
	"ocr-gateway/internal/setting"
)

// Config is what an operator decides about addresses.
type Config struct {
	Enabled       bool `mapstructure:"enabled"`
	egress.Policy `mapstructure:",squash"`
	// AllowedObjects are the buckets, and folders in them, that s3:// addresses may lead to.
	AllowedObjects []string `mapstructure:"allowed_objects"`
}

// Validate names settings that cannot work.
func (c Config) Validate() error {
	var errs setting.Errors
	c.Check(&errs)
	checkObjects(c.AllowedObjects, &errs)
	return errs.Join()
}

// DefaultConfig fetches nothing.
func DefaultConfig() Config { return Config{Policy: egress.Policy{Timeout: time.Minute}} }

// maxRedirects is how many are followed; each is checked as the address was.
const maxRedirects = 5

// Fetcher gets documents. It is safe for concurrent use.
type Fetcher struct {
	client  *egress.Client // nil: nothing is fetched
	objects Objects        // nil: no objects are read
	allowed []string       // see Config.AllowedObjects
	timeout time.Duration
	limit   int64
	tempDir string
}

// New makes a fetcher of documents of at most limit bytes; those above 1 MiB go to tempDir.
// objects may be nil.
func New(cfg Config, objects Objects, limit int64, tempDir string) *Fetcher {
	f := &Fetcher{objects: objects, allowed: cfg.AllowedObjects, timeout: cfg.Timeout, limit: limit, tempDir: tempDir}
	if cfg.Enabled {
		cfg.MaxRedirects = maxRedirects
		f.client = egress.New(cfg.Policy)
	}
	return f
}

// Close ends idle connections.
func (f *Fetcher) Close() {
	if f.client != nil {
		f.client.Close()
	}
}

// Source gets the document at the address in a field of a request. count wraps the reader, to
// count its bytes.
func (f *Fetcher) Source(ctx context.Context, field, address string, count func(io.Reader) io.Reader) (*document.Source, error) {
	if isObject(address) {
		return f.object(ctx, field, address, count)
	}
	if f.client == nil {
		return nil, document.Invalid(field, "%s is an address; this server fetches nothing, send the content as base64 or as a data: URL", field)
	}
	resp, err := f.client.Get(ctx, address, f.limit)
	if err == nil {
		defer resp.Body.Close()
		var src *document.Source
		if src, err = document.ReadSource(nameIn(address), count(resp.Body), f.limit, f.tempDir); err == nil && src.Size == 0 {
			src.Close()
			return nil, document.Invalid(field, "there is an empty file at the address in %s", field)
		} else if err == nil {
			return src, nil
		}
	}
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return nil, p
	}
	if ctx.Err() != nil {
		return nil, document.EndProblem(context.Cause(ctx), document.PhaseAdmission)
	}
	p := document.Invalid(field, "the address in %s %s", field, egress.Why(err))
	return nil, p.Because(err)
}

// nameIn returns the last part of an address's path.
func nameIn(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return clip.FileName(path.Base(u.Path))
}
