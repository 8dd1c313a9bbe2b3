// Package fileroutes is files over HTTP that clients send, in pieces, before they use them;
// and the files that a request names by ids.
package fileroutes

import (
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/files"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/tus"
)

const path = "/api/ocr/files"

// Routes are the addresses of files, with what they need of the server.
type Routes struct {
	Files    *files.Files // nil where none are kept; NoFiles says why
	NoFiles  *document.Problem
	MaxBytes int64                     // of a file, and of the files of a request together
	MaxFiles int                       // of a request
	TempDir  string                    // for large files in use
	Owner    func(echo.Context) string // whose files a request may see
	// Receive reads a request's body as far as its client sends it.
	Receive func(c echo.Context, read func(io.Reader) error) error
}

// Register registers the addresses. A request that sends passes through work, one for what
// is known through known.
func (r *Routes) Register(e *echo.Echo, work, known []echo.MiddlewareFunc) {
	kept := append(slices.Clone(known), r.keepsFiles)
	sent := append(slices.Clone(work), r.keepsFiles)
	e.OPTIONS(path, r.describe)
	e.POST(path, r.begin, sent...)
	e.GET(path, r.find, kept...)
	e.HEAD(path+"/:id", r.head, kept...)
	e.GET(path+"/:id", r.show, kept...)
	e.PATCH(path+"/:id", r.proceed, sent...)
	e.DELETE(path+"/:id", r.remove, kept...)
}

// keepsFiles refuses where no files are kept.
func (r *Routes) keepsFiles(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if r.Files == nil {
			return r.NoFiles
		}
		return next(c)
	}
}

// view is a file as clients see it.
type view struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Size     int64     `json:"size"`
	Offset   int64     `json:"offset"` // how much of it is here
	Complete bool      `json:"complete"`
	SHA256   string    `json:"sha256,omitempty"` // when it is complete
	Expires  time.Time `json:"expires_at"`
}

func show(c echo.Context, status int, f files.File) error {
	tus.Show(c.Response().Header(), f)
	return answer.WriteJSON(c, status, answer.JSON, view{
		ID: f.ID, Name: f.Name, Size: f.Size, Offset: f.Offset, Complete: f.Whole(), SHA256: f.SHA256, Expires: f.Expires.UTC().Truncate(time.Second),
	})
}

func (r *Routes) describe(c echo.Context) error {
	tus.Describe(c.Response().Header(), r.MaxBytes)
	c.Response().Header().Set("Allow", "OPTIONS, GET, HEAD, POST, PATCH, DELETE")
	return c.NoContent(http.StatusNoContent)
}

func (r *Routes) begin(c echo.Context) error {
	req, h := c.Request(), c.Response().Header()
	if err := tus.Check(req.Header, h); err != nil {
		return err
	}
	name, size, err := tus.Creation(req.Header)
	if err != nil {
		return err
	}
	var check files.Check
	first := req.ContentLength != 0 // its first piece comes with it
	if first {
		if _, check, err = tus.Piece(req.Header, true); err != nil {
			return err
		}
	}
	f, err := r.Files.Create(req.Context(), r.Owner(c), name, size)
	if err != nil {
		return err
	}
	h.Set("Location", path+"/"+f.ID)
	if first {
		if f, err = r.append(c, f.ID, 0, check); err != nil {
			return err
		}
	}
	return show(c, http.StatusCreated, f)
}

func (r *Routes) proceed(c echo.Context) error {
	req, h := c.Request(), c.Response().Header()
	if err := tus.Check(req.Header, h); err != nil {
		return err
	}
	offset, check, err := tus.Piece(req.Header, false)
	if err != nil {
		return err
	}
	f, err := r.append(c, c.Param("id"), offset, check)
	if f.ID != "" {
		tus.Show(h, f)
	}
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// append takes a piece of a file as far as its client sends it.
func (r *Routes) append(c echo.Context, id string, offset int64, check files.Check) (f files.File, err error) {
	req := c.Request()
	err = r.Receive(c, func(body io.Reader) (err error) {
		f, err = r.Files.Append(req.Context(), r.Owner(c), id, offset, body, check)
		return err
	})
	return f, err
}

func (r *Routes) head(c echo.Context) error {
	h := c.Response().Header()
	if err := tus.Check(c.Request().Header, h); err != nil {
		return err
	}
	f, err := r.Files.Get(c.Request().Context(), r.Owner(c), c.Param("id"))
	if err != nil {
		return err
	}
	tus.Show(h, f)
	return c.NoContent(http.StatusOK)
}

func (r *Routes) show(c echo.Context) error {
	f, err := r.Files.Get(c.Request().Context(), r.Owner(c), c.Param("id"))
	if err != nil {
		return err
	}
	return show(c, http.StatusOK, f)
}

// find spares a client from sending what is here.
func (r *Routes) find(c echo.Context) error {
	f, err := r.Files.Sum(c.Request().Context(), r.Owner(c), c.QueryParam("sha256"))
	if err != nil {
		return err
	}
	return show(c, http.StatusOK, f)
}

func (r *Routes) remove(c echo.Context) error {
	h := c.Response().Header()
	if c.Request().Header.Get(tus.HeaderVersion) != "" {
		if err := tus.Check(c.Request().Header, h); err != nil {
			return err
		}
	}
	if err := r.Files.Delete(c.Request().Context(), r.Owner(c), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
