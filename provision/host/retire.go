package host

import (
	"bytes"
	"context"

	"ocr-gateway/provision/stage"
)

// Stop ends vLLM and the gateway, and keeps them from starting at boot.
func (s *Setup) Stop(ctx context.Context) error { return stage.Meet(ctx, s.stopStages(), s.Progress) }

// Uninstall stops what runs and removes what was put on the host. It returns what lies
// in the folder that no run has made.
func (s *Setup) Uninstall(ctx context.Context) (left string, err error) {
	remove := func(ctx context.Context) error {
		var out bytes.Buffer
		err := s.onHost(ctx, s.script(supervisorPID+stopScript, map[string]string{
			"task": "uninstall", "library": s.LibraryName, "encoder_file": encoderFile,
		}), &out)
		left = first(pairs(out.String()), "left")
		return err
	}
	stages := append(s.stopStages(), stage.Stage{Name: "uninstall", Phase: stage.PhaseInfrastructure, Deadline: s.Deadlines.Stop, Check: remove, Every: s.Poll})
	return left, stage.Meet(ctx, stages, s.Progress)
}

// stopStages log in and stop the supervisor, which stops its programs first.
func (s *Setup) stopStages() []stage.Stage {
	told := false
	stopped := func(ctx context.Context) error {
		if !told {
			return stage.WaitFor("it has not been told to stop")
		}
		state, err := s.supervisor(ctx)
		if err == nil && state != absent {
			return stage.WaitFor("vLLM and the gateway finish what they have begun")
		}
		return err
	}
	stop := func(ctx context.Context) error {
		if told {
			return stage.WaitFor("vLLM and the gateway finish what they have begun")
		}
		err := s.onHost(ctx, s.script(supervisorPID+stopScript, map[string]string{"task": "stop"}), nil)
		told = err == nil
		return err
	}
	return []stage.Stage{
		s.loginStage(),
		{Name: "stop", Phase: stage.PhaseInfrastructure, Deadline: s.Deadlines.Stop, Check: stopped, Act: stop, Every: s.Poll},
	}
}
