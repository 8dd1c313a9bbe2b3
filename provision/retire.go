package provision

import (
	"bytes"
	"context"
)

// StopMachine ends vLLM and the gateway on a machine that is not rented, and
// keeps them from starting at boot. A run on it starts them again.
func (p *Provisioner) StopMachine(ctx context.Context, d *Deployment) error {
	r := &run{Provisioner: p, d: d}
	defer r.disconnect()
	return meet(ctx, r.stopStages(), p.Progress)
}

// Uninstall stops what runs on a machine, removes what was put there, and forgets
// the deployment. It returns what lies in the folder that no run has made.
func (p *Provisioner) Uninstall(ctx context.Context, d *Deployment) (left string, err error) {
	r := &run{Provisioner: p, d: d}
	defer r.disconnect()
	remove := func(ctx context.Context) error {
		var out bytes.Buffer
		err := r.onHost(ctx, r.script(supervisorPID+stopScript, map[string]string{"task": "uninstall"}), &out)
		left = first(pairs(out.String()), "left")
		return err
	}
	stages := append(r.stopStages(), stage{name: "uninstall", phase: PhaseInfrastructure, deadline: p.Deadlines.Stop, check: remove, every: p.Poll})
	if err := meet(ctx, stages, p.Progress); err != nil {
		return "", err
	}
	return left, p.Store.Drop(d)
}

// stopStages log in and stop the supervisor, which stops its programs first.
func (r *run) stopStages() []stage {
	told := false
	stopped := func(ctx context.Context) error {
		if !told {
			return waitFor("it has not been told to stop")
		}
		state, err := r.supervisor(ctx)
		if err == nil && state != absent {
			return waitFor("vLLM and the gateway finish what they have begun")
		}
		return err
	}
	stop := func(ctx context.Context) error {
		if told {
			return waitFor("vLLM and the gateway finish what they have begun")
		}
		err := r.onHost(ctx, r.script(supervisorPID+stopScript, map[string]string{"task": "stop"}), nil)
		told = err == nil
		return err
	}
	return []stage{
		{name: "ssh", phase: PhaseInfrastructure, deadline: r.Deadlines.Login, check: r.loggedIn, act: r.login, every: r.Poll},
		{name: "stop", phase: PhaseInfrastructure, deadline: r.Deadlines.Stop, check: stopped, act: stop, every: r.Poll},
	}
}
