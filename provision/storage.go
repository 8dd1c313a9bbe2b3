package provision

import (
	"context"
	"fmt"

	"ocr-gateway/provision/cloud"
)

// storage is what a pod's storage costs in USD a month in its present state. A
// stopped pod has no disk any more, and its volume costs more. The size of a
// network volume is asked for; where it is not told, known is false.
func (p *Provisioner) storage(ctx context.Context, pod cloud.Pod) (perMonth float64, known bool) {
	rates := p.Cloud.Rates()
	switch pod.State {
	case cloud.PodTerminated:
		return 0, true
	case cloud.PodStopped:
		perMonth = rates.VolumeStopped * float64(pod.VolumeGB)
	default:
		perMonth = rates.Volume*float64(pod.VolumeGB) + rates.Disk*float64(pod.DiskGB)
	}
	if pod.NetworkVolume == "" {
		return perMonth, true
	}
	volume, err := p.Cloud.Volume(ctx, pod.NetworkVolume)
	if err != nil {
		p.Progress.Warn(fmt.Sprintf("the size of network volume %s could not be read: %v", pod.NetworkVolume, err))
	}
	return perMonth + rates.NetworkVolume*float64(volume.SizeGB), err == nil
}

// StoppedCost is what a pod costs while it is stopped, as "$20.00 a month".
func (p *Provisioner) StoppedCost(ctx context.Context, podID string) string {
	pod, err := p.Cloud.Pod(ctx, podID)
	if err != nil {
		return "by the month"
	}
	return p.stoppedCost(ctx, pod)
}

func (p *Provisioner) stoppedCost(ctx context.Context, pod cloud.Pod) string {
	perMonth, known := p.storage(ctx, pod.Stopped())
	if !known {
		return "by the month"
	}
	return fmt.Sprintf("$%.2f a month", perMonth)
}
