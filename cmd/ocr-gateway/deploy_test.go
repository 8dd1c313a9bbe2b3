package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"go.yaml.in/yaml/v3"
)

// container is how a file under deploy runs the program.
type container struct {
	file, name string
	args, env  []string
	paths      []string // that probes ask
	port       int
	grace      int // seconds to stop
}

// TestDeploymentsAreOfThisProgram holds the files under deploy to the program: its commands
// and flags, the names and kinds of settings, its port and what it answers to probes.
func TestDeploymentsAreOfThisProgram(t *testing.T) {
	for _, name := range []string{"OCR_CONFIG"} {
		t.Setenv(name, "")
	}
	contract, err := os.ReadFile("../../server/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := append(composed(t, "compose.yaml"), composed(t, "compose.vllm.yaml")...)
	all = append(all, orchestrated(t)...)
	if len(all) != 4 {
		t.Fatalf("%d containers of the program, want 4", len(all))
	}
	for _, c := range all {
		t.Run(c.file+" "+c.name, func(t *testing.T) {
			accepts(t, c)
			for _, path := range c.paths {
				if !strings.Contains(string(contract), "\n  "+path+":") {
					t.Errorf("a probe asks %s, which is not served", path)
				}
			}
			if c.port != 0 && c.port != 8007 {
				t.Errorf("port %d", c.port)
			}
			if c.grace <= 30 {
				t.Errorf("it may stop for %d s, server.drain_timeout is 30", c.grace)
			}
		})
	}
}

// accepts has the program read its arguments and environment as the container does.
func accepts(t *testing.T, c container) {
	t.Helper()
	for _, variable := range c.env {
		name, value, _ := strings.Cut(variable, "=")
		if value == "" { // a secret that is to be filled in
			value = strings.Repeat("k", 40)
		}
		t.Setenv(name, value)
	}
	cmd, rest, err := newRoot().Find(c.args)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.ParseFlags(rest); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	serve := newRoot()
	serve.SetOut(&out)
	args := []string{"serve", "--print-config"}
	if cmd.Name() == "serve" {
		args = append(slices.Clone(c.args), "--print-config")
	}
	serve.SetArgs(args)
	if err := serve.Execute(); err != nil {
		t.Fatal(err)
	}
	if cmd.Name() == "serve" && !strings.Contains(out.String(), "port: 8007") {
		t.Errorf("%s", out.String())
	}
}

// composed are the services of a Compose file that run the program, without arguments: the
// image's own.
func composed(t *testing.T, name string) (all []container) {
	t.Helper()
	var file struct {
		Services map[string]struct {
			Image       string
			Environment map[string]string
			Volumes     []string
			Grace       string `yaml:"stop_grace_period"`
		}
	}
	read(t, name, func(d *yaml.Decoder) error { return d.Decode(&file) })
	for service, s := range file.Services {
		if !strings.Contains(s.Image, "ocr-gateway") {
			continue
		}
		c := container{file: name, name: service, args: []string{"serve", "--host", "0.0.0.0", "--port", "8007"}}
		for key, value := range s.Environment {
			c.env = append(c.env, key+"="+value)
		}
		if !slices.Contains(s.Volumes, "state:/var/lib/ocr-gateway") {
			t.Errorf("%s: no state", name)
		}
		if s.Grace == "45s" {
			c.grace = 45
		}
		all = append(all, c)
	}
	return all
}

// resource is what is looked at of Kubernetes' resources.
type resource struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string
	Spec     struct {
		Triggers []struct{ Metadata map[string]string }
		Template struct {
			Spec struct {
				Grace      int `yaml:"terminationGracePeriodSeconds"`
				Containers []struct {
					Image string
					Args  []string
					Env   []struct{ Name, Value string }
					Ports []struct {
						Port int `yaml:"containerPort"`
					}
					Startup   probe `yaml:"startupProbe"`
					Readiness probe `yaml:"readinessProbe"`
					Liveness  probe `yaml:"livenessProbe"`
				}
			}
		}
	}
}

type probe struct {
	Get struct{ Path string } `yaml:"httpGet"`
}

// resources are those of a file for Kubernetes.
func resources(t *testing.T, name string) (all []resource) {
	t.Helper()
	read(t, "kubernetes/"+name, func(d *yaml.Decoder) error {
		for {
			var r resource
			if err := d.Decode(&r); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			all = append(all, r)
		}
	})
	return all
}

// orchestrated are the containers on Kubernetes that run the program.
func orchestrated(t *testing.T) (all []container) {
	t.Helper()
	var shared []string
	for name, value := range resources(t, "settings.yaml")[0].Data {
		shared = append(shared, name+"="+value)
	}
	secrets, err := os.ReadFile("../../deploy/kubernetes/secrets.env")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(secrets)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			if !strings.HasSuffix(line, "=") {
				t.Errorf("secrets.env has a value: what is not filled in must not start")
			}
			shared = append(shared, line)
		}
	}
	for _, file := range []string{"gateway.yaml", "worker.yaml"} {
		for _, r := range resources(t, file) {
			for _, c := range r.Spec.Template.Spec.Containers {
				one := container{file: file, name: r.Metadata.Name, args: c.Args, env: slices.Clone(shared), grace: r.Spec.Template.Spec.Grace}
				for _, e := range c.Env {
					one.env = append(one.env, e.Name+"="+e.Value)
				}
				for _, p := range []probe{c.Startup, c.Readiness, c.Liveness} {
					if p.Get.Path != "" {
						one.paths = append(one.paths, p.Get.Path)
					}
				}
				for _, p := range c.Ports {
					one.port = p.Port
				}
				all = append(all, one)
			}
		}
	}
	return all
}

// TestWorkersAreCountedByAMetricThatExists holds the autoscaler to what the server shows.
func TestWorkersAreCountedByAMetricThatExists(t *testing.T) {
	trigger := resources(t, "autoscaling/worker.yaml")[0].Spec.Triggers[0].Metadata
	metrics, err := os.ReadFile("../../server/metrics/metrics.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(metrics), `gauge("`+trigger["valueLocation"]+`"`) {
		t.Errorf("there is no gauge %s", trigger["valueLocation"])
	}
	worker := resources(t, "worker.yaml")[0].Spec.Template.Spec.Containers[0].Env[0]
	if worker.Name != "OCR_JOBS_PARALLEL" || worker.Value != trigger["targetValue"] {
		t.Errorf("a worker does %s tasks, the autoscaler counts on %s", worker.Value, trigger["targetValue"])
	}
}

// TestSettingsOfNATS has a NATS server read its settings.
func TestSettingsOfNATS(t *testing.T) {
	t.Setenv("POD_NAME", "nats-1")
	path := filepath.Join(t.TempDir(), "nats.conf")
	if err := os.WriteFile(path, []byte(resources(t, "nats.yaml")[0].Data["nats.conf"]), 0o600); err != nil {
		t.Fatal(err)
	}
	options, err := server.ProcessConfigFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if options.ServerName != "nats-1" || !options.JetStream || !options.SyncAlways || options.HTTPPort != 8222 || len(options.Routes) != 3 {
		t.Errorf("%+v", options)
	}
	if options.JetStreamMaxStore > 19<<30 {
		t.Errorf("%d bytes may be stored: a volume of 20 GiB has less", options.JetStreamMaxStore)
	}
}

// read decodes a file under deploy.
func read(t *testing.T, name string, decode func(*yaml.Decoder) error) {
	t.Helper()
	file, err := os.Open(filepath.Join("../../deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := decode(yaml.NewDecoder(file)); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
