package faults_test

import (
	"testing"

	"ocr-gateway/layout/doclayout/doclayouttest"
)

// regionsOnPage is how many boxes the layout stand-in finds on every page.
const regionsOnPage = 4

// newLayout starts a stand-in for the layout sidecar.
func newLayout(t *testing.T) *peer {
	return newPeer(t, doclayouttest.Sidecar(doclayouttest.Bands(regionsOnPage)), "/v1/layout")
}
