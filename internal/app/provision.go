package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"ocr-gateway/provision"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
	"ocr-gateway/provision/runpod"
	"ocr-gateway/provision/sshhost"
	"ocr-gateway/provision/stage"
	"ocr-gateway/raster"
)

// Variables that provisioning goes by. A command line can be seen by other users, so
// the key is taken from the environment.
const (
	EnvRunPodKey   = runpod.EnvKey
	EnvRunPodURL   = runpod.EnvBaseURL
	EnvRunPodProxy = runpod.EnvProxyURL
)

// Provisioning says what a Provisioner is built from.
type Provisioning struct {
	RunPodKey string // empty: no cloud
	RunPodURL string // of the API; empty: RunPod's own
	ProxyURL  string // of a pod's HTTP port, with {pod} and {port}; empty: RunPod's own
	KeyFile   string // private SSH key; made where absent
	Binary    string // program to put on the host; empty: this one
	StateDir  string // empty: the user's own
	Poll      time.Duration
	Version   string
	Progress  stage.Progress
	Log       *slog.Logger
}

// NewProvisioner joins the cloud, SSH and the state folder.
func NewProvisioner(p Provisioning) (*provision.Provisioner, error) {
	if p.RunPodKey != "" && InClear(p.RunPodURL) {
		return nil, fmt.Errorf("the RunPod API at %s has no TLS: the key would be read on the way; use an https address", p.RunPodURL)
	}
	dir := p.StateDir
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, fmt.Errorf("no home folder for the deployments: %w", err)
		}
		dir = filepath.Join(home, ".local", "state", "ocr-gateway", "deployments")
	}
	store, err := deployment.OpenStore(dir)
	if err != nil {
		return nil, err
	}
	publicKey, _, err := sshhost.EnsureKey(p.KeyFile)
	if err != nil {
		return nil, err
	}
	ssh := sshhost.DefaultConfig()
	ssh.KeyFile, ssh.Log, ssh.Progress = p.KeyFile, p.Log, stage.Uploads(p.Progress)
	parts := provision.Parts{
		Connect:   sshhost.New(ssh).Connect,
		Store:     store,
		PublicKey: publicKey,
		Payload: host.Payload{
			Program:     func() (host.Program, error) { return openProgram(p.Binary) },
			Library:     func() (host.Program, error) { return openLibrary(p.Binary) },
			LibraryName: raster.LibraryName,
			Version:     p.Version,
			CloudEnv:    EnvRunPodKey + "=" + p.RunPodKey,
		},
		Progress:   p.Progress,
		StockPause: 15 * time.Second,
		Poll:       p.Poll,
		Deadlines:  provision.DefaultDeadlines(),
	}
	if p.KeyFile != sshhost.DefaultConfig().KeyFile {
		parts.KeyFile = p.KeyFile
		parts.Flags = append(parts.Flags, "--ssh-key "+provision.Word(p.KeyFile))
	}
	if p.StateDir != "" {
		parts.Flags = append(parts.Flags, "--state "+provision.Word(p.StateDir))
	}
	if root, ok := checkout(); ok && p.Binary == "" {
		parts.Source = func() ([]byte, error) { return packSources(root) }
	}
	if p.RunPodKey != "" {
		parts.Cloud = runpod.New(runpod.Config{
			Key: p.RunPodKey, BaseURL: p.RunPodURL, ProxyURL: p.ProxyURL, UserAgent: "ocr-gateway/" + p.Version, Log: p.Log,
			Notice: p.Progress.Warn,
		})
	}
	return provision.New(parts), nil
}

// openProgram opens the program that is put on the host: by default the very
// file that runs, even when its name has been given to a newer one.
func openProgram(path string) (host.Program, error) {
	if path == "" {
		path = "/proc/self/exe"
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the program to upload: %w", err)
	}
	return f, nil
}

// openLibrary opens the library that goes with the program on the host, which is x86_64.
func openLibrary(path string) (host.Program, error) {
	if path == "" {
		exe, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("the library to upload: %w", err)
		}
		path = exe
	}
	f, err := raster.OpenLibrary("amd64", path)
	if err != nil {
		return nil, fmt.Errorf("the library to upload: %w", err)
	}
	return f, nil
}

// KnownHostsLine is a line for ssh's known_hosts file.
func KnownHostsLine(address, key string) string { return sshhost.KnownHostsLine(address, key) }

// Forward carries connections of a listener to an address as seen from a host,
// until ctx ends.
func Forward(ctx context.Context, listener net.Listener, h host.Host, remote string) error {
	return sshhost.Forward(ctx, listener, h, remote)
}
