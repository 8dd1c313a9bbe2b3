package provision

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Stop stops a deployment's pod and waits until it bills storage only.
func (p *Provisioner) Stop(ctx context.Context, d *Deployment) error {
	return meet(ctx, []stage{{
		name: "stop", phase: PhaseInfrastructure, deadline: p.Deadlines.Stop, every: p.Poll,
		check: func(ctx context.Context) error {
			pod, err := p.Cloud.Pod(ctx, d.PodID)
			if err != nil {
				return cloudTrouble(err)
			}
			if pod.State != PodStopped {
				return waitFor("the pod is %s", pod.State)
			}
			return nil
		},
		act: func(ctx context.Context) error { return askOnce(p.Cloud.Stop(ctx, d.PodID)) },
	}}, p.Progress)
}

// askOnce lets a state that does not allow the change now pass by.
func askOnce(err error) error {
	if err == nil || errors.Is(err, ErrNotNow) || errors.Is(err, ErrUnknownOutcome) {
		return waitFor("the cloud was asked")
	}
	return cloudTrouble(err)
}

// Terminate destroys a deployment's pod, its volume with it, and forgets the
// deployment when the cloud says that the pod is gone.
func (p *Provisioner) Terminate(ctx context.Context, d *Deployment) error {
	ids := []string{d.PodID, d.Replaces}
	if d.PodID == "" {
		found, err := p.named(ctx, d.Name)
		if err != nil {
			return err
		}
		ids = append(ids, found...)
	}
	for _, id := range ids {
		if id == "" {
			continue
		}
		if err := p.TerminatePod(ctx, id); err != nil {
			return err
		}
	}
	return p.Store.Drop(d)
}

// TerminatePod destroys any pod of the account and waits until it is gone.
func (p *Provisioner) TerminatePod(ctx context.Context, id string) error {
	return meet(ctx, []stage{{
		name: "terminate", phase: PhaseInfrastructure, deadline: p.Deadlines.Stop, every: p.Poll,
		check: func(ctx context.Context) error {
			pod, err := p.Cloud.Pod(ctx, id)
			switch {
			case errors.Is(err, ErrGone) || err == nil && pod.State == PodTerminated:
				return nil
			case err != nil:
				return cloudTrouble(err)
			}
			return waitFor("the pod is %s", pod.State)
		},
		act: func(ctx context.Context) error { return askOnce(p.Cloud.Terminate(ctx, id)) },
	}}, p.Progress)
}

// ReapTwins terminates other pods of a deployment's name, which is unique:
// they come from orders that the cloud did not answer and carried out late.
func (p *Provisioner) ReapTwins(ctx context.Context, d *Deployment) error {
	if !d.Rented() {
		return nil
	}
	pods, err := p.Cloud.Pods(ctx)
	if err != nil {
		return cloudTrouble(err)
	}
	for _, pod := range pods {
		if pod.Name != d.Name || pod.ID == d.PodID || pod.State == PodTerminated {
			continue
		}
		p.Progress.Warn("a second pod of this deployment came up late and is terminated: " + pod.ID)
		if err := p.Cloud.Terminate(ctx, pod.ID); err != nil {
			return fmt.Errorf("a second pod, %s, bills: %w", pod.ID, err)
		}
	}
	return nil
}

// named returns the pods of a name: those of an order that was cut off before
// its pod was known.
func (p *Provisioner) named(ctx context.Context, name string) ([]string, error) {
	pods, err := p.Cloud.Pods(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, pod := range pods {
		if pod.Name == name && pod.State != PodTerminated {
			ids = append(ids, pod.ID)
		}
	}
	return ids, nil
}

// Replace makes a new deployment in place of one whose machine has no free
// GPU. The old pod is terminated when the new one is ready, and not before.
func (p *Provisioner) Replace(old *Deployment) (*Deployment, func(), error) {
	d := &Deployment{Name: newName(), Created: time.Now().UTC().Truncate(time.Second), Options: old.Options, Ceiling: old.Ceiling, Replaces: old.PodID}
	unlock, err := p.Store.Lock(d.Name)
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(p.Store.Save(d), p.Store.Drop(old)); err != nil {
		unlock()
		return nil, nil, fmt.Errorf("replace %s: %w", old.Name, err)
	}
	return d, unlock, nil
}
