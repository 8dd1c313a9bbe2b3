package jobroutes

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
)

// How wide pictures of pages are, in pixels.
const (
	usualWidth = 1000
	mostWidth  = 2400
)

// pageImage is a picture of a page that is done, upright as it was read.
func (r *Routes) pageImage(c echo.Context) error {
	values, err := asked(c, "file", "width")
	if err != nil {
		return err
	}
	width := usualWidth
	if text, given := values["width"]; given {
		if width, err = strconv.Atoi(text); err != nil || width < 1 || width > mostWidth {
			return document.Invalid("width", "width must be a whole number from 1 to %d, not %q", mostWidth, clip.Text(text))
		}
	}
	file, page, err := r.pageOf(c, values)
	if err != nil {
		return err
	}
	if r.Draw == nil || page.Width == 0 {
		return document.Problemf(document.CodeNotFound, document.PhaseRaster, "page %d has no picture: it could not be drawn", page.Number)
	}
	original := func(ctx context.Context) (*document.Source, document.Options, error) {
		src, opts, err := r.Jobs.Original(ctx, r.Owner(c), c.Param("id"), file)
		return src, opts.Options, err
	}
	mediaType, picture, err := r.Draw(c.Request().Context(), original, page, width)
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set("Cache-Control", "private, max-age=3600, immutable") // a page that is done stays as it is
	header.Add("Vary", "Authorization, X-API-Key")
	return c.Blob(http.StatusOK, mediaType, picture)
}
