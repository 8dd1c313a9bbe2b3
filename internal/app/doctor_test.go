package app

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/engine/vllm"
	"ocr-gateway/internal/config"
	"ocr-gateway/internal/doctor"
	"ocr-gateway/server/guard"
)

// exam is an installation that a test has changed.
func exam(t *testing.T, change func(*config.Config)) examiner {
	t.Helper()
	cfg := config.Default()
	cfg.Engine.Embedded.Dir = filepath.Join("..", "..", "models")
	cfg.Engine.Embedded.Tesseract = "off"
	cfg.Server.Port = 0
	cfg.Server.TempDir = t.TempDir()
	cfg.Jobs.Dir = t.TempDir()
	change(&cfg)
	return examiner{cfg: cfg, quiet: slog.New(slog.DiscardHandler)}
}

func TestDoctorFindsNothing(t *testing.T) {
	for _, f := range Examine(t.Context(), exam(t, func(*config.Config) {}).cfg) {
		if f.State == doctor.Failed || f.State == doctor.OK && f.Mend != "" {
			t.Errorf("%+v", f)
		}
	}
}

// TestDoctorOnBrokenMachines breaks one thing at a time, and wants that one found, with the
// line that mends it, and the rest looked at all the same.
func TestDoctorOnBrokenMachines(t *testing.T) {
	for name, tt := range map[string]struct {
		change              func(*config.Config)
		broken, said, mends string
		waits               string // what cannot be tried then
	}{
		"no models":     {func(c *config.Config) { c.Engine.Embedded.Dir = t.TempDir() }, "models", "is missing", "make models", "reading"},
		"changed model": {func(c *config.Config) { c.Engine.Embedded.Dir = damagedModels(t) }, "models", "is changed or incomplete", "make models", "reading"},
		"children die":  {func(c *config.Config) { c.Raster.Command = []string{"/bin/false"} }, "rendering", "cannot be drawn", "seccomp", "reading"},
	} {
		found := Examine(t.Context(), exam(t, tt.change).cfg)
		wantFailed(t, name, found, tt.broken, tt.said, tt.mends)
		for _, f := range found {
			if f.State == doctor.Failed && f.Name != tt.broken || f.Name == tt.waits && f.State != doctor.Off {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

// TestDoctorOnBrokenSurroundings breaks what is around the program.
func TestDoctorOnBrokenSurroundings(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	address := func(x examiner) []doctor.Finding { return []doctor.Finding{x.address(t.Context())} }
	kept := func(x examiner) []doctor.Finding { return []doctor.Finding{x.jobs(t.Context()), x.store(t.Context())} }
	memory := func(x examiner) []doctor.Finding { return []doctor.Finding{x.memory()} }
	servers := func(x examiner) []doctor.Finding { return x.servers(t.Context()) }
	for name, tt := range map[string]struct {
		change              func(*config.Config)
		look                func(examiner) []doctor.Finding
		broken, said, mends string
	}{
		"no folder for uploads": {func(c *config.Config) { c.Server.TempDir = "/proc/nowhere" }, examiner.folders, "uploads", "no file can be made", "OCR_SERVER_TEMP_DIR="},
		"no folder for pages":   {func(c *config.Config) { c.Cache.Dir = "/proc/nowhere" }, examiner.folders, "cache", "no file can be made", "OCR_CACHE_DIR="},
		"disk too small":        {func(c *config.Config) { c.Server.MinFreeDisk = 1 << 60 }, examiner.folders, "uploads", "are needed", "OCR_SERVER_TEMP_DIR="},
		"memory too small":      {func(c *config.Config) { c.Pipeline.MemoryBudget = 1 << 50 }, memory, "memory", "needed", "MEMORY_BUDGET"},
		"port taken":            {func(c *config.Config) { c.Server.Port = busy.Addr().(*net.TCPAddr).Port }, address, "address", "in use", "--port"},
		"no keys":               {func(c *config.Config) { c.Server.Host = "0.0.0.0" }, address, "address", "no API keys", "OCR_SERVER_API_KEYS="},
		"no certificate":        {func(c *config.Config) { c.Server.TLSCert, c.Server.TLSKey = "none.pem", "none.pem" }, address, "address", "tls_cert_file", ""},
		"no keys file":          {func(c *config.Config) { c.Server.KeysFile = "none.yaml" }, address, "address", "keys_file", ""},
		"no folder for jobs":    {func(c *config.Config) { c.Jobs.Dir = "/proc/nowhere" }, kept, "jobs", "no file can be made", "OCR_JOBS_DIR="},
		"no NATS":               {func(c *config.Config) { c.Jobs.NATS.URLs = []string{"nats://127.0.0.1:9"} }, kept, "jobs", "NATS", "nats-server"},
		"no S3":                 {func(c *config.Config) { c.Blob.S3.Bucket, c.Blob.S3.Endpoint = "files", "http://127.0.0.1:9" }, kept, "store", "files", "blob.s3"},
		"server down":           {func(c *config.Config) { c.VLLM.Endpoints = []vllm.Endpoint{{URL: closedServer(t)}} }, servers, "endpoint-1", "unreachable", ""},
		"key missing":           {func(c *config.Config) { c.VLLM.Endpoints = []vllm.Endpoint{{URL: keyedServer(t)}} }, servers, "endpoint-1", "unauthorized", ""},
	} {
		wantFailed(t, name, tt.look(exam(t, tt.change)), tt.broken, tt.said, tt.mends)
	}
}

// wantFailed wants one finding to say what is broken, and what mends it.
func wantFailed(t *testing.T, name string, found []doctor.Finding, broken, said, mends string) {
	t.Helper()
	for _, f := range found {
		if f.Name == broken {
			if f.State != doctor.Failed || !strings.Contains(f.Detail, said) || !strings.Contains(f.Mend, mends) {
				t.Errorf("%s: %+v, want %q mended by %q", name, f, said, mends)
			}
			return
		}
	}
	t.Errorf("%s: nothing is said of %s", name, broken)
}

func closedServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(nil)
	s.Close()
	return s.URL
}

// keyedServer is a model server that wants a key.
func keyedServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/health" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestDoctorWarns has what works, and not as it should.
func TestDoctorWarns(t *testing.T) {
	f := exam(t, func(c *config.Config) {
		c.VLLM.Endpoints = []vllm.Endpoint{{URL: "http://127.0.0.1:9"}}
		c.Layout.Python = "/no/such/python"
	}).layout(t.Context())
	if f.State != doctor.Warning || !strings.Contains(f.Detail, "read whole") || f.Mend == "" {
		t.Errorf("no interpreter: %+v", f)
	}
	f = exam(t, func(c *config.Config) { c.Server.Access = guard.Access{Host: "0.0.0.0", AllowKeyless: true} }).address(t.Context())
	if f.State != doctor.Warning || !strings.Contains(f.Detail, "no key") {
		t.Errorf("keyless: %+v", f)
	}
}

// damagedModels is a copy of the models of which one has another byte.
func damagedModels(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	from := filepath.Join("..", "..", "models")
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		path, err := filepath.Abs(filepath.Join(from, e.Name()))
		if err == nil {
			err = os.Symlink(path, filepath.Join(dir, e.Name()))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(dir, "layout_cdla.onnx")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
