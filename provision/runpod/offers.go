package runpod

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ocr-gateway/provision/cloud"
)

type catalog struct {
	GPUs []gpu `json:"gpus"`
}

// gpu is a kind of GPU in the catalog. Of price, only the part whose flag is set counts.
type gpu struct {
	ID           string             `json:"id"`
	Name         string             `json:"name"`
	Memory       float64            `json:"memory"` // GB
	Secure       bool               `json:"secure"`
	Community    bool               `json:"community"`
	Price        map[string]float64 `json:"price"`    // USD an hour and GPU, by tenure
	MaxCount     map[string]int     `json:"maxCount"` // in one pod, by tenure
	Availability string             `json:"availability"`
	DataCenters  []dataCenter       `json:"dataCenters"` // may be absent
}

type dataCenter struct {
	ID           string `json:"id"`
	Availability string `json:"availability"`
}

// Offers reads the catalog. Where the search names data centers, the stock is theirs.
func (c *Cloud) Offers(ctx context.Context, s cloud.Search) ([]cloud.Offer, error) {
	query := url.Values{
		"include": {"AVAILABILITY"},
		"product": {"POD"},
		"count":   {strconv.Itoa(max(s.Count, 1))},
		"cloud":   {wireTenure(s.Tenure)},
	}
	if s.MinCUDA != "" {
		query.Set("minCudaVersion", s.MinCUDA)
	}
	if len(s.Countries) > 0 {
		query.Set("countryCodes", strings.ToUpper(strings.Join(s.Countries, ",")))
	}
	var got catalog
	q := call{name: "read catalog", method: http.MethodGet, path: "/catalog/gpus", query: query}
	if err := c.do(ctx, q, &got); err != nil {
		return nil, err
	}
	offers := []cloud.Offer{}
	for _, g := range got.GPUs {
		if offer, ok := g.offer(s); ok {
			offers = append(offers, offer)
		}
	}
	return offers, nil
}

// offer is a GPU at the search's tenure, if it is rented so.
func (g gpu) offer(s cloud.Search) (cloud.Offer, bool) {
	here, elsewhere := g.price(cloud.Secure, s.Count), g.price(cloud.Community, s.Count)
	if s.Tenure == cloud.Community {
		here, elsewhere = elsewhere, here
	}
	if here == 0 {
		return cloud.Offer{}, false
	}
	offer := cloud.Offer{
		GPU: g.ID, Name: cmp.Or(g.Name, g.ID), MemoryGB: int(g.Memory), PricePerGPU: here, ElsewherePerGPU: elsewhere,
		Stock: stock(g.Availability),
	}
	if len(s.DataCenters) > 0 && g.DataCenters != nil {
		offer.Stock = cloud.StockNone
	}
	for _, d := range g.DataCenters {
		if len(s.DataCenters) > 0 {
			if !slices.Contains(s.DataCenters, d.ID) {
				continue
			}
			offer.Stock = better(offer.Stock, stock(d.Availability))
		}
		if stock(d.Availability) != cloud.StockNone {
			offer.DataCenters = append(offer.DataCenters, d.ID)
		}
	}
	return offer, true
}

// price is that of one GPU in a pod of so many, 0 when it is not rented so.
func (g gpu) price(t cloud.Tenure, count int) float64 {
	rented := g.Secure
	if t == cloud.Community {
		rented = g.Community
	}
	price := g.Price[string(t)]
	if most, known := g.MaxCount[string(t)]; !rented || price <= 0 || known && most < max(count, 1) {
		return 0
	}
	return price
}

func stock(word string) cloud.Stock { return cloud.Stock(strings.ToLower(word)) }

// better is the larger of two stocks; one that is not told lies between little and none.
func better(a, b cloud.Stock) cloud.Stock {
	order := []cloud.Stock{cloud.StockHigh, cloud.StockMedium, cloud.StockLow, "", cloud.StockNone}
	for _, s := range order {
		if a == s || b == s {
			return s
		}
	}
	return a
}

func wireTenure(t cloud.Tenure) string {
	return strings.ToUpper(cmp.Or(string(t), string(cloud.Secure)))
}
