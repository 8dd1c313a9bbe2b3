package provision

import (
	"strings"
	"testing"
)

func TestPull(t *testing.T) {
	var p pull
	if p.take("create container vllm/vllm-openai:v0.20.2-cu129") || p.String() != "" {
		t.Errorf("a line that is of no layer: %s", &p)
	}
	for _, line := range []string{
		"4f4fb700ef54 Downloading [==>        ]  1.5GB/6.0GB",
		"a1b2c3d4e5f6: Downloading 250 MB / 500 MB",
		"0123456789ab: Already exists",
	} {
		if !p.take(line) {
			t.Errorf("%q was not understood", line)
		}
	}
	if got := p.String(); got != "1.8 GB of 6.5 GB in 3 layers" {
		t.Errorf("got %q", got)
	}
	p.take("a1b2c3d4e5f6: Download complete")
	p.take("4f4fb700ef54: Extracting  [=>  ] 100MB/6.0GB")
	if got := p.String(); got != "6.5 GB of 6.5 GB in 3 layers, 1 being unpacked" {
		t.Errorf("got %q", got)
	}
	p.take("4f4fb700ef54: Pull complete")
	if got := p.String(); got != "6.5 GB of 6.5 GB in 3 layers" {
		t.Errorf("got %q", got)
	}
}

func FuzzPull(f *testing.F) {
	f.Add("4f4fb700ef54 Downloading [==>]  1.5GB/6.0GB\n4f4fb700ef54: Extracting 9/...B")
	f.Add("ffffffffffff downloading 1e9TB/99999999TB")
	f.Fuzz(func(t *testing.T, text string) {
		var p pull
		for line := range strings.Lines(text) {
			p.take(line)
		}
		for id, l := range p.layers {
			if !(l.got >= 0 && l.got <= 1e12) || !(l.whole >= 0 && l.whole <= 1e12) {
				t.Errorf("layer %s: %+v", id, l)
			}
		}
		if strings.Contains(p.String(), "-") {
			t.Error(p.String())
		}
	})
}
