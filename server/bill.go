package server

import (
	"log/slog"
	"math"
	"strconv"
	"sync/atomic"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/internal/setting"
	"ocr-gateway/server/keys"
)

// openKeys reads the keys with names; nil where there are none.
func openKeys(cfg Config, log *slog.Logger) (*keys.Ring, error) {
	if cfg.KeysFile == "" {
		return nil, nil
	}
	ring, err := keys.Open(cfg.KeysFile, log)
	if err != nil {
		return nil, setting.Errorf("server.keys_file", "cannot be used: %w", err)
	}
	return ring, nil
}

// CheckFiles reports what of the files that the settings name cannot be used.
func CheckFiles(cfg Config) error {
	quiet := slog.New(slog.DiscardHandler)
	_, err := openKeys(cfg, quiet)
	if err == nil && cfg.TLSCert != "" {
		_, err = openCertificate(cfg, quiet)
	}
	return err
}

// limitRate is the limit of pace, as problems and metrics name it.
const limitRate = "requests_per_minute"

// pace refuses a request of a key that has had its requests of the minute.
func (s *Server) pace(c echo.Context, holder *keys.Holder) error {
	if holder == nil {
		return nil
	}
	wait, ok := holder.Request()
	if ok {
		return nil
	}
	c.Response().Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	p := s.service.Admission.Refuse(limitRate, "the API key %s may send %d requests a minute", holder.Name, holder.RequestsPerMinute)
	p.Code = document.CodeTooManyRequests
	return p
}

// bill counts the pages of a request, against the day's of its key where that has such a
// limit.
type bill struct {
	holder    *keys.Holder // nil for none
	elsewhere func() int   // pages of the day's that went to jobs
	pages     atomic.Int64
}

// Pages counts the pages of a document, see admission.Account.
func (b *bill) Pages(n int) (left int, ok bool) {
	if b.holder != nil {
		if left, ok := b.holder.Pages(n, b.elsewhere()); !ok {
			return left, false
		}
	}
	b.pages.Add(int64(n))
	return math.MaxInt, true
}
