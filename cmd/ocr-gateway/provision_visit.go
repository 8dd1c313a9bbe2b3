package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"

	"ocr-gateway/internal/app"
	"ocr-gateway/provision/deployment"
)

// visit shows logs or the API's key, opens a shell or a tunnel. It takes no lock: one may look
// while a run is at work.
func (v *provisioning) visit(ctx context.Context) error {
	if err := v.onlyPod(); err != nil {
		return err
	}
	d, err := v.p.Select(ctx, v.podID)
	if err != nil {
		return err
	}
	return v.visitDeployment(ctx, d)
}

func (v *provisioning) visitDeployment(ctx context.Context, d *deployment.Deployment) error {
	switch {
	case v.logs:
		return v.p.FollowLogs(ctx, d, v.out)
	case v.ssh:
		return v.shell(ctx, d)
	case v.showKey:
		key, err := v.p.APIKey(ctx, d)
		if err == nil {
			_, err = fmt.Fprintln(v.out, key)
		}
		return err
	default:
		return v.openTunnel(ctx, d)
	}
}

// shell hands the terminal to the system's ssh, which may trust the pinned key only.
func (v *provisioning) shell(ctx context.Context, d *deployment.Deployment) error {
	login, err := v.p.Locate(ctx, d)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(login.Address)
	if err != nil {
		return err
	}
	args := []string{"-p", port, "-i", v.keyFile}
	if len(login.HostKeys) > 0 {
		known, err := os.CreateTemp("", "ocr-gateway-known-hosts-")
		if err != nil {
			return err
		}
		defer os.Remove(known.Name())
		for _, key := range login.HostKeys {
			fmt.Fprintln(known, app.KnownHostsLine(login.Address, key))
		}
		if err := known.Close(); err != nil {
			return err
		}
		args = append(args, "-o", "UserKnownHostsFile="+known.Name(), "-o", "StrictHostKeyChecking=yes")
	}
	cmd := exec.CommandContext(ctx, "ssh", append(args, login.User+"@"+host)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	var exit *exec.ExitError
	if err := cmd.Run(); errors.As(err, &exit) {
		return exitError{exit.ExitCode(), nil}
	} else if err != nil {
		return fmt.Errorf("ssh: %w", err)
	}
	return nil
}

// openTunnel brings the API's port here until Ctrl-C.
func (v *provisioning) openTunnel(ctx context.Context, d *deployment.Deployment) error {
	host, err := v.p.Open(ctx, d)
	if err != nil {
		return err
	}
	defer host.Close()
	port := strconv.Itoa(d.Options.APIPort)
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return fmt.Errorf("port %s is taken here: %w", port, err)
	}
	fmt.Fprintf(v.out, "The API is at http://127.0.0.1:%s until Ctrl-C.\n", port)
	return app.Forward(ctx, listener, host, "127.0.0.1:"+port)
}
