package stage_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ocr-gateway/provision/stage"
	"ocr-gateway/provision/stage/stagetest"
)

func TestStagesLookBeforeTheyAct(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var did []string
		world := 0 // grows with each act
		note := func(what string) { did = append(did, what) }
		stages := []stage.Stage{
			{
				Name: "met", Deadline: time.Minute, Every: time.Second,
				Check: func(context.Context) error { note("look"); return nil },
				Act:   func(context.Context) error { note("never"); return nil },
			},
			{
				Name: "two acts", Deadline: time.Minute, Every: time.Second,
				Check: func(context.Context) error {
					if world < 2 {
						return stage.WaitFor("world is %d", world)
					}
					return nil
				},
				Act: func(context.Context) error { note("act"); world++; return nil },
			},
		}
		var d stagetest.Recorder
		if err := stage.Meet(t.Context(), stages, &d); err != nil {
			t.Fatal(err)
		}
		if want := []string{"look", "act", "act"}; !slices.Equal(did, want) {
			t.Errorf("did %q, want %q", did, want)
		}
		want := []string{"begin met", "end met <nil>", "begin two acts", "wait world is 0", "wait world is 1", "wait world is 1", "end two acts <nil>"}
		if !slices.Equal(d.Lines, want) {
			t.Errorf("told %q\nwant %q", d.Lines, want)
		}
	})
}

func TestStageEndsAtItsDeadlineAndSaysWhatWasMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		s := stage.Stage{Name: "slow", Deadline: 10 * time.Second, Every: 3 * time.Second, Check: func(context.Context) error {
			looks++
			return stage.WaitFor("a machine is looked for")
		}}
		start := time.Now()
		err := stage.Meet(t.Context(), []stage.Stage{s, {Name: "never", Deadline: time.Second, Check: func(context.Context) error {
			t.Error("a stage behind a failed one was begun")
			return nil
		}}}, new(stagetest.Recorder))
		var at *stage.Error
		if !errors.As(err, &at) || at.Stage != "slow" || !errors.Is(err, stage.ErrDeadline) || !strings.Contains(err.Error(), "a machine is looked for") {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took != 10*time.Second || looks != 4 {
			t.Errorf("took %s and %d looks", took, looks)
		}
	})
}

func TestStageThatHangsIsCutAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage.Stage{Name: "hangs", Deadline: 5 * time.Second, Every: time.Second, Check: func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		if err := stage.Meet(t.Context(), []stage.Stage{s}, new(stagetest.Recorder)); !errors.Is(err, stage.ErrDeadline) {
			t.Errorf("got %v", err)
		}
	})
}

func TestStageFaults(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name       string
		check, act error
		want       error
	}{
		{"a look that fails ends the run", broken, nil, broken},
		{"an act that fails ends the run", stage.WaitFor("not yet"), broken, broken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := stage.Stage{
				Name: "s", Deadline: time.Minute, Every: time.Hour,
				Check: func(context.Context) error { return tt.check },
				Act:   func(context.Context) error { return tt.act },
			}
			if err := stage.Meet(t.Context(), []stage.Stage{s}, new(stagetest.Recorder)); !errors.Is(err, tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("an interrupt ends it at once and is the cause", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		s := stage.Stage{Name: "s", Deadline: time.Minute, Every: time.Hour, Check: func(context.Context) error {
			cancel(broken)
			return stage.WaitFor("not yet")
		}}
		if err := stage.Meet(ctx, []stage.Stage{s}, new(stagetest.Recorder)); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	})
}
