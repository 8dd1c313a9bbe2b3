package provision

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/stage"
)

// showOnce shows a line of the pod's log that has not been shown.
func (r *run) showOnce(line cloud.LogLine) {
	if line.Time.After(r.logSince) {
		r.logSince = line.Time
		if r.pull.take(line.Text) {
			return
		}
		r.Progress.Log(stage.PodSource, line.Text)
	}
}

// readLog hands over what a log of the pod says by now. The cloud's stream does
// not end there, so that a pause is taken for the end. Its faults are passed
// over: it is a help for people.
func (r *run) readLog(ctx context.Context, source cloud.LogSource, take func(cloud.LogLine)) {
	pause := min(5*r.Poll, time.Second)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	quiet := time.AfterFunc(pause, cancel)
	defer quiet.Stop()
	_ = r.Cloud.Logs(ctx, r.d.PodID, source, time.Time{}, func(line cloud.LogLine) error {
		quiet.Reset(pause)
		take(line)
		return nil
	})
}

// showPodLog shows the lines of a pod's log that have not been shown.
func (r *run) showPodLog(ctx context.Context, source cloud.LogSource) {
	r.readLog(ctx, source, r.showOnce)
}

// podLog is what the pod's two logs say.
func (r *run) podLog(ctx context.Context) []byte {
	var b bytes.Buffer
	for _, source := range []cloud.LogSource{cloud.LogSystem, cloud.LogContainer} {
		r.readLog(ctx, source, func(line cloud.LogLine) {
			fmt.Fprintf(&b, "%s %s %s\n", line.Time.Format(time.RFC3339), line.Source, line.Text)
		})
	}
	return b.Bytes()
}
