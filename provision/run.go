package provision

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"ocr-gateway/provision/card"
	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/stage"
)

// Parts are what a Provisioner acts through.
type Parts struct {
	Cloud   Cloud // nil where no host is rented
	Connect Connect
	Store   *deployment.Store
	// PublicKey is the authorized_keys line of the key that Connect logs in with.
	PublicKey string
	// KeyFile is its private key, where ssh does not find it by itself.
	KeyFile string
	// Flags are those that every command about a deployment has to repeat: where
	// its key and its state lie here, where that is not the usual place.
	Flags []string
	// Program opens the program that is put on the host, a Linux executable.
	Program func() (Program, error)
	// Library opens what the program needs beside it on a host, LibraryName there.
	Library func() (Program, error)
	// LibraryName is the library's file name.
	LibraryName string
	// Source packs this program's sources (tar.gz), for hosts on which it does not
	// run and is built; nil where they are not at hand.
	Source func() ([]byte, error)
	// Version is what a program built on a host calls itself.
	Version string
	// CloudEnv is a line NAME=key with the cloud's API key, for a host that stops
	// itself when idle.
	CloudEnv string
	Progress stage.Progress
	// StockPause is the time between two searches for a free GPU.
	StockPause time.Duration
	// Poll is the time between two looks at the cloud. RunPod allows 60 calls a minute.
	Poll time.Duration
	// Deadlines bound the stages.
	Deadlines Deadlines
}

// Program is an open executable or library.
type Program interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// Deadlines bound what is waited for.
type Deadlines struct {
	Machine time.Duration // a machine is found
	Image   time.Duration // its image is pulled and runs
	Ports   time.Duration // its ports have addresses, also after they were asked for again
	Login   time.Duration // sshd answers
	Install time.Duration // packages
	Model   time.Duration // download of the models
	Upload  time.Duration // of the program
	VLLM    time.Duration // vLLM serves: loads, compiles, captures graphs
	Gateway time.Duration
	Verify  time.Duration
	Bench   time.Duration
	Stop    time.Duration // the cloud does what --stop or --terminate asks
}

// DefaultDeadlines are generous: a slow host is better waited for than paid
// for and thrown away.
func DefaultDeadlines() Deadlines {
	return Deadlines{
		Machine: 10 * time.Minute, Image: 30 * time.Minute, Ports: 5 * time.Minute, Login: 15 * time.Minute,
		Install: 30 * time.Minute, Model: 60 * time.Minute, Upload: 30 * time.Minute,
		VLLM: 20 * time.Minute, Gateway: 5 * time.Minute, Verify: 5 * time.Minute,
		Bench: 20 * time.Minute, Stop: 5 * time.Minute,
	}
}

// Provisioner builds hosts and takes them down.
type Provisioner struct{ Parts }

// New returns a Provisioner.
func New(parts Parts) *Provisioner { return &Provisioner{parts} }

// Plan asks the cloud what is free at which price.
func (p *Provisioner) Plan(ctx context.Context, o deployment.Options) (plan.Plan, error) {
	return plan.New(ctx, p.Cloud, o)
}

// run is one pass over the stages of one deployment.
type run struct {
	*Provisioner
	d    *deployment.Deployment
	plan plan.Plan // candidates; empty when the pod exists

	pod           cloud.Pod         // as last seen
	host          Host              // nil while there is no connection
	probed        probe             // what the host is
	logSince      time.Time         // of the pod's log, what is shown already
	pull          pull              // of the image
	unanswered    bool              // an order was not answered, and its pod has not been seen
	startAsked    time.Time         // when the stopped pod was first asked to start
	restarted     bool              // the pod had failed and was started again in this run
	refusals      int               // of the login
	portAsked     bool              // the API's own port was asked for again
	failuresReset bool              // failures from before this run do not count
	noPortsSince  time.Time         // when the running pod was first seen without its addresses
	portsReasked  bool              // the ports were asked for again
	site          string            // folder of the host's Python packages
	vllmVersion   string            // of the host
	encoder       bool              // the JPEG encoder was installed in this run, or could not be
	sent          bool              // the program was put on the host in this run
	ending        bool              // the old supervisor was told to end
	apiKeys       string            // of the gateway, by comma: people may have added some on the host
	apiKey        string            // the first of them
	layoutState   string            // of the gateway
	output        map[string][]byte // of scripts, by the name of the log that it becomes
	verifyBegan   time.Time
	verified      []string      // addresses of the API that answered
	figures       *card.Figures // of the benchmark
}

// Up takes a deployment through all stages and returns its card. It may be
// called for one in any state. On failure the host is left as it is.
func (p *Provisioner) Up(ctx context.Context, d *deployment.Deployment, plan plan.Plan) (card.Card, error) {
	r := &run{Provisioner: p, d: d, plan: plan}
	if d.PodID == "" {
		d.Without.DirectPort = "" // an order asks for all of it
	}
	defer r.disconnect()
	stages := r.machineStages()
	if d.Rented() {
		stages = append(r.cloudStages(), stages...)
	}
	if err := r.passes(ctx, stages); err != nil {
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

func (r *run) machineStages() []stage.Stage {
	d := r.Deadlines
	soon := min(r.Poll, 2*time.Second) // between looks that cost the cloud nothing
	stages := []stage.Stage{
		{Name: "ssh", Phase: stage.PhaseInfrastructure, Deadline: d.Login, Check: r.loggedIn, Act: r.login, Every: r.Poll},
		{Name: "probe", Phase: stage.PhaseEnvironment, Deadline: 2 * time.Minute, Check: r.probe, Every: soon},
		{Name: "deps", Phase: stage.PhaseEnvironment, Deadline: d.Install, Check: r.installed, Act: r.install, Every: soon},
		{Name: "model", Phase: stage.PhaseEnvironment, Deadline: d.Model, Check: r.downloaded, Act: r.download, Every: soon},
		{Name: "upload", Phase: stage.PhaseEnvironment, Deadline: d.Upload, Check: r.uploaded, Act: r.upload, Every: soon},
		{Name: "config", Phase: stage.PhaseVLLM, Deadline: 5 * time.Minute, Check: r.configured, Act: r.configure, Every: soon},
		{Name: "vllm", Phase: stage.PhaseVLLM, Deadline: 2 * d.VLLM, Check: r.vllmReady, Act: r.watchVLLM, Every: soon},
		{Name: "gateway", Phase: stage.PhaseGateway, Deadline: d.Gateway, Check: r.gatewayReady, Act: r.watchGateway, Every: soon},
		{Name: "verify", Phase: stage.PhaseVerification, Deadline: d.Verify, Check: r.verify, Every: soon},
	}
	if r.d.Options.Benchmark {
		stages = append(stages, stage.Stage{Name: "bench", Phase: stage.PhaseVerification, Deadline: d.Bench, Check: r.tryBenchmark, Every: soon})
	}
	return append(stages, stage.Stage{Name: "ready", Phase: stage.PhaseVerification, Deadline: d.Stop, Check: r.finish, Every: r.Poll})
}

// save keeps what was learned about the deployment.
func (r *run) save() error { return r.Store.Save(r.d) }

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

// onHost runs a script on the host. A lost connection is unmet: the next look
// makes a new one.
func (r *run) onHost(ctx context.Context, script string, out io.Writer) error {
	host, err := r.connected(ctx)
	if err != nil {
		return err
	}
	err = host.Run(ctx, script, out)
	return r.lost(ctx, err)
}

// lost turns a broken connection into something to wait for. What the far side
// said (*ExitError) and a refused login stay as they are.
func (r *run) lost(ctx context.Context, err error) error {
	if _, said := asExit(err); said || err == nil || ctx.Err() != nil || errors.Is(err, ErrLogin) {
		return err
	}
	r.disconnect()
	return stage.WaitFor("the connection to the host broke off: %v", err)
}

func (r *run) disconnect() {
	if r.host != nil {
		r.host.Close()
		r.host = nil
	}
}

// asExit returns the end of a script, where err is one.
func asExit(err error) (*ExitError, bool) {
	var exit *ExitError
	return exit, errors.As(err, &exit)
}
