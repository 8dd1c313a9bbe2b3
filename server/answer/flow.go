package answer

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"
)

// flow is an answer that is sent piece by piece.
type flow struct {
	w      *echo.Response
	cancel context.CancelFunc // ends the work when nobody reads it
	quit   bool               // a write failed: the client has gone or stopped reading
}

// send writes a piece at once, and nothing more after one that failed.
func (f *flow) send(b []byte) {
	if f.quit {
		return
	}
	if _, err := f.w.Write(b); err == nil {
		if http.NewResponseController(f.w).Flush() == nil {
			return
		}
	}
	f.quit = true
	f.cancel()
}
