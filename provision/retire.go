package provision

import (
	"bytes"
	"context"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/stage"
)

// StopMachine ends vLLM and the gateway on a machine that is not rented, and
// keeps them from starting at boot. A run on it starts them again.
func (p *Provisioner) StopMachine(ctx context.Context, d *deployment.Deployment) error {
	r := &run{Provisioner: p, d: d}
	defer r.disconnect()
	return stage.Meet(ctx, r.stopStages(), p.Progress)
}

// Uninstall stops what runs on a machine, removes what was put there, and forgets
// the deployment. It returns what lies in the folder that no run has made.
func (p *Provisioner) Uninstall(ctx context.Context, d *deployment.Deployment) (left string, err error) {
	r := &run{Provisioner: p, d: d}
	defer r.disconnect()
	remove := func(ctx context.Context) error {
		var out bytes.Buffer
		err := r.onHost(ctx, r.script(supervisorPID+stopScript, map[string]string{
			"task": "uninstall", "library": r.LibraryName, "encoder_file": encoderFile,
		}), &out)
		left = first(pairs(out.String()), "left")
		return err
	}
	stages := append(r.stopStages(), stage.Stage{Name: "uninstall", Phase: stage.PhaseInfrastructure, Deadline: p.Deadlines.Stop, Check: remove, Every: p.Poll})
	if err := stage.Meet(ctx, stages, p.Progress); err != nil {
		return "", err
	}
	return left, p.Store.Drop(d)
}

// stopStages log in and stop the supervisor, which stops its programs first.
func (r *run) stopStages() []stage.Stage {
	told := false
	stopped := func(ctx context.Context) error {
		if !told {
			return stage.WaitFor("it has not been told to stop")
		}
		state, err := r.supervisor(ctx)
		if err == nil && state != absent {
			return stage.WaitFor("vLLM and the gateway finish what they have begun")
		}
		return err
	}
	stop := func(ctx context.Context) error {
		if told {
			return stage.WaitFor("vLLM and the gateway finish what they have begun")
		}
		err := r.onHost(ctx, r.script(supervisorPID+stopScript, map[string]string{"task": "stop"}), nil)
		told = err == nil
		return err
	}
	return []stage.Stage{
		{Name: "ssh", Phase: stage.PhaseInfrastructure, Deadline: r.Deadlines.Login, Check: r.loggedIn, Act: r.login, Every: r.Poll},
		{Name: "stop", Phase: stage.PhaseInfrastructure, Deadline: r.Deadlines.Stop, Check: stopped, Act: stop, Every: r.Poll},
	}
}
