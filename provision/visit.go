package provision

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"ocr-gateway/provision/deployment"
)

// Locate returns how a deployment's host is reached now.
func (p *Provisioner) Locate(ctx context.Context, d *deployment.Deployment) (deployment.Login, error) {
	if !d.Rented() {
		return d.Login, nil
	}
	r := &run{Provisioner: p, d: d}
	if err := r.locate(ctx); err != nil {
		return deployment.Login{}, err
	}
	return d.Login, nil
}

// Open connects to a deployment's host. The caller closes it.
func (p *Provisioner) Open(ctx context.Context, d *deployment.Deployment) (Host, error) {
	login, err := p.Locate(ctx, d)
	if err != nil {
		return nil, err
	}
	return p.Connect(ctx, login)
}

// APIKey reads the gateway's key from the host, the first where there are several.
func (p *Provisioner) APIKey(ctx context.Context, d *deployment.Deployment) (string, error) {
	host, err := p.Open(ctx, d)
	if err != nil {
		return "", err
	}
	defer host.Close()
	path := d.Options.Dir + "/" + secretsFile
	var out bytes.Buffer
	if err := host.Run(ctx, "cat "+Quote(path)+"\n", &out); err != nil {
		return "", fmt.Errorf("the host has no API key in %s: %w", path, err)
	}
	key, _, _ := strings.Cut(first(pairs(out.String()), keysName), ",")
	if key == "" {
		return "", fmt.Errorf("there is no %s in %s on the host", keysName, path)
	}
	return key, nil
}

// FollowLogs writes the last lines of the logs of vLLM and the gateway, and
// what comes, until ctx ends.
func (p *Provisioner) FollowLogs(ctx context.Context, d *deployment.Deployment, w io.Writer) error {
	host, err := p.Open(ctx, d)
	if err != nil {
		return err
	}
	defer host.Close()
	err = host.Run(ctx, fmt.Sprintf("cd %s/logs && exec tail -n 50 -F vllm.log gateway.log supervise.log\n", Quote(d.Options.Dir)), w)
	if ctx.Err() != nil {
		return nil
	}
	return err
}
