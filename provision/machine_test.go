package provision_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/runpodtest"
)

// furnished is a host that has all packages, and ends the run when one is installed.
type furnished struct{ host.Host }

func (furnished) Run(_ context.Context, script string, out io.Writer) error {
	said := ""
	switch {
	case strings.Contains(script, "task='install'"):
		return arrived
	case strings.Contains(script, "task='check'"):
		said = "site=/site\nvllm=0.20.2\ntransformers=5.23.0\ntransformers_from=\nhf=/bin/hf\nlayout=ok\n"
	case strings.Contains(script, "nvidia-smi"):
		said = "arch=x86_64\nglibc=2.35\npython=3.12.3\ndisk_gb=4\nused_gb=16\ngpu=NVIDIA L4, 580.65.06, 23034\n"
	}
	if out != nil {
		_, err := io.WriteString(out, said)
		return err
	}
	return nil
}

func (furnished) Close() error { return nil }

// Packages of the image are not those from the repository. What was installed
// before counts as room.
func TestTransformersFromSourceIsInstalledOverTheImagesOwn(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	w.Connect = func(context.Context, deployment.Login) (host.Host, error) { return furnished{}, nil }
	o := options()
	o.Image, o.Dir, o.FromSource = "", deployment.HostDir, true
	d, unlock, err := w.Machine("root@203.0.113.7", nil, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, err := w.Up(t.Context(), d, plan.Plan{}); !errors.Is(err, arrived) {
		t.Errorf("it was not installed: %v", err)
	}
}

// A machine that is named again keeps its pinned key, and what a failed run says
// to type builds the same thing.
func TestMachineIsGoneOnWithAsItWas(t *testing.T) {
	w := newWorld(t, runpodtest.Config{})
	o := options()
	o.Image, o.Dir, o.APIPort, o.LayoutModel = "", "/srv/ocr", 9007, ""
	_, unlock, err := w.Machine("ubuntu@203.0.113.7", []string{"ssh-ed25519 AAAA"}, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	d, unlock, err := w.Machine("ubuntu@203.0.113.7", nil, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	w.Connect = func(_ context.Context, login deployment.Login) (host.Host, error) {
		if len(login.HostKeys) != 1 {
			t.Errorf("the pinned key is lost: %+v", login)
		}
		return nil, host.ErrLogin
	}
	again := options() // what a call without flags says
	again.Image, again.Dir = "", deployment.HostDir
	if peeked, err := w.PeekMachine("ubuntu@203.0.113.7", nil, again, nil); err != nil || peeked.Options.String() != o.String() {
		t.Errorf("a call without flags sees %+v, %v", peeked, err)
	}
	again.APIPort = 9008
	if peeked, err := w.PeekMachine("ubuntu@203.0.113.7", nil, again, []string{"api-port"}); err != nil || peeked.Options.APIPort != 9008 || peeked.Options.Dir != "/srv/ocr" {
		t.Errorf("a call with one flag sees %+v, %v", peeked, err)
	}
	again.APIPort = again.VLLMPort
	if _, err := w.PeekMachine("ubuntu@203.0.113.7", nil, again, []string{"api-port"}); err == nil {
		t.Error("a port that the kept one excludes was taken")
	}
	_, err = w.Up(t.Context(), d, plan.Plan{})
	if want := "--host ubuntu@203.0.113.7:22 --dir /srv/ocr --api-port 9007 --no-layout"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q in it", err, want)
	}
}
