package provision_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/provision"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/runpod"
	"ocr-gateway/provision/runpodtest"
	"ocr-gateway/provision/stage/stagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shell is a container of which only the log is real.
type shell struct {
	end  sync.Once
	done chan struct{}
}

func startShell(_ context.Context, spec runpodtest.Spec) (runpodtest.Container, error) {
	spec.Log("ocr-gateway: host key ssh-ed25519 AAAA" + spec.Pod)
	return &shell{done: make(chan struct{})}, nil
}

func (*shell) Dial(context.Context, int) (net.Conn, error) { return nil, errors.New("nothing listens") }

func (s *shell) Done() <-chan struct{} { return s.done }

func (s *shell) Kill() error { s.end.Do(func() { close(s.done) }); return nil }

// arrived is what the host says to the first script: these tests end there.
var arrived = &host.ExitError{Code: 99, Tail: "arrived"}

// unreached is a host that runs nothing.
type unreached struct{ host.Host }

func (unreached) Run(context.Context, string, io.Writer) error { return arrived }

func (unreached) Close() error { return nil }

// world is a Provisioner before a fake cloud.
type world struct {
	*provision.Provisioner
	t        *testing.T
	fake     *runpodtest.Fake
	recorder stagetest.Recorder
	login    deployment.Login // the last one
}

func newWorld(t *testing.T, config runpodtest.Config) *world {
	t.Helper()
	config.Start = startShell
	w := &world{t: t, fake: runpodtest.New(config)}
	t.Cleanup(w.fake.Close)
	cloud := runpod.New(runpod.Config{Key: "k", BaseURL: w.fake.URL(), ProxyURL: w.fake.ProxyURL(), Timeout: 500 * time.Millisecond})
	t.Cleanup(cloud.Close)
	store, err := deployment.OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	deadlines := provision.DefaultDeadlines()
	deadlines.Ports, deadlines.Stop = 300*time.Millisecond, 5*time.Second
	w.Provisioner = provision.New(provision.Parts{
		Cloud: cloud, Store: store, PublicKey: "ssh-ed25519 AAAA test", Progress: &w.recorder, Poll: 20 * time.Millisecond, Deadlines: deadlines,
		Connect: func(_ context.Context, login deployment.Login) (host.Host, error) {
			w.login = login
			return unreached{}, nil
		},
	})
	return w
}

// take selects the deployment of a pod and locks it.
func (w *world) take(ctx context.Context, podID string) (*deployment.Deployment, func(), error) {
	d, err := w.Select(ctx, podID)
	if err != nil {
		return nil, nil, err
	}
	unlock, err := w.Take(d)
	return d, unlock, err
}

// options for an A40, the rest as by default.
func options() deployment.Options {
	o := deployment.DefaultOptions()
	o.GPU = "A40"
	return o
}

// up runs a new deployment until it has logged in, and returns its error if it
// comes to another end.
func (w *world) up(o deployment.Options) (*deployment.Deployment, error) {
	w.t.Helper()
	plan, err := w.Plan(w.t.Context(), o)
	if err != nil {
		return nil, err
	}
	d, _, unlock, err := w.Begin(o, plan.Ceiling, false)
	if err != nil {
		return nil, err
	}
	defer unlock()
	return d, w.enter(d, plan)
}

// enter runs a deployment's stages until it has logged in.
func (w *world) enter(d *deployment.Deployment, plan plan.Plan) error {
	_, err := w.Up(w.t.Context(), d, plan)
	if errors.Is(err, arrived) {
		return nil
	}
	return err
}

// one checks that one pod exists and returns it.
func (w *world) one() runpodtest.Seen {
	w.t.Helper()
	live := w.fake.Live()
	if len(live) != 1 || w.fake.Peak() != 1 {
		w.t.Fatalf("%d pods exist, at most %d at once, want 1: %+v", len(live), w.fake.Peak(), live)
	}
	return live[0]
}
