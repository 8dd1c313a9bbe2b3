package provision

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"time"

	"ocr-gateway/internal/backoff"
	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/stage"
)

//go:embed start.sh
var startScript string

// created looks whether the deployment has its pod: by id, or, where its
// creation was interrupted before the id was known, by its unique name.
func (r *run) created(ctx context.Context) error {
	if r.d.PodID != "" {
		return r.refreshPod(ctx)
	}
	found, err := r.findByName(ctx)
	if err != nil {
		return err
	}
	if !found {
		return stage.WaitFor("no pod is named %s yet", r.d.Name)
	}
	return nil
}

// findByName adopts the pod that has the deployment's name, if there is one.
func (r *run) findByName(ctx context.Context) (bool, error) {
	pods, err := r.named(ctx, r.d.Name)
	if err != nil {
		return false, pendingCloud(err)
	}
	if len(pods) == 0 {
		return false, nil
	}
	return true, r.adopt(pods[0])
}

// adopt saves the pod's id before anything else is done with it.
func (r *run) adopt(pod cloud.Pod) error {
	r.pod, r.d.PodID = pod, pod.ID
	r.noteDirectPort()
	return r.save()
}

// create orders a pod of the first candidate that is free. It never orders
// twice without having looked whether the first order was carried out.
func (r *run) create(ctx context.Context) error {
	until := time.Now().Add(r.d.Options.RetryFor)
	if len(r.plan.Candidates) == 0 { // an interrupted run is resumed
		if err := r.replan(ctx); err != nil {
			return err
		}
	}
	for {
		err := r.createFirstFree(ctx)
		if !errors.Is(err, cloud.ErrNoStock) || time.Now().After(until) {
			return err
		}
		r.Progress.Waiting(fmt.Sprintf("none of %d kinds of GPU is free, looking again for %s", len(r.plan.Candidates), time.Until(until).Round(time.Second)))
		if err := backoff.Sleep(ctx, r.StockPause); err != nil {
			return err
		}
		if err := r.replan(ctx); err != nil && !errors.Is(err, cloud.ErrNoStock) {
			return err
		}
	}
}

// replan asks anew what is free.
func (r *run) replan(ctx context.Context) (err error) {
	r.plan, err = r.Plan(ctx, r.d.Options)
	return err
}

func (r *run) createFirstFree(ctx context.Context) error {
	var refused error
	for _, c := range r.plan.Candidates {
		if c.PricePerHour > r.d.Ceiling+plan.HalfCent {
			r.Progress.Waiting(fmt.Sprintf("%s now costs $%.2f an hour, more than was agreed to", c.Name, c.PricePerHour))
			continue
		}
		if err := r.announce(c); err != nil {
			return err
		}
		pod, err := r.Cloud.Create(ctx, r.order(c))
		switch {
		case err == nil:
			return r.adopt(pod)
		case r.d.Without.DirectPort == "" && portsRefused(err):
			return r.createWithProxyOnly(ctx, err)
		case errors.Is(err, cloud.ErrNoStock), errors.Is(err, cloud.ErrForbidden), isBadRequest(err):
			r.Progress.Waiting(fmt.Sprintf("%s: %v", c.Name, errors.Unwrap(err)))
			if !errors.Is(refused, cloud.ErrNoStock) { // which waiting may mend
				refused = err
			}
		case errors.Is(err, cloud.ErrUnknownOutcome):
			r.unanswered = true
			if err := r.findUnanswered(ctx, err); err != nil || r.d.PodID != "" {
				return err
			}
			// It was not carried out by now: the next candidate is as good as this one again.
		default:
			return err
		}
	}
	if r.unanswered {
		return fmt.Errorf("no pod of this name has come up by now: %w", cloud.ErrUnknownOutcome)
	}
	if refused == nil {
		return fmt.Errorf("no kind of GPU fits %q: %w", r.d.Options.GPU, cloud.ErrNoStock)
	}
	if !errors.Is(refused, cloud.ErrNoStock) {
		return refused // no kind was taken: it is the order, or the account
	}
	return fmt.Errorf("none of the %d kinds of GPU that fit is free: try --retry-for 30m, another --gpu or --region: %w", len(r.plan.Candidates), cloud.ErrNoStock)
}

// createWithProxyOnly orders once more, without the API's own port. That the port
// was to blame is known only when the order is taken then.
func (r *run) createWithProxyOnly(ctx context.Context, refusal error) error {
	r.d.Without.DirectPort = refusal.Error()
	if err := r.save(); err != nil {
		return err
	}
	err := r.createFirstFree(ctx)
	if errors.Is(err, cloud.ErrRequest) && r.d.PodID == "" {
		r.d.Without.DirectPort = ""
		return errors.Join(err, r.save())
	}
	return err
}

// announce says what is ordered, and keeps with the deployment what it stands
// for: the order may be answered to a later run.
func (r *run) announce(c plan.Candidate) error {
	r.Progress.Waiting(fmt.Sprintf("ordering %s at $%.2f an hour", c.Name, c.PricePerHour))
	if c.InsteadOf == r.d.InsteadOf {
		return nil
	}
	if r.d.InsteadOf = c.InsteadOf; c.InsteadOf != "" {
		r.Progress.Warn(fmt.Sprintf("%s is not to be had: ordering %s at $%.2f an hour instead", c.InsteadOf, c.Name, c.PricePerHour))
	}
	return r.save()
}

// isBadRequest is an answer by which the cloud also says, in words that are not
// known here, that a kind is not to be had.
func isBadRequest(err error) bool {
	var said *cloud.Error
	return errors.As(err, &said) && said.Status == http.StatusBadRequest
}

// portsRefused is an answer by which the cloud may mean that a port is asked for
// twice, which its documents leave open.
func portsRefused(err error) bool {
	var said *cloud.Error
	return errors.As(err, &said) && errors.Is(err, cloud.ErrRequest) && said.NamesField("ports", "port")
}

// findUnanswered finds out whether an order of unknown outcome was carried out.
func (r *run) findUnanswered(ctx context.Context, cause error) error {
	r.Progress.Waiting("the order was not answered; looking whether a pod was made")
	for range unansweredLooks {
		if err := backoff.Sleep(ctx, r.Poll); err != nil {
			return err
		}
		found, err := r.findByName(ctx)
		if found {
			return err
		}
		if err != nil && !errors.As(err, new(stage.Unmet)) {
			return errors.Join(cause, err)
		}
	}
	return nil
}

// order is what the pod is created from.
func (r *run) order(c plan.Candidate) cloud.Order {
	o := r.d.Options
	order := cloud.Order{
		Name: r.d.Name, Image: o.Image, GPU: c.GPU, Count: o.GPUCount, MinCUDA: plan.MinCUDA(o.Image), Tenure: o.Tenure,
		DataCenters: r.plan.DataCenters, DiskGB: o.DiskGB, VolumeGB: o.VolumeGB, VolumePath: deployment.VolumePath,
		Ports: r.ports(),
		Env: map[string]string{
			"PUBLIC_KEY":          r.PublicKey,
			"GATEWAY_DIR":         o.Dir,
			deployment.OptionsEnv: o.String(),
		},
		Entrypoint: []string{"/bin/bash", "-c"}, Cmd: []string{startScript},
	}
	if o.NetworkVolume != "" {
		order.VolumeGB, order.NetworkVolume = 0, o.NetworkVolume
	}
	return order
}
