package runpod

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"ocr-gateway/provision/cloud"
)

// createBody is a create's body. Every object of the API is closed: a field that
// its contract does not know is refused, so what is not set is left out.
type createBody struct {
	Name          string            `json:"name"`
	Image         string            `json:"image"`
	Cloud         string            `json:"cloud"`
	GPU           createGPU         `json:"gpu"`
	DataCenterIDs []string          `json:"dataCenterIds,omitempty"`
	Disk          int               `json:"disk,omitempty"`
	Mounts        *mounts           `json:"mounts,omitempty"`
	Ports         []string          `json:"ports,omitempty"`
	Env           map[string]string `json:"env,omitempty"`

	// The newer contract has the first two, the older one the third.
	Entrypoint []string `json:"entrypoint,omitempty"`
	Cmd        []string `json:"cmd,omitempty"`
	Args       string   `json:"args,omitempty"`
}

type createGPU struct {
	ID             string `json:"id"`
	Count          int    `json:"count"`
	MinCUDAVersion string `json:"minCudaVersion,omitempty"`

	// The newer contract only.
	MinRAMPerGPU       int `json:"minRamPerGpu,omitempty"` // GB
	MinVCPUCountPerGPU int `json:"minVcpuCountPerGpu,omitempty"`
}

// newerFields are what only the newer contract knows.
var newerFields = []string{"entrypoint", "cmd", "minRamPerGpu", "minVcpuCountPerGpu"}

// Create rents one pod. An API of the older contract refuses the newer one's fields
// and has created nothing then; the order is sent once more in the older form, and
// that form from then on. The older contract cannot ask for least RAM or CPUs.
func (c *Cloud) Create(ctx context.Context, o cloud.Order) (cloud.Pod, error) {
	body, err := newCreateBody(o)
	if err != nil {
		return cloud.Pod{}, fmt.Errorf("create pod: %w", err)
	}
	c.mu.Lock()
	older := c.older
	c.mu.Unlock()
	if !older {
		p, err := c.create(ctx, body)
		if !refusesNewer(err) {
			return p, err
		}
		c.log.InfoContext(ctx, "the cloud takes the older form of an order", "error", err)
	}
	old, err := body.older()
	if err != nil {
		return cloud.Pod{}, fmt.Errorf("create pod: %w", err)
	}
	p, err := c.create(ctx, old)
	if tookForm(err) {
		c.mu.Lock()
		c.older = true
		c.mu.Unlock()
	}
	return p, err
}

func (c *Cloud) create(ctx context.Context, body createBody) (cloud.Pod, error) {
	q := call{name: "create pod", method: http.MethodPost, path: "/pods", body: body}
	var raw json.RawMessage
	if err := c.do(ctx, q, &raw); err != nil {
		return cloud.Pod{}, err
	}
	p, err := c.readPod(raw)
	if err != nil {
		_, err = q.lost(err)
	}
	return p, err
}

func refusesNewer(err error) bool {
	fault, ok := errors.AsType[*cloud.Error](err)
	return ok && fault.Status == http.StatusUnprocessableEntity && fault.NamesField(newerFields...)
}

// tookForm reports whether a body's form was accepted, though perhaps not what it asks for.
func tookForm(err error) bool {
	fault, ok := errors.AsType[*cloud.Error](err)
	return err == nil || ok && fault.Status < 500 && fault.Status != http.StatusUnprocessableEntity
}

func newCreateBody(o cloud.Order) (createBody, error) {
	body := createBody{
		Name: o.Name, Image: o.Image, Cloud: wireTenure(o.Tenure),
		GPU: createGPU{
			ID: o.GPU, Count: max(o.Count, 1), MinCUDAVersion: o.MinCUDA,
			MinRAMPerGPU: o.MinRAMGB, MinVCPUCountPerGPU: o.MinVCPUsPerGPU,
		},
		DataCenterIDs: o.DataCenters, Disk: o.DiskGB, Ports: wirePorts(o.Ports), Env: o.Env,
		Entrypoint: o.Entrypoint, Cmd: o.Cmd,
	}
	switch {
	case o.VolumeGB > 0 && o.NetworkVolume != "":
		return createBody{}, fmt.Errorf("%w: a volume of the pod's own and a network volume exclude each other", cloud.ErrRequest)
	case o.VolumeGB > 0:
		body.Mounts = &mounts{Persistent: &persistentMount{Size: o.VolumeGB, Path: o.VolumePath}}
	case o.NetworkVolume != "":
		body.Mounts = &mounts{Network: []networkMount{{VolumeID: o.NetworkVolume, Path: o.VolumePath}}}
	}
	return body, nil
}

// older is the same order for the older contract: entrypoint and command are the
// JSON text of args, which overrides the image's as the arrays do. A plain text
// there would be split at blanks, its quotes eaten.
func (b createBody) older() (createBody, error) {
	b.GPU.MinRAMPerGPU, b.GPU.MinVCPUCountPerGPU = 0, 0
	if len(b.Entrypoint)+len(b.Cmd) > 0 {
		args, err := encode(struct {
			Entrypoint []string `json:"entrypoint,omitempty"`
			Cmd        []string `json:"cmd,omitempty"`
		}{b.Entrypoint, b.Cmd})
		if err != nil {
			return createBody{}, err
		}
		b.Args = string(args)
	}
	b.Entrypoint, b.Cmd = nil, nil
	return b, nil
}
