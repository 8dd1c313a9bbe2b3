package server

import (
	"net"
	"net/http"
	"regexp"
	"slices"

	"ocr-gateway/service"
)

// TurnAway tells a client that there is no room for its connection.
func (s *Server) TurnAway(c net.Conn) { s.turnAway(c) }

// JobKind is what jobs may be asked with.
func (s *Server) JobKind() service.Kind { return s.jobs.Kind() }

// StreamKind is what streams may be asked with.
func StreamKind() service.Kind { return detachable }

// parameter is one in the path of a route.
var parameter = regexp.MustCompile(`:(\w+)`)

// Routes lists the routes, "POST /api/ocr/document", without HEAD where it is what GET says.
func (s *Server) Routes() []string {
	router, err := s.routes()
	if err != nil {
		panic(err)
	}
	var all []string
	for _, r := range router.Routes() {
		if (r.Method != http.MethodHead || r.Path == "/api/ocr/files/:id") && r.Path != "" && r.Method != "echo_route_not_found" {
			all = append(all, r.Method+" "+parameter.ReplaceAllString(r.Path, "{$1}"))
		}
	}
	slices.Sort(all)
	return all
}
