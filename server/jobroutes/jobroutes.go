// Package jobroutes is jobs over HTTP: submitted, listed, shown and canceled, with their
// results, pages, events and webhooks; and the jobs of the doors.
package jobroutes

import (
	"context"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/form"
	"ocr-gateway/server/guard"
	"ocr-gateway/service"
)

const path = "/api/ocr/jobs"

// Original gives the document that a page is of, to be closed, and the options with which it was
// read.
type Original = func(context.Context) (*document.Source, document.Options, error)

// Draw draws a page that was read, at most width pixels wide. Its document is asked for when its
// turn has come.
type Draw = func(ctx context.Context, original Original, page document.PageResult, width int) (mediaType string, picture []byte, err error)

// Routes are the addresses of jobs, with what they need of the server.
type Routes struct {
	Jobs      *jobs.Jobs // nil where there are none; NoJobs says why
	NoJobs    *document.Problem
	Formats   answer.Formats
	MaxFiles  int                             // of a job
	Heartbeat time.Duration                   // between comments on a quiet event stream
	Caller    func(echo.Context) guard.Caller // who asks
	Owner     func(echo.Context) string       // whose jobs a request may see
	// Read reads a request to submit a job, which the caller closes, with the files that it
	// names by ids.
	Read func(echo.Context, service.Kind) (*form.Request, error)
	Draw Draw // draws pages; nil where they have no pictures
}

// there is why there are no jobs; nil where there are.
func (r *Routes) there() error {
	if r.Jobs == nil {
		return r.NoJobs
	}
	return nil
}

// asked are the query parameters of a request for a job; others than those named are
// refused.
func asked(c echo.Context, names ...string) (map[string]string, error) {
	values := map[string]string{}
	for name, all := range c.QueryParams() {
		switch {
		case !slices.Contains(names, name):
			return nil, service.Kind{Options: names}.Unknown(name)
		case len(all) > 1:
			return nil, document.Invalid(name, "%s was given twice", name)
		}
		values[name] = all[0]
	}
	return values, nil
}
