package jobroutes

import (
	"slices"

	"github.com/labstack/echo/v4"
)

// Register registers the addresses. A request for work passes through work, one for what
// is known through known.
func (r *Routes) Register(e *echo.Echo, work, known []echo.MiddlewareFunc) {
	kept := append(slices.Clone(known), r.keepsJobs)
	e.POST(path, r.submit, append(slices.Clone(work), r.keepsJobs)...)
	e.GET(path, r.list, kept...)
	e.GET(path+"/:id", r.show, kept...)
	e.DELETE(path+"/:id", r.cancel, kept...)
	e.GET(path+"/:id/result", r.result, kept...)
	e.GET(path+"/:id/pages/:page", r.page, kept...)
	e.GET(path+"/:id/pages/:page/image", r.pageImage, kept...)
	e.GET(path+"/:id/events", r.events, kept...)
	e.GET(path+"/:id/webhook", r.webhook, kept...)
	e.POST(path+"/:id/webhook", r.tellAgain, kept...)
}

// keepsJobs refuses where no jobs are kept.
func (r *Routes) keepsJobs(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := r.there(); err != nil {
			return err
		}
		return next(c)
	}
}
