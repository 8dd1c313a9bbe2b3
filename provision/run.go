package provision

import (
	"time"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
	"ocr-gateway/provision/plan"
)

// run is one pass over the stages of one deployment.
type run struct {
	*Provisioner
	d     *deployment.Deployment
	setup *host.Setup
	plan  plan.Plan // candidates; empty when the pod exists

	pod          cloud.Pod // as last seen
	logSince     time.Time // of the pod's log, what is shown already
	pull         pull      // of the image
	unanswered   bool      // an order was not answered, and its pod has not been seen
	startAsked   time.Time // when the stopped pod was first asked to start
	restarted    bool      // the pod had failed and was started again in this run
	portAsked    bool      // the API's own port was asked for again
	noPortsSince time.Time // when the running pod was first seen without its addresses
	portsReasked bool      // the ports were asked for again
}

// save keeps what was learned about the deployment.
func (r *run) save() error { return r.Store.Save(r.d) }
