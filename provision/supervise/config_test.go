package supervise_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"ocr-gateway/provision/supervise"
)

const sample = `{
  "status": "/srv/run/status.json",
  "programs": [
    {"name": "vllm", "command": ["vllm", "serve", "zai-org/GLM-OCR"], "env": {"HF_HOME": "/srv/hf"}, "env_file": "/srv/etc/secrets.env",
     "dir": "/srv", "log": "/srv/logs/vllm.log", "ready": "http://127.0.0.1:8000/health", "start_timeout": "20m"},
    {"name": "gateway", "command": ["/srv/bin/ocr-gateway", "serve"], "log": "/srv/logs/gateway.log", "stop_timeout": "1m30s"}
  ],
  "idle": {"after": "30m", "metrics": "http://127.0.0.1:8007/metrics", "env_file": "/srv/etc/secrets.env"}
}`

func TestRead(t *testing.T) {
	cfg, err := supervise.Read(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	model, gateway := cfg.Programs[0], cfg.Programs[1]
	if time.Duration(model.StartTimeout) != 20*time.Minute || time.Duration(model.StopTimeout) != supervise.DefaultStopTimeout ||
		time.Duration(gateway.StartTimeout) != supervise.DefaultStartTimeout || time.Duration(gateway.StopTimeout) != 90*time.Second {
		t.Errorf("%+v", cfg)
	}
	text, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	again, err := supervise.Read(bytes.NewReader(text))
	if err != nil || !reflect.DeepEqual(again, cfg) {
		t.Errorf("written and read again: %v\n%s", err, text)
	}
}

func TestReadRefuses(t *testing.T) {
	change := func(old, new string) string {
		if !strings.Contains(sample, old) {
			t.Fatalf("the sample has no %q", old)
		}
		return strings.Replace(sample, old, new, 1)
	}
	for _, tc := range []struct{ text, says string }{
		{"", "line 1"},
		{change(`"dir"`, `"folder"`), `unknown field "folder"`},
		{change(`"20m"`, `"20"`), "missing unit"},
		{change(`"20m"`, `20`), "line 5"},
		{change(`"20m"`, `"-1m"`), "programs[0].start_timeout"},
		{sample + "{}", "text after the end"},
		{change(`"/srv/run/status.json"`, `""`), "status: is missing"},
		{change(`"name": "gateway"`, `"name": "vllm"`), `programs[1].name: "vllm" is there twice`},
		{change(`"name": "gateway"`, `"name": "../x"`), "programs[1].name"},
		{change(`"/srv/logs/gateway.log"`, `"/srv/logs/vllm.log"`), "programs[1].log"},
		{change(`"log": "/srv/logs/gateway.log"`, `"log": ""`), "programs[1].log: is missing"},
		{change(`["/srv/bin/ocr-gateway", "serve"]`, `[]`), "programs[1].command"},
		{change(`"HF_HOME"`, `"HF HOME"`), `env: "HF HOME"`},
		{change(`http://127.0.0.1:8000`, `http://10.0.0.1:8000`), "programs[0].ready"},
		{change(`http://127.0.0.1:8000`, `https://127.0.0.1:8000`), "programs[0].ready"},
		{change(`http://127.0.0.1:8007`, `http://example.com`), "idle.metrics"},
		{change(`"30m"`, `"30s"`), "idle.after"},
	} {
		if _, err := supervise.Read(strings.NewReader(tc.text)); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("got %v, want %q of\n%s", err, tc.says, tc.text)
		}
	}
}

func TestAllFaultsAreSaidAtOnce(t *testing.T) {
	_, err := supervise.Read(strings.NewReader(`{"programs":[{},{}]}`))
	for _, says := range []string{"status:", "programs[0].command", "programs[1].command", "programs[1].log"} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v says nothing of %s", err, says)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`{"programs":[{"ready":"http://%"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		cfg, err := supervise.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		if err := cfg.Validate(); err != nil {
			t.Errorf("a config that was read is not valid: %v", err)
		}
	})
}

func TestReadEnvFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secrets.env")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# keys\n\nA=1\nB=x=\"y\" # z\nC=\n")
	vars, err := supervise.ReadEnvFile(file)
	if want := map[string]string{"A": "1", "B": `x="y" # z`, "C": ""}; err != nil || !reflect.DeepEqual(vars, want) {
		t.Errorf("%v, %v", vars, err)
	}
	for _, bad := range []string{"export A=hush", "A B=hush", "hush", "=hush", "A=hush\x00"} {
		write("OK=1\n" + bad)
		_, err := supervise.ReadEnvFile(file)
		if err == nil || !strings.Contains(err.Error(), "line 2") || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
