package host

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"ocr-gateway/internal/promtext"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/stage"
)

// Of the tokens that a sound draft head of GLM-OCR proposes, 69 to 81 % are accepted
// (vllm-project/vllm, issue 37551); one with weights that were not loaded has 0 to 2 %
// (pull request 35548, issue 55605). Below the least it costs time instead of saving it.
const (
	minAcceptance = 0.05
	minDrafted    = 10 // tokens that it takes to tell; the sample has some 25
)

// modelFault is a model that does not read as it should, found by verify.
type modelFault struct {
	why string
	mtp bool // speculative decoding was on, and may be to blame
	do  string
}

func (f *modelFault) Error() string { return f.why + "; " + f.do }

// modelFault says what to do about a model that reads wrongly.
func (s *Setup) modelFault(format string, args ...any) error {
	do := fmt.Sprintf("the model or vLLM %s is broken: versions that are known are in docs/provisioning.md; ", cmp.Or(s.vllmVersion, "missing"))
	if s.d.Rented() {
		do += "build another pod with --new --image " + deployment.DefaultImage
	} else {
		do += "install vllm==" + plan.VllmPin + " there, and run this again"
	}
	return &modelFault{why: fmt.Sprintf(format, args...), mtp: s.d.UsesMTP(), do: do}
}

// checkMTP fails when vLLM, having read the sample, accepted next to nothing of what
// its draft head proposed. A version that does not count is passed over.
func (s *Setup) checkMTP(ctx context.Context) error {
	if !s.d.UsesMTP() {
		return nil
	}
	status, body, err := s.get(ctx, fmt.Sprintf("http://127.0.0.1:%d/metrics", s.d.Options.VLLMPort), "")
	if err != nil {
		return s.notYet(ctx, "vLLM", status, err)
	}
	if status != http.StatusOK {
		return nil
	}
	drafted, accepted := speculation(body)
	if drafted >= minDrafted && accepted < minAcceptance*drafted {
		return s.modelFault("of %.0f tokens that MTP proposed %.0f were accepted", drafted, accepted)
	}
	return nil
}

// speculation sums, over all engines, the tokens that were drafted and those of them
// that were accepted, from vLLM's metrics.
func speculation(text []byte) (drafted, accepted float64) {
	metrics, err := promtext.Read(bytes.NewReader(text))
	if err != nil {
		return 0, 0
	}
	drafted, _ = metrics.Sum("vllm:spec_decode_num_draft_tokens_total", nil)
	accepted, _ = metrics.Sum("vllm:spec_decode_num_accepted_tokens_total", nil)
	return drafted, accepted
}

// Meet runs the stages, this host's among them, and, where verify finds that the model does not read as it
// should with speculative decoding, those from vLLM's settings on once more, without.
func (s *Setup) Meet(ctx context.Context, stages []stage.Stage) error {
	err := stage.Meet(ctx, stages, s.Progress)
	var fault *modelFault
	if !errors.As(err, &fault) || !fault.mtp {
		return err
	}
	if err := s.dropMTP(fault.why); err != nil {
		return err
	}
	s.verifyBegan = time.Time{}
	config := slices.IndexFunc(stages, func(s stage.Stage) bool { return s.Phase == stage.PhaseVLLM })
	err = stage.Meet(ctx, stages[config:], s.Progress)
	if errors.As(err, &fault) { // then it is not to blame
		s.d.Without.MTP = ""
		return errors.Join(err, s.Save())
	}
	return err
}
