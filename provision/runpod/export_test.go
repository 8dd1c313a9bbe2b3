package runpod

import (
	"io"
	"net/http"
	"time"
)

// What fuzz targets call.

func ProblemText(body []byte) string { return problemText(body) }

func ProblemFields(body []byte) []string { return problemFields(body) }

func QuotaWait(h http.Header, now time.Time) time.Duration { return quotaWait(h, now) }

func ReadEvents(r io.Reader, emit func(id, data string) error) error {
	return readEvents(r, func(e event) error { return emit(e.id, e.data) })
}

const (
	MaxDetail = maxDetail
	MaxEvent  = maxEvent
	MaxWait   = maxWait
)
