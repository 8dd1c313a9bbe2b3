package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/jobs/broker"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
)

// node is a NATS server of its own, which can be stopped and started again at its address.
type node struct {
	t    *testing.T
	opts server.Options
	*server.Server
}

func startNode(t *testing.T) *node {
	n := &node{t: t, opts: server.Options{ServerName: "node", Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), SyncAlways: true, NoSigs: true}}
	n.start()
	t.Cleanup(func() { n.stop() })
	return n
}

func (n *node) start() {
	n.t.Helper()
	opts := n.opts
	var err error
	if n.Server, err = server.NewServer(&opts); err != nil {
		n.t.Fatal(err)
	}
	n.Start()
	if !n.ReadyForConnections(10 * time.Second) {
		n.t.Fatal("NATS is not ready")
	}
	n.opts.Port = opts.Port // the one that was chosen
}

func (n *node) stop() {
	n.Shutdown()
	n.WaitForShutdown()
}

// keptOn is a fixture whose jobs are kept on a NATS server.
func keptOn(t *testing.T, n *node) *fixture {
	f := newFixture(t)
	f.cfg.Dir, f.cfg.NATS.URLs = "", []string{n.ClientURL()}
	return f
}

// until asks again and again, as long as a test may take.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for again := time.NewTicker(20 * time.Millisecond); !done(); {
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatal("not within a minute: " + what)
		}
	}
}

// resubmit sends a job until it is taken, as a client does that is told to try again.
func resubmit(t *testing.T, j *jobs.Jobs, r jobs.Request) (job index.Job) {
	t.Helper()
	until(t, "a job is taken", func() bool {
		var err error
		job, err = j.Submit(t.Context(), r)
		if p, ok := errors.AsType[*document.Problem](err); err != nil && (!ok || !p.Retryable) {
			t.Fatal(err)
		}
		return err == nil
	})
	if job.ID == "" {
		t.Fatal("a job was taken that has no id")
	}
	return job
}

// TestNATSIsAway is said while it is.
func TestNATSIsAway(t *testing.T) {
	n := startNode(t)
	j := keptOn(t, n).open()
	if err := j.Trouble(); err != nil {
		t.Fatal(err)
	}
	n.stop()
	until(t, "trouble is seen", func() bool { return errors.Is(j.Trouble(), broker.ErrAway) })
	n.start()
	until(t, "trouble is over", func() bool { return j.Trouble() == nil })
	ended(t, j, "", resubmit(t, j, request("pages:2")).ID, record.Succeeded)
}

// TestNATSRefuses for a while, as it does while credentials are replaced.
func TestNATSRefuses(t *testing.T) {
	n := startNode(t)
	j := keptOn(t, n).open()
	n.stop()
	n.opts.Username, n.opts.Password = "another", "user"
	n.start()
	refused := make(chan struct{}, 100)
	n.SetLoggerV2(serverErrors{"authentication error", refused}, true, false, false)
	for range 4 {
		<-refused
	}
	if !errors.Is(j.Trouble(), broker.ErrAway) {
		t.Errorf("trouble: %v", j.Trouble())
	}
	n.stop()
	n.opts.Username, n.opts.Password = "", ""
	n.start()
	ended(t, j, "", resubmit(t, j, request("pages:2")).ID, record.Succeeded)
}

// serverErrors hears when a server says an error.
type serverErrors struct {
	said  string
	heard chan<- struct{}
}

func (l serverErrors) Errorf(format string, v ...any) {
	if strings.Contains(fmt.Sprintf(format, v...), l.said) {
		select {
		case l.heard <- struct{}{}:
		default:
		}
	}
}
func (l serverErrors) Noticef(string, ...any) {}
func (l serverErrors) Warnf(string, ...any)   {}
func (l serverErrors) Fatalf(string, ...any)  {}
func (l serverErrors) Debugf(string, ...any)  {}
func (l serverErrors) Tracef(string, ...any)  {}

// TestNATSHasAnotherLog when it comes back: none, or an older one. Jobs that are sent then are
// taken and done, and those that are gone are not there.
func TestNATSHasAnotherLog(t *testing.T) {
	n := startNode(t)
	backup := filepath.Join(t.TempDir(), "backup")
	j := keptOn(t, n).open()
	kept := submit(t, j, request("pages:1"))
	ended(t, j, "", kept.ID, record.Succeeded)
	n.stop()
	if err := os.CopyFS(backup, os.DirFS(n.opts.StoreDir)); err != nil {
		t.Fatal(err)
	}
	n.start()
	lost := resubmit(t, j, request("pages:20"))
	ended(t, j, "", lost.ID, record.Succeeded)
	for _, older := range []string{backup, ""} {
		n.stop()
		if err := os.RemoveAll(n.opts.StoreDir); err != nil {
			t.Fatal(err)
		}
		if older != "" {
			if err := os.CopyFS(n.opts.StoreDir, os.DirFS(older)); err != nil {
				t.Fatal(err)
			}
		}
		n.start()
		ended(t, j, "", resubmit(t, j, request("pages:2")).ID, record.Succeeded)
		for id, there := range map[string]bool{kept.ID: older != "", lost.ID: false} {
			until(t, "the log is read anew", func() bool {
				_, err := j.Get(t.Context(), "", id)
				p, _ := errors.AsType[*document.Problem](err)
				return there && err == nil || !there && p != nil && p.Code == document.CodeNotFound
			})
		}
	}
}

// TestStopWithoutALog does not wait for one.
func TestStopWithoutALog(t *testing.T) {
	n := startNode(t)
	j := keptOn(t, n).start()
	ended(t, j, "", submit(t, j, request("pages:1")).ID, record.Succeeded)
	n.stop()
	n.opts.JetStream = false
	n.start()
	until(t, "the servers are there, and the log is not", func() bool { return n.NumClients() > 0 && errors.Is(j.Trouble(), broker.ErrAway) })
	closed := make(chan error, 1)
	go func() { closed <- j.Close(t.Context()) }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it waits")
	}
}
