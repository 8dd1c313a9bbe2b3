package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"ocr-gateway/server/guard"
)

// openDebug serves Go's profiles on server.debug_address, where there is one. Nobody but this
// machine reaches it, and no web page does by a name that leads there.
func (a *App) openDebug(ctx context.Context) error {
	address := a.cfg.Server.DebugAddress
	if address == "" {
		return nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("server.debug_address: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	debug := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !guard.Loopback(r.Host) {
			http.Error(w, "call it by 127.0.0.1 or localhost", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})}
	served := make(chan error, 1)
	go func() { served <- debug.Serve(listener) }()
	a.onStop("debug port", func(context.Context) error {
		err := debug.Close()
		if end := <-served; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
		return err
	})
	a.log.InfoContext(ctx, "profiles are served", "address", listener.Addr().String())
	return nil
}
