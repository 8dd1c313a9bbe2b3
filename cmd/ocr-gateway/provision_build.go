package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
)

func (v *provisioning) showPlan(ctx context.Context) error {
	plan, err := v.p.Plan(ctx, v.options)
	if err != nil {
		return err
	}
	if v.json {
		return plan.WriteJSON(v.out)
	}
	return plan.Write(v.out)
}

// build makes a new deployment, or resumes the unfinished one.
func (v *provisioning) build(ctx context.Context) error {
	known, err := v.p.Store.Known()
	if err != nil {
		return err
	}
	var plan plan.Plan
	if known.Unfinished(v.options) == nil {
		if plan, err = v.p.Plan(ctx, v.options); err != nil {
			return err
		}
		if err := v.confirm(plan); err != nil {
			return err
		}
	}
	d, resumed, unlock, err := v.p.Begin(v.options, plan.Ceiling, v.another)
	if err != nil {
		return err
	}
	defer unlock()
	if resumed {
		fmt.Fprintf(v.err, "Resuming %s, begun %s ago and not ready yet (--new builds another).\n", d.Name, time.Since(d.Created).Round(time.Second))
		v.warnIgnored(d)
	}
	return v.up(ctx, d, plan)
}

// confirm asks before anything is billed.
func (v *provisioning) confirm(plan plan.Plan) error {
	if v.yes {
		return plan.WriteOrder(v.err)
	}
	if err := plan.Write(v.err); err != nil {
		return err
	}
	return v.ask(fmt.Sprintf("Order it, for at most $%.2f an hour? [y/N] ", plan.Ceiling), "y", "yes")
}

// errDeclined ends a run that the user did not want.
var errDeclined = errors.New("nothing was done")

// ask wants one of these words, in any case.
func (v *provisioning) ask(question string, words ...string) error {
	fmt.Fprint(v.err, "\n", question)
	answer, err := bufio.NewReader(v.in).ReadString('\n')
	if err != nil && answer == "" {
		fmt.Fprintln(v.err)
		return fmt.Errorf("no answer (without a terminal use --yes): %w", errDeclined)
	}
	if !slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(strings.TrimSpace(answer), w) }) {
		return errDeclined
	}
	return nil
}

// up runs the stages and shows the card.
func (v *provisioning) up(ctx context.Context, d *deployment.Deployment, plan plan.Plan) error {
	d.TryAgain = v.tryAgain
	card, err := v.p.Up(ctx, d, plan)
	if err != nil {
		return err
	}
	if v.json {
		return writeJSON(v.out, card)
	}
	return card.Write(v.out)
}

// creationFlags are the flags that a deployment keeps as they were when it was made.
var creationFlags = []string{
	"gpu", "gpu-count", "cloud", "region", "max-price", "image", "disk", "volume", "network-volume", "vllm-port", "api-port",
	"model", "layout-model", "no-layout", "no-mtp", "transformers-from-source", "idle-stop", "dir",
}

// warnIgnored names the flags that were given and are not for this deployment any more.
func (v *provisioning) warnIgnored(d *deployment.Deployment) {
	wanted, kept := v.options, d.Options
	wanted.RetryFor, wanted.Benchmark, kept.RetryFor, kept.Benchmark = 0, false, 0, false
	if len(v.given) > 0 && wanted.String() != kept.String() {
		fmt.Fprintf(v.err, "%s keeps the settings that it was made with; given now: --%s.\n", d.Name, strings.Join(v.given, ", --"))
	}
}

func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
