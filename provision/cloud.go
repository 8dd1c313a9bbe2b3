package provision

import (
	"context"
	"time"

	"ocr-gateway/provision/cloud"
)

// Cloud is a place where GPU hosts ("pods") are rented by the hour.
//
// Calls wait out rate limits and repeat what is safe to repeat by themselves,
// within their context. Their errors are *cloud.Error where the cloud answered,
// and match one of package cloud's sentinels by errors.Is where the caller can act on it.
type Cloud interface {
	// Offers returns every kind of GPU that fits a search, with price and stock
	// as they are now, in no order. It reserves nothing.
	Offers(ctx context.Context, search cloud.Search) ([]cloud.Offer, error)
	// Create rents one pod. It sends the order once: ErrUnknownOutcome means that
	// a pod may exist.
	Create(ctx context.Context, order cloud.Order) (cloud.Pod, error)
	// Pods returns every pod of the account, those of others too.
	Pods(ctx context.Context) ([]cloud.Pod, error)
	// Pod returns one pod as it is now, or ErrGone.
	Pod(ctx context.Context, id string) (cloud.Pod, error)
	// Start and Stop ask for the change and do not wait for it. ErrNotNow: the
	// pod's state does not allow it; ErrNoStock: its machine has no free GPU.
	Start(ctx context.Context, id string) error
	Stop(ctx context.Context, id string) error
	// Terminate destroys the pod and its volume; gone already is success.
	Terminate(ctx context.Context, id string) error
	// SetPorts asks once more for the pod's ports. It resets the pod: everything
	// off the volume is lost.
	SetPorts(ctx context.Context, id string, ports []cloud.Port) error
	// Logs hands over the pod's log lines from a time on and follows them until
	// ctx ends, emit returns an error (which is returned), or the pod is gone (ErrGone).
	// A broken connection is taken up again where it broke off.
	Logs(ctx context.Context, id string, source cloud.LogSource, since time.Time, emit func(cloud.LogLine) error) error
	// Spent returns what the pods have cost so far in USD, by id. Pods that were
	// not billed yet are absent.
	Spent(ctx context.Context) (map[string]float64, error)
	// Volume returns a network volume, or ErrGone.
	Volume(ctx context.Context, id string) (cloud.Volume, error)
	// Rates are the prices of storage.
	Rates() cloud.Rates
	// ProxyURL is the public https address of an HTTP port of a pod.
	ProxyURL(id string, port int) string
}
