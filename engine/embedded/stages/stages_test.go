package stages

import (
	"testing"
	"time"
)

// busy works until some processor time of this thread is gone.
func busy() {
	for end := threadTime() + 5*time.Millisecond; threadTime() < end; {
	}
}

func TestOuterStageTakesAll(t *testing.T) {
	var m Meter
	ctx := m.Measured(t.Context())
	end := Begin(ctx, Recognize)
	busy()
	end(Work{Whole: 2})
	end = Begin(In(ctx, Orient), Recognize)
	busy()
	end(Work{Full: 3})
	end = Begin(ctx, Recognize)
	end(Work{Full: 1})
	got := m.Costs()
	if len(got) != 2 || got[Recognize].Work != (Work{Full: 1, Whole: 2}) || got[Orient].Work != (Work{Full: 3}) {
		t.Errorf("measured %+v", got)
	}
	if got[Recognize].CPU < 5*time.Millisecond || got[Orient].CPU < 5*time.Millisecond {
		t.Errorf("the time is not all there: %+v", got)
	}
}

func TestWithoutMeter(t *testing.T) {
	end := Begin(In(t.Context(), Orient), Recognize)
	end(Work{Full: 1})
}
