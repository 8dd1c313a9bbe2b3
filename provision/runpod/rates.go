package runpod

import "ocr-gateway/provision/cloud"

// Rates returns RunPod's published prices of storage, which its API does not
// tell: USD for a GB and month.
func (*Cloud) Rates() cloud.Rates {
	return cloud.Rates{Disk: 0.10, Volume: 0.10, VolumeStopped: 0.20, NetworkVolume: 0.07}
}
