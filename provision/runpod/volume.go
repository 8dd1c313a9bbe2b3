package runpod

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"ocr-gateway/provision/cloud"
)

// Volume reads a network volume.
func (c *Cloud) Volume(ctx context.Context, id string) (cloud.Volume, error) {
	var got struct {
		ID         string  `json:"id"`
		Name       string  `json:"name"`
		Size       float64 `json:"size"` // GB
		DataCenter string  `json:"dataCenter"`
	}
	q := call{name: "read network volume", method: http.MethodGet, path: "/network-volumes/" + url.PathEscape(id)}
	if err := c.do(ctx, q, &got); err != nil {
		return cloud.Volume{}, err
	}
	if got.ID == "" {
		return cloud.Volume{}, fmt.Errorf("%s: %w: it has no id", q.name, errBroken)
	}
	return cloud.Volume{ID: got.ID, Name: got.Name, SizeGB: int(got.Size), DataCenter: got.DataCenter}, nil
}
