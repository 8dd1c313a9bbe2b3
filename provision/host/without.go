package host

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
)

// tryAgain forgets what was given up on the host: its cause may be gone. Where the
// host serves without it that waits for a start or for being asked (TryAgain), as
// the trial restarts what serves.
func (s *Setup) tryAgain(ctx context.Context) error {
	off := s.d.Without
	off.DirectPort = ""
	if off == (deployment.Without{}) {
		return nil
	}
	what := strings.Join(off.Lines(), "; ")
	if !s.d.TryAgain && !s.StartedNow() && !s.d.Ready.IsZero() && s.serves(ctx) {
		s.Progress.Warn("off, and left so while it serves: " + what + "; to try it again: " + s.TryAgain)
		return nil
	}
	s.Progress.Warn("trying again what was off: " + what)
	s.d.Without = deployment.Without{DirectPort: s.d.Without.DirectPort}
	return s.Save()
}

// serves reports whether vLLM and the gateway work on the host.
func (s *Setup) serves(ctx context.Context) bool {
	for port, path := range map[int]string{s.d.Options.VLLMPort: "/health", s.d.Options.APIPort: "/readyz"} {
		status, _, err := s.get(ctx, fmt.Sprintf("http://127.0.0.1:%d%s", port, path), "")
		if err != nil || status != http.StatusOK {
			return false
		}
	}
	return true
}

// dropMTP goes on without speculative decoding.
func (s *Setup) dropMTP(why string) error {
	if known := plan.BrokenMTP(s.vllmVersion); known != "" {
		why += "; " + known
	}
	s.d.Without.MTP = why
	s.Progress.Warn("speculative decoding (MTP) fails, trying without: " + why)
	return s.Save()
}

// dropLayout goes on without the layout sidecar: pages are read whole.
func (s *Setup) dropLayout(why string) error {
	s.d.Without.Layout = why
	s.Progress.Warn("layout is left out, pages are read whole: " + why)
	return s.Save()
}
