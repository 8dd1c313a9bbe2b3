package provision

import (
	"context"
	"time"

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
