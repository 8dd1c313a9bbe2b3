package main

import (
	"context"
	"errors"
	"fmt"

	"ocr-gateway/provision"
	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
)

func (v *provisioning) showStatus(ctx context.Context) error {
	states, err := v.p.Status(ctx)
	if err != nil {
		return err
	}
	if v.json {
		return writeJSON(v.out, states)
	}
	return provision.WriteStatus(v.out, states)
}

// onlyPod fills in the pod's id where it need not be named.
func (v *provisioning) onlyPod() error {
	if v.podID != "" {
		return nil
	}
	known, err := v.p.Store.Known()
	if err != nil {
		return err
	}
	only, err := known.Only()
	if err != nil {
		return err
	}
	if only.PodID == "" {
		return fmt.Errorf("%s has no pod yet: resume it with: %s", only.Name, v.p.Resume(only))
	}
	v.podID = only.PodID
	return nil
}

// onDeployment does what is asked with a deployment that exists.
func (v *provisioning) onDeployment(ctx context.Context) error {
	if v.logs || v.ssh || v.tunnel || v.showKey {
		return v.visit(ctx)
	}
	if err := v.onlyPod(); err != nil {
		return err
	}
	d, err := v.p.Select(ctx, v.podID)
	if err != nil {
		return err
	}
	unlock, err := v.p.Take(d)
	if err != nil {
		return err
	}
	defer unlock()
	if v.stop {
		return v.stopPod(ctx, d)
	}
	v.warnIgnored(d)
	d.Options.RetryFor = v.options.RetryFor
	d.Options.Benchmark = v.options.Benchmark
	err = v.up(ctx, d, plan.Plan{})
	if v.replace && errors.Is(err, cloud.ErrNoStock) {
		fmt.Fprintf(v.err, "%v\n\nTaking another machine.\n", err)
		return v.replacePod(ctx, d)
	}
	return err
}

func (v *provisioning) stopPod(ctx context.Context, d *deployment.Deployment) error {
	if err := v.p.Stop(ctx, d); err != nil {
		return err
	}
	_, err := fmt.Fprintf(v.out, "Stopped %s. Its storage costs %s; start it again with: %s\n", d.Name, v.p.StoppedCost(ctx, d.PodID), v.p.Command(d, "--start"))
	return err
}

// replacePod builds the deployment anew on another machine.
func (v *provisioning) replacePod(ctx context.Context, d *deployment.Deployment) error {
	if d.Ceiling == 0 { // taken over from another computer: no price was agreed to here
		plan, err := v.p.Plan(ctx, d.Options)
		if err != nil {
			return err
		}
		if err := v.confirm(plan); err != nil {
			return err
		}
		d.Ceiling = plan.Ceiling
	}
	successor, unlock, err := v.p.Replace(d)
	if err != nil {
		return err
	}
	defer unlock()
	return v.up(ctx, successor, plan.Plan{})
}

// end terminates a deployment, or with --force any pod.
func (v *provisioning) end(ctx context.Context) error {
	known, err := v.p.Store.Known()
	if err != nil {
		return err
	}
	d := known.Pod(v.podID)
	if v.podID == "" {
		if d, err = known.Only(); err != nil {
			return err
		}
	}
	what := v.podID
	if d == nil {
		if !v.force {
			return fmt.Errorf("no deployment here knows pod %s: add --force to end it all the same", v.podID)
		}
	} else {
		unlock, err := v.p.Store.Lock(d.Name)
		if err != nil {
			return err
		}
		defer unlock()
		if what = d.PodID; what == "" {
			what = d.Name
		}
	}
	if !v.yes {
		if err := v.ask(fmt.Sprintf("This destroys %s and everything on its volume. Type that name: ", what), what); err != nil {
			return err
		}
	}
	if d != nil {
		err = v.p.Terminate(ctx, d)
	} else {
		err = v.p.TerminatePod(ctx, v.podID)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(v.out, "Terminated %s: it is not billed any more.\n", what)
	return err
}
