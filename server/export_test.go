package server

import "net"

// TurnAway tells a client that there is no room for its connection.
func (s *Server) TurnAway(c net.Conn) { s.turnAway(c) }
