package server

import (
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"slices"
	"time"

	"ocr-gateway/service"
)

// TurnAway tells a client that there is no room for its connection.
func (s *Server) TurnAway(c net.Conn) { s.turnAway(c) }

// JobKind is what jobs may be asked with.
func (s *Server) JobKind() service.Kind { return s.jobs.Kind() }

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
		if (r.Method != http.MethodHead || r.Path == filesPath+"/:id") && r.Path != "" && r.Method != "echo_route_not_found" {
			all = append(all, r.Method+" "+parameter.ReplaceAllString(r.Path, "{$1}"))
		}
	}
	slices.Sort(all)
	return all
}

// Certificates tells which serial number the certificate of two files has at a time after
// they were read first.
func Certificates(t interface{ Fatal(...any) }, cert, key string) func(after time.Duration) int64 {
	c, err := newCertificate(cert, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	begun := c.looked
	return func(after time.Duration) int64 {
		return c.get(begun.Add(after)).Leaf.SerialNumber.Int64()
	}
}
