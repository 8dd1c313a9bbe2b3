package server

import (
	"io"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/internal/stage"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/form"
	"ocr-gateway/server/wire"
	"ocr-gateway/service"
	"ocr-gateway/service/admission"
)

// take reads a request and waits until it may run. It is answered with media, unless it names a
// format itself.
func (s *Server) take(c echo.Context, kind service.Kind, media string) (*answer.Call, error) {
	ticket := c.Get(ticketName).(*admission.Ticket)
	req, err := s.decode(c.Request(), ticket, kind)
	if err != nil {
		return nil, err
	}
	call, err := s.begin(c, kind, req, media)
	if err != nil {
		req.Close()
	}
	return call, err
}

// begin checks a request that was read, and waits until it may run.
func (s *Server) begin(c echo.Context, kind service.Kind, req *form.Request, media string) (*answer.Call, error) {
	opts, err := s.service.Parse(kind, req.Values)
	if err == nil {
		media, err = s.choose(&opts, media)
	}
	if err == nil {
		err = opts.Start(c.Request().Context(), c.Get(ticketName).(*admission.Ticket))
	}
	if err != nil {
		return nil, err
	}
	return &answer.Call{Request: req, Options: opts, Media: media}, nil
}

// decode reads a request of our own API.
func (s *Server) decode(r *http.Request, ticket *admission.Ticket, kind service.Kind) (req *form.Request, err error) {
	err = s.receive(r, ticket, func(body io.Reader) error {
		req, err = s.decoder.Decode(kind, r.URL.RawQuery, r.Header.Get("Content-Type"), body)
		return err
	})
	if err != nil || req.Address == "" {
		return req, err
	}
	src, err := s.fetch(r, ticket, req.Field, req.Address)
	if err != nil {
		req.Close()
		return nil, err
	}
	req.Sources = append(req.Sources, src)
	return req, nil
}

// readJob reads a request to submit a job.
func (s *Server) readJob(c echo.Context, kind service.Kind) (*form.Request, error) {
	ticket := c.Get(ticketName).(*admission.Ticket)
	req, err := s.decode(c.Request(), ticket, kind)
	if err != nil {
		return nil, err
	}
	if err := s.files.AddSent(c.Request().Context(), s.owner(c), req, ticket); err != nil {
		req.Close()
		return nil, err
	}
	return req, nil
}

// fetch gets the document at an address in a request whose body is read. It counts as an
// upload.
func (s *Server) fetch(r *http.Request, ticket *admission.Ticket, field, address string) (*document.Source, error) {
	return s.fetcher.Source(r.Context(), field, address, func(body io.Reader) io.Reader {
		if ticket == nil {
			return body
		}
		return ticket.Meter(body)
	})
}

// receivePiece reads a piece of a file that is sent before it is used.
func (s *Server) receivePiece(c echo.Context, read func(io.Reader) error) error {
	return s.receive(c.Request(), c.Get(ticketName).(*admission.Ticket), read)
}

// receive reads the body of a request, with the limits on its size and on clients that stall.
// Without a ticket nothing is counted.
func (s *Server) receive(r *http.Request, ticket *admission.Ticket, read func(io.Reader) error) error {
	_, receiving := stage.Begin(r.Context(), stage.Receive)
	defer receiving.End()
	if b, ok := r.Body.(*wire.Body); ok {
		defer b.Done()
		defer b.Watch(r.Context())()
	}
	plain, closePlain, err := s.limits.Plain(r)
	if err != nil {
		return err
	}
	defer closePlain()
	if ticket != nil {
		plain = ticket.Meter(plain)
	}
	return read(plain)
}

// choose returns the media type of the answer: that of the format named in the options, or else
// the one negotiated. It sets what that type needs in the options.
func (s *Server) choose(opts *service.Options, media string) (string, error) {
	if opts.Format != nil {
		if media == answer.SSE {
			return "", document.Invalid("format", "events are always %s: leave format out, or send the document to /api/ocr/document", answer.SSE)
		}
		media = opts.Format.MediaType
	}
	if f := s.formats.Of(media); f != nil {
		opts.Use(*f)
	}
	return media, fit(*opts, media)
}

// namesImages are the types of answers that can carry images by name.
var namesImages = []string{answer.JSON, answer.NDJSON, answer.SSE, "application/zip"}

// fit refuses options that do not go with an answer of the given type.
func fit(opts service.Options, media string) error {
	switch {
	case opts.JoinTables && (media == answer.SSE || media == answer.NDJSON):
		return document.Invalid("join_tables", "join_tables needs all pages, and %s sends each when it is finished; ask for %s", media, answer.JSON)
	case opts.Images == document.ImagesRef && !slices.Contains(namesImages, media):
		return document.Invalid("images", "with images=ref the answer carries the images by name, which %s cannot; use images=inline or ask for %s", media, answer.JSON)
	}
	return nil
}
