package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/server/presence"
	"ocr-gateway/server/wire"
)

// errStopping is the cause of contexts that end because the server stops.
var errStopping = document.Problemf(document.CodeOverloaded, "", "the server is stopping and has interrupted this request; send it again later").Retry()

// Run listens on the configured address and serves until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	address := s.cfg.Address()
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; choose another with --host and --port", address, err)
	}
	if err := s.cfg.CheckReach(ln.Addr()); err != nil {
		ln.Close()
		return err
	}
	if s.cfg.Keyless(ln.Addr()) {
		s.log.WarnContext(ctx, "everybody who reaches this address may use the server: there are no API keys", "address", ln.Addr().String())
	}
	return s.Serve(ctx, ln)
}

// Serve serves on ln, which it closes, until ctx ends and running work is done
// or DrainTimeout is over.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	workCtx, cancelWork := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancelWork(errStopping)
	defer s.fetcher.Close()
	var idle wire.Unused
	closeAudit, err := s.openAudit()
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer closeAudit()
	conns := wire.Reserve(presence.Listener{Listener: ln}, wire.MaxConnections(), s.turnAway)
	srv := &http.Server{
		ConnState:         func(c net.Conn, state http.ConnState) { idle.Watch(c, state); conns.Watch(plain(c), state) },
		Handler:           s.handler,
		BaseContext:       func(net.Listener) context.Context { return workCtx },
		ConnContext:       presence.ConnContext,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	serve, err := s.serving(srv)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	served := make(chan error, 1)
	go func() { served <- serve(conns) }()
	s.log.InfoContext(ctx, "listening", "address", ln.Addr().String(), "tls", s.cfg.TLSCert != "")
	select {
	case err := <-served:
		return fmt.Errorf("server: %w", err)
	case <-ctx.Done():
	}
	err = s.stop(srv, &idle, cancelWork)
	if end := <-served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}

// stop drains the server. The listener stays open while work runs, so that probes see the server
// as not ready.
func (s *Server) stop(srv *http.Server, idle *wire.Unused, cancelWork context.CancelCauseFunc) error {
	s.draining.Store(true)
	here := s.service.Admission.Counts()
	s.log.Info("stopping", "running", here.Running, "uploading", here.Uploading, "timeout", s.cfg.DrainTimeout)
	grace, cancel := context.WithTimeout(context.Background(), s.cfg.DrainTimeout)
	defer cancel()
	if s.service.Admission.Drain(grace) != nil {
		here := s.service.Admission.Counts()
		s.log.Warn("canceling work that did not end in time", "running", here.Running, "uploading", here.Uploading)
	}
	cancelWork(errStopping)
	last, cancel := context.WithTimeout(context.Background(), cancelGrace)
	defer cancel()
	idle.Close()
	if err := srv.Shutdown(last); err != nil {
		return errors.Join(fmt.Errorf("server: connections cut off: %w", err), srv.Close())
	}
	return nil
}

// cancelGrace is how long canceled requests may take to end.
const cancelGrace = 5 * time.Second
