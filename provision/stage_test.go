package provision

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/stage"
)

// recorder notes what a run tells.
type recorder struct{ lines []string }

func (d *recorder) Begin(stage string, _ stage.Phase) { d.lines = append(d.lines, "begin "+stage) }
func (d *recorder) Waiting(why string)                { d.lines = append(d.lines, "wait "+why) }
func (d *recorder) Log(source, line string)           { d.lines = append(d.lines, source+": "+line) }
func (d *recorder) Warn(text string)                  { d.lines = append(d.lines, "warn "+text) }
func (d *recorder) End(stage string, _ time.Duration, err error) {
	d.lines = append(d.lines, fmt.Sprintf("end %s %v", stage, err))
}

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
		var d recorder
		if err := stage.Meet(t.Context(), stages, &d); err != nil {
			t.Fatal(err)
		}
		if want := []string{"look", "act", "act"}; !slices.Equal(did, want) {
			t.Errorf("did %q, want %q", did, want)
		}
		want := []string{"begin met", "end met <nil>", "begin two acts", "wait world is 0", "wait world is 1", "wait world is 1", "end two acts <nil>"}
		if !slices.Equal(d.lines, want) {
			t.Errorf("told %q\nwant %q", d.lines, want)
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
		}}}, new(recorder))
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
		if err := stage.Meet(t.Context(), []stage.Stage{s}, new(recorder)); !errors.Is(err, stage.ErrDeadline) {
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
			if err := stage.Meet(t.Context(), []stage.Stage{s}, new(recorder)); !errors.Is(err, tt.want) {
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
		if err := stage.Meet(ctx, []stage.Stage{s}, new(recorder)); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	})
}

// hands is a host that notes what is done with it.
type hands struct {
	Host
	scripts []string
	files   map[string][]byte
}

func (h *hands) Run(_ context.Context, script string, _ io.Writer) error {
	h.scripts = append(h.scripts, script)
	return nil
}

func (h *hands) Upload(_ context.Context, content io.ReadSeeker, path string, _ fs.FileMode) error {
	data, err := io.ReadAll(content)
	h.files[path] = data
	return err
}

// TestOldHostsBuildTheProgram has a host whose libc is older than this very test's.
func TestOldHostsBuildTheProgram(t *testing.T) {
	host := &hands{files: map[string][]byte{}}
	parts := Parts{
		Progress: new(recorder), Version: "v1",
		Program: func() (Program, error) { return os.Open("/proc/self/exe") },
		Library: func() (Program, error) { return os.Open("stage_test.go") }, LibraryName: "lib.so",
	}
	r := &run{Provisioner: New(parts), d: &deployment.Deployment{Options: deployment.DefaultOptions()}, host: host, probed: probe{Glibc: "2.1"}}
	if err := r.upload(t.Context()); !errors.Is(err, errOldLibc) || !strings.Contains(err.Error(), "--binary") {
		t.Errorf("without sources: %v", err)
	}
	r.Source = func() ([]byte, error) { return []byte("packed"), nil }
	if err := r.upload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := string(host.files[deployment.CloudDir+"/run/source.tar.gz"]); got != "packed" {
		t.Errorf("sent %q", got)
	}
	if last := host.scripts[len(host.scripts)-1]; !strings.Contains(last, "go_pin='"+goPin+"'") || !strings.Contains(last, "go build") {
		t.Errorf("ran %s", last)
	}
	if len(host.files[deployment.CloudDir+"/bin/lib.so"]) == 0 {
		t.Error("the program built there has no library beside it")
	}
	delete(host.files, deployment.CloudDir+"/bin/lib.so")
	r.probed.Glibc = "9.0"
	if err := r.upload(t.Context()); err != nil || len(host.files[deployment.CloudDir+"/bin/ocr-gateway"]) == 0 || len(host.files[deployment.CloudDir+"/bin/lib.so"]) == 0 {
		t.Errorf("on a newer host: %v, files %d", err, len(host.files))
	}
}
