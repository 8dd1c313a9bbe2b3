package provision

import (
	"context"
	"fmt"
	"time"

	"ocr-gateway/provision/card"
	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/stage"
)

// Parts are what a Provisioner acts through.
type Parts struct {
	Cloud   Cloud // nil where no host is rented
	Connect host.Connect
	Store   *deployment.Store
	// PublicKey is the authorized_keys line of the key that Connect logs in with.
	PublicKey string
	// KeyFile is its private key, where ssh does not find it by itself.
	KeyFile string
	// Flags are those that every command about a deployment has to repeat: where
	// its key and its state lie here, where that is not the usual place.
	Flags []string
	host.Payload
	Progress stage.Progress
	// StockPause is the time between two searches for a free GPU.
	StockPause time.Duration
	// Poll is the time between two looks at the cloud. RunPod allows 60 calls a minute.
	Poll time.Duration
	// Deadlines bound the stages.
	Deadlines Deadlines
}

// Deadlines bound what is waited for.
type Deadlines struct {
	Machine time.Duration // a machine is found
	Image   time.Duration // its image is pulled and runs
	Ports   time.Duration // its ports have addresses, also after they were asked for again
	Stop    time.Duration // the cloud does what --stop or --terminate asks
	Host    host.Deadlines
}

// DefaultDeadlines are generous: a slow host is better waited for than paid
// for and thrown away.
func DefaultDeadlines() Deadlines {
	return Deadlines{
		Machine: 10 * time.Minute, Image: 30 * time.Minute, Ports: 5 * time.Minute, Stop: 5 * time.Minute,
		Host: host.DefaultDeadlines(),
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
	d     *deployment.Deployment
	setup *host.Setup
	plan  plan.Plan // candidates; empty when the pod exists

	pod          cloud.Pod // as last seen
	logSince     time.Time // of the pod's log, what is shown already
	pull         pull      // of the image
	unanswered   bool      // an order was not answered, and its pod has not been seen
	startAsked   time.Time // when the stopped pod was first asked to start
	restarted    bool      // the pod had failed and was started again in this run
	portAsked    bool      // the API's own port was asked for again
	noPortsSince time.Time // when the running pod was first seen without its addresses
	portsReasked bool      // the ports were asked for again
}

// newRun returns a run. The caller closes its setup.
func (p *Provisioner) newRun(d *deployment.Deployment) *run {
	r := &run{Provisioner: p, d: d}
	parts := host.Parts{
		Deployment: d, Connect: p.Connect, Save: r.save, PublicURLs: r.publicURLs,
		StartedNow: func() bool { return !r.startAsked.IsZero() }, TryAgain: p.Command(d, "--try-again"),
		Payload: p.Payload, Progress: p.Progress, Poll: p.Poll, Deadlines: p.Deadlines.Host,
	}
	if d.Rented() {
		parts.Locate = r.locate
	}
	r.setup = host.New(parts)
	return r
}

// Up takes a deployment through all stages and returns its card. It may be
// called for one in any state. On failure the host is left as it is.
func (p *Provisioner) Up(ctx context.Context, d *deployment.Deployment, plan plan.Plan) (card.Card, error) {
	r := p.newRun(d)
	defer r.setup.Close()
	r.plan = plan
	if d.PodID == "" {
		d.Without.DirectPort = "" // an order asks for all of it
	}
	stages := append(r.setup.Stages(), stage.Stage{
		Name: "ready", Phase: stage.PhaseVerification, Deadline: r.Deadlines.Stop, Check: r.finish, Every: r.Poll,
	})
	if d.Rented() {
		stages = append(r.cloudStages(), stages...)
	}
	if err := r.setup.Meet(ctx, stages); err != nil {
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
