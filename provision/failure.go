package provision

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ocr-gateway/provision/cloud"
)

// Failure is a run that did not end in a ready deployment: what failed, what
// exists, what it costs, and how to resume.
type Failure struct {
	Err    error    // *stage.Error, or the cause of an interrupt
	Billed string   // what exists and what it costs; empty when nothing does
	Next   []string // commands
	Logs   string   // folder with what could be fetched; empty when nothing could
	Pieces []string // files in it
}

func (f *Failure) Error() string {
	var b strings.Builder
	b.WriteString(f.Err.Error())
	if f.Logs != "" {
		fmt.Fprintf(&b, "\nlogs: %s in %s", strings.Join(f.Pieces, ", "), f.Logs)
	}
	if f.Billed != "" {
		fmt.Fprintf(&b, "\n%s; resume, stop or terminate with:", f.Billed)
	} else if len(f.Next) > 0 {
		b.WriteString("\nnothing is billed; resume with:")
	}
	for _, command := range f.Next {
		b.WriteString("\n  " + command)
	}
	return b.String()
}

func (f *Failure) Unwrap() error { return f.Err }

// explainTimeout bounds what is still asked of the world after a failure or Ctrl-C.
const explainTimeout = 20 * time.Second

// explain makes of an error what a person needs to know. The host is left as it is.
func (r *run) explain(ctx context.Context, cause error) error {
	f := &Failure{Err: cause}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), explainTimeout)
	defer cancel()
	if r.d.Rented() {
		r.explainPod(ctx, f)
	} else {
		f.Next = []string{r.Resume(r.d)}
	}
	r.fetchLogs(ctx, f)
	return f
}

// explainPod says what is billed.
func (r *run) explainPod(ctx context.Context, f *Failure) {
	f.Next = []string{r.Resume(r.d)}
	pods, err := r.named(ctx, r.d.Name)
	if r.d.PodID == "" {
		if err == nil && len(pods) == 0 && r.unanswered {
			f.Billed = "an order was not answered: a pod named " + r.d.Name + " may still come up, and be billed"
			f.Next = append(f.Next, r.Command(r.d, "--status"), r.Command(r.d, "--terminate"))
			return
		}
		if err == nil && len(pods) == 0 {
			if errors.Is(f.Err, cloud.ErrNoStock) || errors.Is(f.Err, cloud.ErrRequest) || errors.Is(f.Err, cloud.ErrKey) || errors.Is(f.Err, cloud.ErrBalance) {
				f.Next = nil // nothing was begun that could be gone on with
				_ = r.Store.Drop(r.d)
			}
			return
		}
		if len(pods) > 0 {
			r.d.PodID = pods[0].ID
			_ = r.save() // said below in any case
		} else {
			f.Billed = "whether a pod named " + r.d.Name + " exists could not be seen: it may be billed"
			f.Next = append(f.Next, r.Command(r.d, "--status"))
			return
		}
	}
	pod, err := r.Cloud.Pod(ctx, r.d.PodID)
	switch {
	case errors.Is(err, cloud.ErrGone) || err == nil && pod.State == cloud.PodTerminated:
		f.Next = []string{r.Command(r.d, "--terminate")}
		return
	case err != nil:
		f.Billed = "pod " + r.d.PodID + " is kept and may be billed"
	case pod.State == cloud.PodStopped:
		f.Billed = "pod " + r.d.PodID + " is kept, stopped: its storage costs " + r.stoppedCost(ctx, pod)
	default:
		f.Billed = fmt.Sprintf("pod %s is kept, and billed $%.2f/h", r.d.PodID, pod.PricePerHour)
	}
	for _, duplicate := range pods {
		if duplicate.ID != r.d.PodID {
			f.Billed += "; pod " + duplicate.ID + " of the same name too, which --terminate ends as well"
		}
	}
	if r.d.Replaces != "" {
		f.Billed += "; pod " + r.d.Replaces + ", which it is to replace, is kept too"
	}
	r.pod = pod
	f.Next = append(f.Next,
		r.Command(r.d, "--stop"), r.Command(r.d, "--terminate"))
}

// fetchLogs saves what the logs say, as far as they can be reached.
func (r *run) fetchLogs(ctx context.Context, f *Failure) {
	if r.d.PodID == "" && r.d.Rented() {
		return
	}
	dir := r.Store.Dir(r.d)
	keep := func(name string, content []byte) {
		if len(content) == 0 || os.MkdirAll(dir, 0o700) != nil {
			return
		}
		if os.WriteFile(filepath.Join(dir, name), content, 0o600) == nil {
			f.Logs, f.Pieces = dir, append(f.Pieces, name)
		}
	}
	r.setup.FetchLogs(ctx, keep)
	if r.d.Rented() {
		keep("pod.log", r.podLog(ctx))
	}
}
