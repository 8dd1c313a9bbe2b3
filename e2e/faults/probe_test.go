package faults_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// probeEvery is the time between two questions whether the gateway is alive, and
// probeLimit what its answer may take in the worst case, on a busy machine.
const (
	probeEvery = 20 * time.Millisecond
	probeLimit = 5 * time.Second
)

// probe asks /livez until it is stopped.
type probe struct {
	quit  chan struct{}
	done  sync.WaitGroup
	took  []time.Duration
	wrong []string
}

func (g *gateway) probe() *probe {
	p := &probe{quit: make(chan struct{})}
	client := &http.Client{Timeout: probeLimit, Transport: &http.Transport{}}
	p.done.Go(func() {
		defer client.CloseIdleConnections()
		tick := time.NewTicker(probeEvery)
		defer tick.Stop()
		for {
			select {
			case <-p.quit:
				return
			case <-tick.C:
				p.ask(client, g.URL+"/livez")
			}
		}
	})
	return p
}

func (p *probe) ask(client *http.Client, url string) {
	begin := time.Now()
	resp, err := client.Get(url)
	if err != nil {
		p.wrong = append(p.wrong, err.Error())
		return
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		p.wrong = append(p.wrong, resp.Status)
	}
	p.took = append(p.took, time.Since(begin))
}

// stop gives the time within which 99 of 100 answers came.
func (p *probe) stop(t *testing.T) time.Duration {
	t.Helper()
	close(p.quit)
	p.done.Wait()
	if len(p.wrong) > 0 || len(p.took) == 0 {
		t.Errorf("/livez: %d of %d answers were wrong: %v", len(p.wrong), len(p.wrong)+len(p.took), p.wrong)
		return 0
	}
	slices.Sort(p.took)
	return p.took[len(p.took)*99/100]
}
