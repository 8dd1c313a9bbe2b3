package provision

import (
	"context"
	"io"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
)

// Locate returns how a deployment's host is reached now.
func (p *Provisioner) Locate(ctx context.Context, d *deployment.Deployment) (deployment.Login, error) {
	if !d.Rented() {
		return d.Login, nil
	}
	r := p.newRun(d)
	if err := r.locate(ctx); err != nil {
		return deployment.Login{}, err
	}
	return d.Login, nil
}

// Open connects to a deployment's host. The caller closes it.
func (p *Provisioner) Open(ctx context.Context, d *deployment.Deployment) (host.Host, error) {
	login, err := p.Locate(ctx, d)
	if err != nil {
		return nil, err
	}
	return p.Connect(ctx, login)
}

// APIKey reads the gateway's key from the host, the first where there are several.
func (p *Provisioner) APIKey(ctx context.Context, d *deployment.Deployment) (string, error) {
	h, err := p.Open(ctx, d)
	if err != nil {
		return "", err
	}
	defer h.Close()
	return host.APIKey(ctx, h, d.Options.Dir)
}

// FollowLogs writes the last lines of the logs of vLLM and the gateway, and
// what comes, until ctx ends.
func (p *Provisioner) FollowLogs(ctx context.Context, d *deployment.Deployment, w io.Writer) error {
	h, err := p.Open(ctx, d)
	if err != nil {
		return err
	}
	defer h.Close()
	return host.FollowLogs(ctx, h, d.Options.Dir, w)
}

// StopMachine ends vLLM and the gateway on a machine that is not rented, and
// keeps them from starting at boot. A run on it starts them again.
func (p *Provisioner) StopMachine(ctx context.Context, d *deployment.Deployment) error {
	r := p.newRun(d)
	defer r.setup.Close()
	return r.setup.Stop(ctx)
}

// Uninstall stops what runs on a machine, removes what was put there, and forgets
// the deployment. It returns what lies in the folder that no run has made.
func (p *Provisioner) Uninstall(ctx context.Context, d *deployment.Deployment) (left string, err error) {
	r := p.newRun(d)
	defer r.setup.Close()
	if left, err = r.setup.Uninstall(ctx); err != nil {
		return "", err
	}
	return left, p.Store.Drop(d)
}
