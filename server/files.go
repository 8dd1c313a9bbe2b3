package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/files"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/form"
	"ocr-gateway/server/tus"
	"ocr-gateway/service/admission"
)

const filesPath = "/api/ocr/files"

// fileRoutes registers the addresses of files that are sent before they are used.
func (s *Server) fileRoutes(e *echo.Echo, work []echo.MiddlewareFunc) {
	kept := []echo.MiddlewareFunc{s.authorize, s.keepsFiles}
	sent := slices.Concat(work, []echo.MiddlewareFunc{s.keepsFiles})
	e.OPTIONS(filesPath, s.describeFiles)
	e.POST(filesPath, s.beginFile, sent...)
	e.GET(filesPath, s.findFile, kept...)
	e.HEAD(filesPath+"/:id", s.headFile, kept...)
	e.GET(filesPath+"/:id", s.showFile, kept...)
	e.PATCH(filesPath+"/:id", s.continueFile, sent...)
	e.DELETE(filesPath+"/:id", s.deleteFile, kept...)
}

// keepsFiles refuses where no files are kept.
func (s *Server) keepsFiles(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.deps.Files == nil {
			return document.Problemf(document.CodeJobsDisabled, document.PhaseAdmission, "this server keeps no files: %s", s.deps.NoJobs)
		}
		return next(c)
	}
}

// fileView is a file as clients see it.
type fileView struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Size     int64     `json:"size"`
	Offset   int64     `json:"offset"` // how much of it is here
	Complete bool      `json:"complete"`
	SHA256   string    `json:"sha256,omitempty"` // when it is complete
	Expires  time.Time `json:"expires_at"`
}

func showFile(c echo.Context, status int, f files.File) error {
	tus.Show(c.Response().Header(), f)
	return answer.WriteJSON(c, status, answer.JSON, fileView{
		ID: f.ID, Name: f.Name, Size: f.Size, Offset: f.Offset, Complete: f.Whole(), SHA256: f.SHA256, Expires: f.Expires.UTC().Truncate(time.Second),
	})
}

func (s *Server) describeFiles(c echo.Context) error {
	tus.Describe(c.Response().Header(), s.cfg.MaxUploadBytes)
	c.Response().Header().Set("Allow", "OPTIONS, GET, HEAD, POST, PATCH, DELETE")
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) beginFile(c echo.Context) error {
	r, h := c.Request(), c.Response().Header()
	if err := tus.Check(r.Header, h); err != nil {
		return err
	}
	name, size, err := tus.Creation(r.Header)
	if err != nil {
		return err
	}
	var check files.Check
	first := r.ContentLength != 0 // its first piece comes with it
	if first {
		if _, check, err = tus.Piece(r.Header, true); err != nil {
			return err
		}
	}
	f, err := s.deps.Files.Create(r.Context(), s.owner(c), name, size)
	if err != nil {
		return err
	}
	h.Set("Location", filesPath+"/"+f.ID)
	if first {
		if f, err = s.append(c, f.ID, 0, check); err != nil {
			return err
		}
	}
	return showFile(c, http.StatusCreated, f)
}

func (s *Server) continueFile(c echo.Context) error {
	r, h := c.Request(), c.Response().Header()
	if err := tus.Check(r.Header, h); err != nil {
		return err
	}
	offset, check, err := tus.Piece(r.Header, false)
	if err != nil {
		return err
	}
	f, err := s.append(c, c.Param("id"), offset, check)
	if f.ID != "" {
		tus.Show(h, f)
	}
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// append takes a piece of a file as far as its client sends it.
func (s *Server) append(c echo.Context, id string, offset int64, check files.Check) (f files.File, err error) {
	r := c.Request()
	err = s.receive(r, c.Get(ticketName).(*admission.Ticket), func(body io.Reader) (err error) {
		f, err = s.deps.Files.Append(r.Context(), s.owner(c), id, offset, body, check)
		return err
	})
	return f, err
}

func (s *Server) headFile(c echo.Context) error {
	h := c.Response().Header()
	if err := tus.Check(c.Request().Header, h); err != nil {
		return err
	}
	f, err := s.deps.Files.Get(c.Request().Context(), s.owner(c), c.Param("id"))
	if err != nil {
		return err
	}
	tus.Show(h, f)
	return c.NoContent(http.StatusOK)
}

func (s *Server) showFile(c echo.Context) error {
	f, err := s.deps.Files.Get(c.Request().Context(), s.owner(c), c.Param("id"))
	if err != nil {
		return err
	}
	return showFile(c, http.StatusOK, f)
}

// findFile spares a client from sending what is here.
func (s *Server) findFile(c echo.Context) error {
	f, err := s.deps.Files.Sum(c.Request().Context(), s.owner(c), c.QueryParam("sha256"))
	if err != nil {
		return err
	}
	return showFile(c, http.StatusOK, f)
}

func (s *Server) deleteFile(c echo.Context) error {
	h := c.Response().Header()
	if c.Request().Header.Get(tus.HeaderVersion) != "" {
		if err := tus.Check(c.Request().Header, h); err != nil {
			return err
		}
	}
	if err := s.deps.Files.Delete(c.Request().Context(), s.owner(c), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// addSent adds files that were sent before to those of a request, by their ids. All together
// are bounded like an upload.
func (s *Server) addSent(ctx context.Context, owner string, req *form.Request, t *admission.Ticket) error {
	ids := req.Values[form.FileIDs]
	delete(req.Values, form.FileIDs)
	if ids == "" {
		return nil
	}
	if s.deps.Files == nil {
		return document.Invalid(form.FileIDs, "this server keeps no files: %s", s.deps.NoJobs)
	}
	left := s.cfg.MaxUploadBytes
	for _, src := range req.Sources {
		left -= src.Size
	}
	for id := range strings.SplitSeq(ids, ",") {
		src, err := s.sent(ctx, owner, strings.TrimSpace(id), left, t)
		if p, ok := errors.AsType[*document.Problem](err); ok && p.Code == document.CodeTooLarge {
			return document.TooLarge(s.cfg.MaxUploadBytes)
		}
		if err != nil {
			return err
		}
		left -= src.Size
		req.Sources = append(req.Sources, src)
		if len(req.Sources) > s.cfg.MaxBatchFiles {
			return document.Invalid(form.FileIDs, "there are more than %d files", s.cfg.MaxBatchFiles)
		}
	}
	return nil
}

func (s *Server) sent(ctx context.Context, owner, id string, most int64, t *admission.Ticket) (*document.Source, error) {
	f, r, err := s.deps.Files.Open(ctx, owner, id)
	if p, ok := errors.AsType[*document.Problem](err); ok && p.Code == document.CodeNotFound {
		return nil, document.Invalid(form.FileIDs, "there is no file %q: it was not sent, or has expired", clip.Text(id))
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return document.ReadSource(f.Name, t.Meter(r), most, s.cfg.TempDir)
}
