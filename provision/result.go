package provision

import (
	"context"
	"fmt"
	"net"

	"ocr-gateway/provision/card"
	"ocr-gateway/provision/plan"
)

// stopCommands are the ways out of a deployment.
func (r *run) stopCommands(ctx context.Context) []card.StopCommand {
	if !r.d.Rented() {
		return []card.StopCommand{
			{Command: r.Command(r.d, "--stop"), Keeps: "keeps everything on the machine"},
			{Command: r.Command(r.d, "--uninstall"), Keeps: "keeps nothing"},
		}
	}
	return []card.StopCommand{
		{Command: r.Command(r.d, "--stop"), Keeps: "keeps the volume, for " + r.stoppedCost(ctx, r.pod)},
		{Command: r.Command(r.d, "--terminate"), Keeps: "keeps nothing"},
	}
}

// sshCommand logs in with the user's own ssh.
func (r *run) sshCommand() string {
	host, port, _ := net.SplitHostPort(r.d.Login.Address)
	key := ""
	if r.KeyFile != "" {
		key = "-i " + Word(r.KeyFile) + " "
	}
	return fmt.Sprintf("ssh %s-p %s %s@%s", key, port, r.d.Login.User, host)
}

func (r *run) card(ctx context.Context) card.Card {
	o, made := r.d.Options, r.setup.Result()
	c := card.Card{
		Name: r.d.Name, PodID: r.d.PodID, Address: r.d.Login.Address, SSH: r.sshCommand(), InsteadOf: r.d.InsteadOf,
		LocalURL: fmt.Sprintf("http://127.0.0.1:%d", o.APIPort), Tunnel: r.Command(r.d, "--tunnel"), ShowKey: r.Command(r.d, "--show-key"), TryAgain: r.Command(r.d, "--try-again"),
		Stop: r.stopCommands(ctx),
		URLs: made.URLs, KeyPath: made.KeyPath,
		VLLM:   fmt.Sprintf("%s on 127.0.0.1:%d", o.Model, o.VLLMPort),
		Layout: "PP-DocLayoutV3", PriceHour: r.pod.PricePerHour, Benchmark: made.Figures, LogsFolder: o.Dir + "/logs",
		Off: r.d.Without.Lines(),
	}
	if len(made.GPUs) > 0 {
		c.GPU = plan.Times(len(made.GPUs)) + made.GPUs[0]
	}
	if r.d.UsesMTP() {
		c.VLLM += ", MTP"
	} else {
		c.VLLM += ", without MTP"
	}
	if o.Served().Pages {
		c.Layout = "by the model, which reads whole pages"
	} else if !r.d.UsesLayout() {
		c.Layout = "off, pages are read whole"
	} else if made.LayoutState != "ready" {
		c.Layout += ", " + made.LayoutState
	}
	if !r.d.KeyShown {
		c.APIKey = made.APIKey
	}
	if o.IdleStop > 0 {
		c.IdleStop = o.IdleStop.String()
	}
	return c
}
