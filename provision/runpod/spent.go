package runpod

import (
	"context"
	"net/http"
	"net/url"
)

// billedDays is how far back costs are added up.
const billedDays = "100"

// Spent adds up the costs of the last 100 days, by pod.
func (c *Cloud) Spent(ctx context.Context) (map[string]float64, error) {
	var got struct {
		Records []struct {
			PodID       string  `json:"podId"`
			TotalAmount float64 `json:"totalAmount"` // USD
		} `json:"records"`
	}
	q := call{
		name: "read bills", method: http.MethodGet, path: "/billing/pods",
		query: url.Values{"bucketSize": {"day"}, "lastN": {billedDays}},
	}
	if err := c.do(ctx, q, &got); err != nil {
		return nil, err
	}
	spent := map[string]float64{}
	for _, r := range got.Records {
		if r.PodID != "" {
			spent[r.PodID] += r.TotalAmount
		}
	}
	return spent, nil
}
