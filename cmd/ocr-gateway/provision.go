package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/joho/godotenv"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ocr-gateway/internal/app"
	"ocr-gateway/provision"
	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/stage"
)

// Exit codes of provision, as its --help lists them.
const (
	exitNoStock = 3 // no GPU is free, nothing was created
	exitAccount = 4 // the cloud refuses the key, the balance or the request, or takes no more requests for long
	exitKept    = 5 // a stage failed; the host is kept and may be billed
	exitExists  = 6 // a deployment is there already, or is being worked on
)

// provisioning is what the flags of provision say.
type provisioning struct {
	options  deployment.Options
	podID    string
	host     string
	hostKeys []string
	keyFile  string
	binary   string
	stateDir string
	poll     time.Duration

	plan, status, stop, start, terminate bool // what to do instead of building
	logs, ssh, tunnel                    bool
	showKey, uninstall                   bool
	yes, json, force, another, replace   bool
	tryAgain                             bool
	noMTP, noLayout                      bool

	given []string // flags that a deployment which is there already does not take

	in       io.Reader
	out, err io.Writer
	p        *provision.Provisioner
	console  *stage.Console
}

func newProvision() *cobra.Command {
	v := &provisioning{options: deployment.DefaultOptions()}
	cmd := &cobra.Command{
		Use:   "provision",
		Short: "Build a GPU host that serves OCR, on RunPod or on any machine with SSH",
		Long: `Build a GPU host that serves OCR, and take it down again.

On RunPod it rents a pod, installs and starts vLLM and this program there, reads a sample at every address, and prints a
card with addresses and lines to paste. A run that was interrupted is resumed by the same command.
With --host it does the same, without renting, on any machine that SSH reaches.

The RunPod key is taken from the variable ` + app.EnvRunPodKey + `, also from a file .env in the working folder.

Exit codes: 0 ready, or done as asked; 1 it failed with nothing left behind; 2 flags or settings are wrong; 3 no GPU is
free; 4 the cloud refuses the key, the balance or the request, or takes no more requests for long; 5 a stage failed, the
host is kept and may be billed; 6 a deployment is there already or is being worked on; 130 interrupted.`,
		Example: `  ocr-gateway provision --plan --gpu H100
  ocr-gateway provision --gpu A40 --benchmark
  ocr-gateway provision --status
  ocr-gateway provision --host ubuntu@203.0.113.7`,
		Args: cobra.NoArgs,
	}
	v.addFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		for _, name := range creationFlags {
			if cmd.Flags().Changed(name) {
				v.given = append(v.given, name)
			}
		}
		v.in, v.out, v.err = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
		return v.run(cmd)
	}
	return cmd
}

func (v *provisioning) addFlags(cmd *cobra.Command) {
	f, o := cmd.Flags(), &v.options
	f.BoolVar(&v.plan, "plan", false, "say what would be done and what it would cost; create nothing")
	f.BoolVar(&v.status, "status", false, "list our pods: state, uptime, cost, health, orphans")
	f.BoolVar(&v.stop, "stop", false, "stop the pod: the GPU is given back, the volume is kept and billed; with --host: stop vLLM and the gateway")
	f.BoolVar(&v.start, "start", false, "start a stopped pod and verify it")
	f.BoolVar(&v.terminate, "terminate", false, "destroy the pod and its volume")
	f.BoolVar(&v.logs, "logs", false, "follow the logs of vLLM and the gateway")
	f.BoolVar(&v.ssh, "ssh", false, "open a shell on the host")
	f.BoolVar(&v.tunnel, "tunnel", false, "bring the API's port to 127.0.0.1 here, through SSH")
	f.BoolVar(&v.showKey, "show-key", false, "print the API's key, read from the host")
	f.BoolVar(&v.uninstall, "uninstall", false, "with --host: stop vLLM and the gateway and remove what was put there")
	cmd.MarkFlagsMutuallyExclusive("plan", "status", "stop", "start", "terminate", "logs", "ssh", "tunnel", "show-key", "uninstall")

	f.StringVar(&o.GPU, "gpu", o.GPU, "kind of GPU: A40 (recommended), A100, H100, or any of RunPod's; several by comma, in order")
	f.IntVar(&o.GPUCount, "gpu-count", o.GPUCount, "GPUs in the pod, each with a copy of the model")
	f.StringVar((*string)(&o.Tenure), "cloud", string(o.Tenure), "secure or community")
	f.StringSliceVar(&o.Regions, "region", nil, "data centers (US-KS-2) or countries (DE) to take a pod in")
	f.Float64Var(&o.MaxPrice, "max-price", 0, "most USD an hour for the pod (default: 1.5 times the first choice, for kinds that were not asked for)")
	f.DurationVar(&o.RetryFor, "retry-for", 0, "wait so long for a free GPU")
	f.StringVar(&o.Image, "image", o.Image, "container image of the pod")
	f.IntVar(&o.DiskGB, "disk", o.DiskGB, "GB of disk, wiped at each stop")
	f.IntVar(&o.VolumeGB, "volume", o.VolumeGB, "GB of volume: model, caches, logs; kept until --terminate")
	f.StringVar(&o.NetworkVolume, "network-volume", "", "id of a network volume to use instead")
	f.IntVar(&o.VLLMPort, "vllm-port", o.VLLMPort, "port of vLLM, on the host only")
	f.IntVar(&o.APIPort, "api-port", o.APIPort, "port of the OCR API")
	f.StringVar(&o.Model, "model", o.Model, "model that vLLM serves, a name on the Hugging Face hub: GLM-OCR, PaddleOCR-VL or LightOnOCR")
	f.StringVar(&o.LayoutModel, "layout-model", o.LayoutModel, "model of the layout sidecar")
	f.BoolVar(&v.noLayout, "no-layout", false, "leave the layout sidecar out: pages are read whole")
	f.BoolVar(&v.noMTP, "no-mtp", false, "start vLLM without speculative decoding")
	f.BoolVar(&o.FromSource, "transformers-from-source", false, "install transformers from its repository")
	f.DurationVar(&o.IdleStop, "idle-stop", 0, "let the pod stop itself after so long without work; puts the RunPod key on it")
	f.BoolVar(&o.Benchmark, "benchmark", false, "measure latency, pages/s and cost at the end")
	f.StringVar(&o.Dir, "dir", "", "folder on the host (default "+deployment.CloudDir+", with --host "+deployment.HostDir+")")

	f.StringVar(&v.podID, "pod-id", "", "the pod that a command is for; needed only where there are several")
	f.StringVar(&v.host, "host", "", "machine to use instead of a pod: user@address[:port]")
	f.StringSliceVar(&v.hostKeys, "host-key", nil, "host key of --host as ssh-keyscan prints it (\"ssh-ed25519 AAAA…\"); default: known_hosts")
	f.StringVar(&v.keyFile, "ssh-key", "", "private SSH key, made where absent (default ~/.ssh/id_ed25519)")
	f.StringVar(&v.binary, "binary", "", "program to put on the host, where this one does not run there")
	f.StringVar(&v.stateDir, "state", "", "folder with what is known of deployments (default ~/.local/state/ocr-gateway/deployments)")
	f.DurationVar(&v.poll, "poll", 5*time.Second, "time between looks at a pod; RunPod allows 60 calls a minute")
	f.BoolVarP(&v.yes, "yes", "y", false, "do not ask")
	f.BoolVar(&v.json, "json", false, "print --plan, --status and the card as JSON")
	f.BoolVar(&v.force, "force", false, "let --terminate end a pod that no deployment here knows")
	f.BoolVar(&v.another, "new", false, "build another deployment beside those that are there")
	f.BoolVar(&v.tryAgain, "try-again", false, "try again what failed on a host and was left out (MTP, layout, the API's own port), also where that interrupts it")
	f.BoolVar(&v.replace, "replace", false, "with --start: take another machine when this one has no free GPU")
}

// run checks the flags, builds the parts and does what is asked.
func (v *provisioning) run(cmd *cobra.Command) error {
	if err := v.complete(); err != nil {
		return err
	}
	live := false
	width := 0
	if f, ok := v.err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		live = true
		width, _, _ = term.GetSize(int(f.Fd()))
	}
	v.console = stage.NewConsole(v.err, live, width)
	defer v.console.Close()
	key, keyFrom, err := runPodKey()
	if err != nil {
		return err
	}
	if key == "" && v.host == "" {
		return fmt.Errorf("no RunPod key: put %s=… into the file .env, or export it (or use --host for a machine of your own)", app.EnvRunPodKey)
	}
	v.p, err = app.NewProvisioner(app.Provisioning{
		RunPodKey: key, RunPodURL: os.Getenv(app.EnvRunPodURL), ProxyURL: os.Getenv(app.EnvRunPodProxy),
		KeyFile: v.keyFile, Binary: v.binary, StateDir: v.stateDir, Poll: v.poll,
		Version: version, Progress: v.console, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	return provisionExit(cmd.Context(), explainKey(v.act(cmd.Context()), keyFrom))
}

// complete fills in the options and validates them.
func (v *provisioning) complete() error {
	o := &v.options
	o.MTP = !v.noMTP
	if v.noLayout {
		o.LayoutModel = ""
	}
	if v.host != "" {
		o.Image = ""
	}
	if o.Dir == "" {
		o.Dir = deployment.CloudDir
		if v.host != "" {
			o.Dir = deployment.HostDir
		}
	}
	if v.poll < 10*time.Millisecond {
		return fmt.Errorf("--poll: %s is too short", v.poll)
	}
	if v.keyFile == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return fmt.Errorf("--ssh-key: no home folder: %w", err)
		}
		v.keyFile = filepath.Join(home, ".ssh", "id_ed25519")
	}
	return o.Validate()
}

// runPodKey reads the key from the environment, else from .env, and says from where.
func runPodKey() (key, from string, err error) {
	if key := os.Getenv(app.EnvRunPodKey); key != "" {
		return key, "the variable " + app.EnvRunPodKey, nil
	}
	values, err := godotenv.Read(".env")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", "", errors.New("the file .env cannot be read: it takes lines like " + app.EnvRunPodKey + "=…")
	}
	return values[app.EnvRunPodKey], app.EnvRunPodKey + " in the file .env of this folder", nil
}

// explainKey says where a key that RunPod refuses was taken from.
func explainKey(err error, from string) error {
	if !errors.Is(err, cloud.ErrKey) {
		return err
	}
	return fmt.Errorf("%w\nRunPod refuses the API key, which was taken from %s: put a valid one there (console, Settings, API Keys)", err, from)
}

func (v *provisioning) act(ctx context.Context) error {
	switch {
	case v.host != "":
		return v.onMachine(ctx)
	case v.plan:
		return v.showPlan(ctx)
	case v.uninstall:
		return errors.New("--uninstall is for a machine of your own, named by --host; a pod is ended by --terminate")
	case v.status:
		return v.showStatus(ctx)
	case v.terminate:
		return v.end(ctx)
	case v.stop, v.start, v.logs, v.ssh, v.tunnel, v.showKey, v.tryAgain, v.podID != "":
		return v.onDeployment(ctx)
	default:
		return v.build(ctx)
	}
}

// provisionExit gives an error its exit code.
func provisionExit(ctx context.Context, err error) error {
	var failure *provision.Failure
	is := func(targets ...error) bool {
		return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(err, target) })
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return exitError{exitSignals, err}
	case errors.As(err, &failure) && failure.Billed != "":
		return exitError{exitKept, err}
	case is(cloud.ErrKey, cloud.ErrBalance, cloud.ErrRequest, cloud.ErrForbidden, cloud.ErrLimited):
		return exitError{exitAccount, err}
	case is(provision.ErrExists, deployment.ErrBusy):
		return exitError{exitExists, err}
	case is(cloud.ErrNoStock):
		return exitError{exitNoStock, err}
	default:
		return exitError{exitFailed, err}
	}
}
