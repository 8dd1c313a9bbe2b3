package server

import (
	"io"
	"slices"

	"github.com/labstack/echo/v4"

	"ocr-gateway/server/doors"
	"ocr-gateway/server/doors/docling"
	"ocr-gateway/server/doors/openwebui"
	"ocr-gateway/service/admission"
)

// allDoors are the other APIs that the server can speak.
var allDoors = []doors.Door{docling.Door(), openwebui.Door()}

// doorNames are those that server.doors may name.
func doorNames() []string {
	names := make([]string, len(allDoors))
	for i, d := range allDoors {
		names[i] = d.Name
	}
	return names
}

// openDoors registers the addresses of the doors that are open.
func (s *Server) openDoors(e *echo.Echo) {
	s.doors = map[string]*doors.Door{}
	for i := range allDoors {
		d := &allDoors[i]
		if !slices.Contains(s.cfg.Doors, d.Name) {
			continue
		}
		for _, r := range d.Routes {
			guards := []echo.MiddlewareFunc{s.authorizeBy(d.KeyHeader)}
			if !r.Light {
				guards = append(guards, s.admit)
			}
			e.Add(r.Method, r.Path, s.callDoor(r), guards...)
			s.doors[r.Path] = d
		}
	}
}

// callDoor hands a request to a door.
func (s *Server) callDoor(r doors.Route) echo.HandlerFunc {
	return func(c echo.Context) error {
		ticket, _ := c.Get(ticketName).(*admission.Ticket)
		return r.Answer(&doors.Call{
			Request: c.Request(), Response: c.Response(), Param: c.Param, ID: newID(), Service: s.service, Decoder: s.decoder, Ticket: ticket,
			Receive: func(read func(io.Reader) error) error { return s.receive(c.Request(), ticket, read) },
		})
	}
}
