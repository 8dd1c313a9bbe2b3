package main

import (
	"context"
	"errors"
	"fmt"

	"ocr-gateway/provision"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
)

// onMachine works on a machine that is not rented. One that is known keeps its
// settings, but for the flags that are given now.
func (v *provisioning) onMachine(ctx context.Context) error {
	if v.status || v.terminate {
		return errors.New("--status and --terminate are for pods; a machine of your own has --stop and --uninstall")
	}
	d, err := v.p.PeekMachine(v.host, v.hostKeys, v.options, v.given)
	if err != nil {
		return err
	}
	switch {
	case v.plan:
		return provision.WriteMachinePlan(v.out, d.Options, v.host, v.json)
	case v.logs || v.ssh || v.tunnel || v.showKey:
		return v.visitDeployment(ctx, d)
	case v.stop || v.uninstall:
		return v.retire(ctx, d)
	}
	d, unlock, err := v.p.Machine(v.host, v.hostKeys, v.options, v.given)
	if err != nil {
		return err
	}
	defer unlock()
	d.Options.Benchmark = v.options.Benchmark
	return v.up(ctx, d, plan.Plan{})
}

// retire stops what runs on a machine, and with --uninstall removes it.
func (v *provisioning) retire(ctx context.Context, d *deployment.Deployment) error {
	unlock, err := v.p.Store.Lock(d.Name)
	if err != nil {
		return err
	}
	defer unlock()
	if v.stop {
		if err := v.p.StopMachine(ctx, d); err != nil {
			return err
		}
		_, err := fmt.Fprintf(v.out, "Stopped vLLM and the gateway on %s; start them again with: %s\n", d.Login.Address, v.p.Command(d, ""))
		return err
	}
	if !v.yes {
		question := fmt.Sprintf("This stops the API on %s and removes models, settings, logs and its key from %s. Do it? [y/N] ", d.Login.Address, d.Options.Dir)
		if err := v.ask(question, "y", "yes"); err != nil {
			return err
		}
	}
	left, err := v.p.Uninstall(ctx, d)
	if err != nil {
		return err
	}
	fmt.Fprintf(v.out, "Removed ocr-gateway from %s. Packages of the system that were installed for it, such as libturbojpeg, stay.\n", d.Login.Address)
	if left != "" {
		fmt.Fprintf(v.out, "Left in %s, as no run has made it: %s\n", d.Options.Dir, left)
	}
	return nil
}
