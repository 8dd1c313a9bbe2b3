package runpod

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/provision/cloud"
)

// maxPages of a list of pods, so that a cursor that never ends does end.
const maxPages = 1000

// pod is one as the API tells it. What may be null or absent is a pointer or has a zero.
type pod struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
	Image  string `json:"image"`
	Cloud  string `json:"cloud"`
	GPU    struct {
		ID    string  `json:"id"`
		Count float64 `json:"count"`
	} `json:"gpu"`
	Disk         float64           `json:"disk"`
	Mounts       mounts            `json:"mounts"`
	DataCenterID string            `json:"dataCenterId"`
	Cost         float64           `json:"cost"`
	Ports        []string          `json:"ports"`
	Env          map[string]string `json:"env"`
	CreatedAt    moment            `json:"createdAt"`
	StartedAt    moment            `json:"startedAt"`
	Runtime      struct {
		Uptime float64    `json:"uptime"` // seconds
		Ports  []portPair `json:"ports"`
	} `json:"runtime"`
	SSH struct {
		Direct struct {
			Host string `json:"host"`
			Port int    `json:"port"`
		} `json:"direct"`
	} `json:"ssh"`
}

type mounts struct {
	Persistent *persistentMount `json:"persistent,omitempty"`
	Network    []networkMount   `json:"network,omitempty"`
}

type persistentMount struct {
	Size int    `json:"size"` // GB
	Path string `json:"path"`
}

type networkMount struct {
	VolumeID string `json:"volumeId"`
	Path     string `json:"path"`
}

// portPair is a port of the container and where it is reached; that may come later.
type portPair struct {
	Private int    `json:"private"`
	Public  int    `json:"public"`
	Type    string `json:"type"`
	IP      string `json:"ip"`
}

// moment is a time, or zero where the API writes none that can be read.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		m.Time = t
	}
	return nil
}

// Pods lists every pod of the account, of a server with pages and of one without.
func (c *Cloud) Pods(ctx context.Context) ([]cloud.Pod, error) {
	q := call{name: "list pods", method: http.MethodGet, path: "/pods", query: url.Values{}}
	pods := []cloud.Pod{}
	for range maxPages {
		var page struct {
			Pods       []json.RawMessage `json:"pods"`
			Pagination struct {
				NextCursor  string `json:"nextCursor"`
				HasNextPage bool   `json:"hasNextPage"`
			} `json:"pagination"`
		}
		if err := c.do(ctx, q, &page); err != nil {
			return nil, err
		}
		if page.Pods == nil { // an empty list is no such answer: a pod that is billed may be on the real one
			return nil, fmt.Errorf("%s: %w: it has no pods", q.name, errBroken)
		}
		for _, raw := range page.Pods {
			p, err := c.readPod(raw)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", q.name, err)
			}
			pods = append(pods, p)
		}
		next := page.Pagination
		if !next.HasNextPage || next.NextCursor == "" {
			return pods, nil
		}
		if next.NextCursor == q.query.Get("cursor") {
			return nil, fmt.Errorf("%s: %w: its pages repeat", q.name, errBroken)
		}
		q.query = url.Values{"cursor": {next.NextCursor}}
	}
	return nil, fmt.Errorf("%s: %w: it has more than %d pages", q.name, errBroken, maxPages)
}

// Pod reads one pod.
func (c *Cloud) Pod(ctx context.Context, id string) (cloud.Pod, error) {
	q := call{name: "read pod", method: http.MethodGet, path: podPath(id)}
	var raw json.RawMessage
	if err := c.do(ctx, q, &raw); err != nil {
		return cloud.Pod{}, err
	}
	p, err := c.readPod(raw)
	if err != nil {
		return cloud.Pod{}, fmt.Errorf("%s: %w", q.name, err)
	}
	return p, nil
}

// Start asks for a stopped pod's GPU again.
func (c *Cloud) Start(ctx context.Context, id string) error { return c.act(ctx, id, "start") }

// Stop gives the pod's GPU back and keeps its volume.
func (c *Cloud) Stop(ctx context.Context, id string) error { return c.act(ctx, id, "stop") }

func (c *Cloud) act(ctx context.Context, id, action string) error {
	return c.do(ctx, call{
		name: action + " pod", method: http.MethodPost, path: podPath(id) + "/action",
		body: map[string]string{"action": action},
	}, nil)
}

// Terminate destroys the pod.
func (c *Cloud) Terminate(ctx context.Context, id string) error {
	err := c.do(ctx, call{name: "terminate pod", method: http.MethodDelete, path: podPath(id)}, nil)
	if errors.Is(err, cloud.ErrGone) {
		return nil
	}
	return err
}

// SetPorts asks once more for the pod's ports.
func (c *Cloud) SetPorts(ctx context.Context, id string, ports []cloud.Port) error {
	return c.do(ctx, call{
		name: "set the pod's ports", method: http.MethodPatch, path: podPath(id),
		body: map[string][]string{"ports": wirePorts(ports)},
	}, nil)
}

func podPath(id string) string { return "/pods/" + url.PathEscape(id) }

// readPod decodes a pod. A field of another kind than promised is left empty:
// pods of others, made in ways unknown here, stand in the same list.
func (c *Cloud) readPod(raw json.RawMessage) (cloud.Pod, error) {
	var p pod
	if err := json.Unmarshal(raw, &p); err != nil {
		other, odd := errors.AsType[*json.UnmarshalTypeError](err)
		if !odd {
			return cloud.Pod{}, fmt.Errorf("%w: %w", errBroken, err)
		}
		c.log.Warn("a pod's field is not what the API promises", "pod", p.ID, "field", other.Field)
	}
	if p.ID == "" {
		return cloud.Pod{}, fmt.Errorf("%w: a pod has no id", errBroken)
	}
	return p.pod(), nil
}

func (p pod) pod() cloud.Pod {
	out := cloud.Pod{
		ID: p.ID, Name: p.Name, State: podState(p.Status), Image: p.Image,
		GPU: p.GPU.ID, GPUCount: int(p.GPU.Count),
		DataCenter: p.DataCenterID, Tenure: cloud.Tenure(strings.ToLower(p.Cloud)),
		PricePerHour: p.Cost, DiskGB: int(p.Disk),
		Created: p.CreatedAt.Time, Started: p.StartedAt.Time, Uptime: seconds(p.Runtime.Uptime),
		Env: p.Env, Addresses: map[int]cloud.Address{},
	}
	if p.Mounts.Persistent != nil {
		out.VolumeGB = p.Mounts.Persistent.Size
	}
	if len(p.Mounts.Network) > 0 {
		out.NetworkVolume = p.Mounts.Network[0].VolumeID
	}
	for _, text := range p.Ports {
		if port, ok := readPort(text); ok {
			out.Ports = append(out.Ports, port)
		}
	}
	if direct := p.SSH.Direct; direct.Host != "" && direct.Port > 0 {
		out.Addresses[22] = cloud.Address{Host: direct.Host, Port: direct.Port}
	}
	for _, pair := range p.Runtime.Ports {
		if pair.Type == "tcp" && pair.IP != "" && pair.Public > 0 {
			out.Addresses[pair.Private] = cloud.Address{Host: pair.IP, Port: pair.Public}
		}
	}
	return out
}

// podState is the API's status in our words; one unknown here stays as it is, in lower case.
func podState(status string) cloud.PodState {
	switch status {
	case "EXITED":
		return cloud.PodStopped
	case "ERROR":
		return cloud.PodFailed
	}
	return cloud.PodState(strings.ToLower(status))
}

// seconds is bounded to what a duration holds.
func seconds(n float64) time.Duration {
	if !(n > 0) {
		return 0
	}
	return time.Duration(min(n, math.MaxInt64/2/float64(time.Second))) * time.Second
}

func wirePorts(ports []cloud.Port) []string {
	texts := make([]string, len(ports))
	for i, p := range ports {
		kind := "tcp"
		if p.HTTP {
			kind = "http"
		}
		texts[i] = strconv.Itoa(p.Number) + "/" + kind
	}
	return texts
}

func readPort(text string) (cloud.Port, bool) {
	number, kind, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(number)
	if err != nil {
		return cloud.Port{}, false
	}
	return cloud.Port{Number: n, HTTP: kind == "http"}, true
}
