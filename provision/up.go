package provision

import (
	"context"
	"fmt"
	"time"

	"ocr-gateway/provision/card"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/stage"
)

// newRun returns a run. The caller closes its setup.
func (p *Provisioner) newRun(d *deployment.Deployment) *run {
	r := &run{Provisioner: p, d: d}
	parts := host.Parts{
		Deployment: d, Connect: p.Connect, Save: r.save, PublicURLs: r.publicURLs,
		StartedNow: func() bool { return !r.startAsked.IsZero() }, TryAgain: p.Command(d, "--try-again"),
		Payload: p.Payload, Progress: p.Progress, Poll: p.Poll, Deadlines: p.Deadlines.Host,
	}
	if d.Rented() {
		parts.Locate = r.locate
	}
	r.setup = host.New(parts)
	return r
}

// Up takes a deployment through all stages and returns its card. It may be
// called for one in any state. On failure the host is left as it is.
func (p *Provisioner) Up(ctx context.Context, d *deployment.Deployment, plan plan.Plan) (card.Card, error) {
	r := p.newRun(d)
	defer r.setup.Close()
	r.plan = plan
	if d.PodID == "" {
		d.Without.DirectPort = "" // an order asks for all of it
	}
	stages := append(r.setup.Stages(), stage.Stage{
		Name: "ready", Phase: stage.PhaseVerification, Deadline: r.Deadlines.Stop, Check: r.finish, Every: r.Poll,
	})
	if d.Rented() {
		stages = append(r.cloudStages(), stages...)
	}
	if err := r.setup.Meet(ctx, stages); err != nil {
		return card.Card{}, r.explain(ctx, err)
	}
	card := r.card(ctx)
	d.KeyShown = true
	return card, r.save()
}

func (r *run) cloudStages() []stage.Stage {
	d := r.Deadlines
	return []stage.Stage{
		{Name: "create", Phase: stage.PhaseInfrastructure, Deadline: d.Machine + r.d.Options.RetryFor, Check: r.created, Act: r.create, Every: r.Poll},
		{Name: "provisioning", Phase: stage.PhaseInfrastructure, Deadline: d.Machine + r.d.Options.RetryFor, Check: r.placed, Act: r.startIfStopped, Every: r.Poll},
		{Name: "running", Phase: stage.PhaseInfrastructure, Deadline: d.Image, Check: r.running, Every: r.Poll},
		{Name: "ports", Phase: stage.PhaseInfrastructure, Deadline: d.Ports * 3, Check: r.ported, Act: r.askForPorts, Every: r.Poll},
	}
}

// finish marks the deployment as verified, and takes down what it makes
// needless: a second pod of an order that was carried out after all, and the
// pod that it replaces.
func (r *run) finish(ctx context.Context) error {
	if err := r.TerminateDuplicates(ctx, r.d); err != nil {
		return err
	}
	if old := r.d.Replaces; old != "" {
		if err := r.Cloud.Terminate(ctx, old); err != nil {
			return fmt.Errorf("this pod is ready, the one it replaces (%s) is still billed: %w", old, err)
		}
		known, err := r.Store.Known()
		if err != nil {
			return err
		}
		if d := known.Pod(old); d != nil {
			if err := r.Store.Drop(d); err != nil {
				return err
			}
		}
		r.d.Replaces = ""
	}
	r.d.Ready = time.Now().UTC().Truncate(time.Second)
	return r.save()
}
