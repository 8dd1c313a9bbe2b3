package document_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ocr-gateway/document"
)

func TestEndProblem(t *testing.T) {
	stopping := document.Problemf(document.CodeOverloaded, "", "the server is stopping")
	for name, tc := range map[string]struct {
		end  func() (context.Context, context.CancelFunc)
		code document.Code
		is   error
	}{
		"canceled": {func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return ctx, cancel
		}, document.CodeCanceled, context.Canceled},
		"out of time": {func() (context.Context, context.CancelFunc) {
			return context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		}, document.CodeDeadlineExceeded, context.DeadlineExceeded},
		"a problem": {func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(fmt.Errorf("stop: %w", stopping))
			return ctx, func() {}
		}, document.CodeOverloaded, stopping},
	} {
		ctx, cancel := tc.end()
		p := document.EndProblem(context.Cause(ctx), document.PhaseLayout)
		if p.Code != tc.code || p.Detail == "" || !errors.Is(p, tc.is) {
			t.Errorf("%s: %v", name, p)
		}
		if p != stopping && (!p.Retryable || p.Phase != document.PhaseLayout) {
			t.Errorf("%s: %+v", name, p)
		}
		cancel()
	}
}
