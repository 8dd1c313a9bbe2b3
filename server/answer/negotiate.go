package answer

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/server/problem"
)

// Negotiate picks what the client likes best of the offers; the first is the
// default and wins ties.
func Negotiate(r *http.Request, offers ...string) (string, error) {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return offers[0], nil
	}
	best, chosen := 0.0, ""
	for _, offer := range offers {
		if q := quality(accept, offer); q > best {
			best, chosen = q, offer
		}
	}
	if chosen == "" {
		return "", document.Problemf(problem.CodeNotAcceptable, document.PhaseAdmission,
			"none of the types in Accept can be had here; known are %s", strings.Join(offers, ", "))
	}
	return chosen, nil
}

// quality is the weight that an Accept header gives to a media type: that of the
// most specific range which matches it (RFC 9110 section 12.5.1).
func quality(accept, media string) float64 {
	major, _, _ := strings.Cut(media, "/")
	q, rank := 0.0, 0
	for part := range strings.SplitSeq(accept, ",") {
		pattern, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		r := 0
		switch pattern {
		case media:
			r = 3
		case major + "/*":
			r = 2
		case "*/*":
			r = 1
		}
		if r <= rank {
			continue
		}
		weight := 1.0
		if v, ok := params["q"]; ok {
			if weight, err = strconv.ParseFloat(v, 64); err != nil {
				weight = 0
			}
		}
		q, rank = weight, r
	}
	return q
}
