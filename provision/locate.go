package provision

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/stage"
)

// hostKeyMark begins the line in the pod's log that tells its host key.
const hostKeyMark = "ocr-gateway: host key "

// locate reads the pod's address, which moves with each start, and its host
// key. The key is taken from the pod's log, which comes over the cloud's API:
// so the first connection is as sure as any later one.
func (r *run) locate(ctx context.Context) error {
	if err := r.checkPod(ctx); err != nil {
		return err
	}
	if r.pod.State != cloud.PodRunning {
		return stage.WaitFor("the pod is %s", r.pod.State)
	}
	address, ok := r.pod.Addresses[22]
	if !ok {
		return stage.WaitFor("port 22 has no public address")
	}
	r.d.Login.User = "root"
	r.d.Login.Address = net.JoinHostPort(address.Host, strconv.Itoa(address.Port))
	if len(r.d.Login.HostKeys) > 0 {
		return nil
	}
	key, err := r.readHostKey(ctx)
	if err != nil {
		return err
	}
	r.d.Login.HostKeys = []string{key}
	return nil
}

// errFound ends the reading of a log.
var errFound = errors.New("found")

// startSlack is how much older than a pod's start its first log lines may be told.
const startSlack = time.Minute

// readHostKey finds the host key in the pod's log since its start.
func (r *run) readHostKey(ctx context.Context) (string, error) {
	reading, cancel := context.WithTimeout(ctx, max(r.Poll, 2*time.Second))
	defer cancel()
	var key string
	var since time.Time
	if !r.pod.Started.IsZero() {
		since = r.pod.Started.Add(-startSlack)
	}
	err := r.Cloud.Logs(reading, r.pod.ID, cloud.LogContainer, since, func(line cloud.LogLine) error {
		r.showOnce(line)
		if found, ok := strings.CutPrefix(strings.TrimSpace(line.Text), hostKeyMark); ok {
			key = found
			return errFound
		}
		return nil
	})
	switch {
	case key != "":
		return key, nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil && reading.Err() == nil:
		return "", pendingCloud(err)
	default:
		return "", stage.WaitFor("the pod has not said its host key in its log yet")
	}
}

// publicURLs are the addresses of the API in the world, the one with TLS first. Those of
// a pod may have moved.
func (r *run) publicURLs(ctx context.Context) ([]string, error) {
	port := r.d.Options.APIPort
	if !r.d.Rented() {
		address, _, _ := net.SplitHostPort(r.d.Login.Address)
		return []string{"http://" + net.JoinHostPort(address, strconv.Itoa(port))}, nil
	}
	if err := r.checkPod(ctx); err != nil {
		return nil, err
	}
	urls := []string{r.Cloud.ProxyURL(r.pod.ID, port)}
	if a, ok := r.pod.Addresses[port]; ok {
		urls = append(urls, "http://"+net.JoinHostPort(a.Host, strconv.Itoa(a.Port)))
	}
	return urls, nil
}
