package provision_test

import (
	"strings"
	"testing"

	"ocr-gateway/provision"
	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/runpodtest"
)

// Every command that the screens name repeats where the key and the state lie.
func TestHintsHaveTheFlags(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	w.Flags = []string{"--ssh-key /keys/one", "--state /srv/state"}
	d, err := w.up(options())
	if err != nil {
		t.Fatal(err)
	}
	d.Without.Layout = "it failed"
	if err := w.Store.Save(d); err != nil {
		t.Fatal(err)
	}
	orphan := cloud.Order{
		Name: "ocr-gateway-orphan", Image: d.Options.Image, GPU: a40, Count: 1, Tenure: cloud.Secure, DiskGB: 20, VolumeGB: 20,
		VolumePath: "/workspace", Ports: []cloud.Port{{Number: 22}}, Env: map[string]string{"GATEWAY_DIR": "/workspace/ocr-gateway"},
	}
	pod, err := w.Cloud.Create(t.Context(), orphan)
	if err != nil {
		t.Fatal(err)
	}
	for _, lost := range []*deployment.Deployment{
		{Name: "ocr-gateway-gone", Options: options(), PodID: "gone1"},
		{Name: "ocr-gateway-unordered", Options: options()},
	} {
		if err := w.Store.Save(lost); err != nil {
			t.Fatal(err)
		}
	}
	states, err := w.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := provision.WriteStatus(&out, states); err != nil {
		t.Fatal(err)
	}
	const flags = " --ssh-key /keys/one --state /srv/state"
	_, _, exists := w.take(t.Context(), "gone1")
	if exists != nil {
		t.Fatal(exists)
	}
	o := options()
	o.GPU = "H100" // no unfinished one is for it
	_, _, _, exists = w.Begin(o, 1, false)
	for text, wants := range map[string][]string{
		out.String(): {
			"--try-again --pod-id " + d.PodID + flags, "provision --pod-id " + pod.ID + flags, "--terminate --pod-id " + pod.ID + flags + " --force",
			"--terminate --pod-id gone1" + flags, `provision --gpu "A40"` + flags,
		},
		exists.Error(): {"provision --status" + flags, "--pod-id " + "gone1" + flags},
	} {
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in:\n%s", want, text)
			}
		}
	}
}
