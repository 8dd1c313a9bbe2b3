package server

import (
	"io"
	"slices"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/doors/azure"
	"ocr-gateway/server/doors/docling"
	"ocr-gateway/server/doors/glmocr"
	"ocr-gateway/server/doors/mcp"
	"ocr-gateway/server/doors/mineru"
	"ocr-gateway/server/doors/mistral"
	"ocr-gateway/server/doors/openwebui"
	"ocr-gateway/server/doors/paddlex"
	"ocr-gateway/server/doors/tika"
	"ocr-gateway/server/keys"
	"ocr-gateway/service/admission"
)

// allDoors are the other APIs that this server can serve.
func allDoors() []doors.Door {
	return []doors.Door{docling.Door(), openwebui.Door(), mistral.Door(), tika.Door(), mineru.Door(), paddlex.Door(), glmocr.Door(), azure.Door(), mcp.Door()}
}

// doorNames are the values that server.doors may have.
func doorNames() []string {
	var names []string
	for _, d := range allDoors() {
		names = append(names, d.Name)
	}
	return names
}

// openDoors registers the routes of the doors that are switched on.
func (s *Server) openDoors(e *echo.Echo) {
	s.doors = map[string]*doors.Door{}
	for _, d := range allDoors() {
		if !slices.Contains(s.cfg.Doors, d.Name) {
			continue
		}
		for _, r := range d.Routes {
			guards := []echo.MiddlewareFunc{s.authorize(keys.Read, d.KeyHeader)}
			if !r.Light {
				guards = append(guards, s.admit)
			}
			e.Add(r.Method, r.Path, s.callDoor(r), guards...)
			s.doors[r.Path] = &d
		}
	}
}

// callDoor hands a request to a door.
func (s *Server) callDoor(r doors.Route) echo.HandlerFunc {
	proxies := s.cfg.Proxies()
	return func(c echo.Context) error {
		ticket, _ := c.Get(ticketName).(*admission.Ticket)
		return r.Answer(&doors.Call{
			Request: c.Request(), Response: c.Response(), Param: c.Param, ID: newID(), Client: clientOf(c), Version: s.deps.Version, HTTPS: proxies.HTTPS(c.Request()), Jobs: s.jobs.ForDoor(c),
			Service: s.service, Decoder: s.decoder, Ticket: ticket,
			Fetch: func(field, address string) (*document.Source, error) {
				return s.fetch(c.Request(), ticket, field, address)
			},
			Receive: func(read func(io.Reader) error) error { return s.receive(c.Request(), ticket, read) },
		})
	}
}
