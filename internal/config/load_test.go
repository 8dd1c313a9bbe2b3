package config_test

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ocr-gateway/internal/config"
	"ocr-gateway/internal/setting"
)

var update = flag.Bool("update", false, "write the golden files anew")

// settings is a tree with every kind of value.
type settings struct {
	Server server     `mapstructure:"server"`
	Engine engine     `mapstructure:"engine"`
	Level  slog.Level `mapstructure:"level"`
	Seam   string     `mapstructure:"-"` // no setting
}

type server struct {
	Port    int           `mapstructure:"port"`
	Limit   int64         `mapstructure:"limit"`
	Timeout time.Duration `mapstructure:"timeout"`
	Origins []string      `mapstructure:"origins"`
	APIKeys []string      `mapstructure:"api_keys" secret:"true"`
}

func (s server) Validate() error {
	var errs setting.Errors
	errs.Check(s.Port >= 1 && s.Port <= 65535, "port", "is %d: use 1 to 65535", s.Port)
	errs.Check(s.Timeout > 0, "timeout", "is %v: use more than 0", s.Timeout)
	errs.Check(!slices.Contains(s.APIKeys, "short"), "api_keys", "has a short key 1")
	return errs.Join()
}

type engine struct {
	Kind      string     `mapstructure:"kind"`
	Threshold float64    `mapstructure:"threshold"`
	Warm      bool       `mapstructure:"warm"`
	Endpoints []endpoint `mapstructure:"endpoints"`
	Token     string     `mapstructure:"token" secret:"true"`
}

type endpoint struct {
	Name   string `mapstructure:"name"`
	URL    string `mapstructure:"url"`
	APIKey string `mapstructure:"api_key" secret:"true"`
}

func defaults() settings {
	return settings{
		Server: server{Port: 8007, Limit: 1 << 20, Timeout: time.Minute, Origins: []string{"a"}},
		Engine: engine{Kind: "auto", Threshold: 0.5},
		Seam:   "kept",
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, o config.Options) settings {
	t.Helper()
	got, err := config.Load(defaults(), o)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// show makes settings comparable.
func show(s settings) string { return fmt.Sprintf("%+v", s) }

func TestEachLayerOverridesThoseBelow(t *testing.T) {
	file := write(t, "config.yaml", "server:\n  port: 1\n  limit: 2MiB\n  timeout: 3s\n")
	environ := []string{"OCR_SERVER_LIMIT=4096", "OCR_SERVER_TIMEOUT=5s", "HOME=/", "OCR_ENGINE_KIND="}
	want := defaults()
	if got := load(t, config.Options{}); show(got) != show(want) {
		t.Errorf("nothing set: got %+v", got)
	}
	want.Server.Port, want.Server.Limit, want.Server.Timeout = 1, 2<<20, 3*time.Second
	if got := load(t, config.Options{File: file}); show(got) != show(want) {
		t.Errorf("file: got %+v", got)
	}
	want.Server.Limit, want.Server.Timeout = 4096, 5*time.Second
	if got := load(t, config.Options{File: file, Environ: environ}); show(got) != show(want) {
		t.Errorf("environment: got %+v", got)
	}
	want.Server.Timeout = 7 * time.Second
	flags := map[string]any{"server.timeout": 7 * time.Second}
	if got := load(t, config.Options{File: file, Environ: environ, Overrides: flags}); show(got) != show(want) {
		t.Errorf("flags: got %+v", got)
	}
}

func TestEveryKindOfValue(t *testing.T) {
	want := settings{
		Server: server{Port: 80, Limit: 3 << 30, Timeout: 90 * time.Minute, Origins: []string{"http://x", "http://y"}},
		Engine: engine{Kind: "vLLM.Name-1.5", Threshold: 0.25, Warm: true},
		Level:  slog.LevelWarn,
		Seam:   "kept",
	}
	t.Run("environment", func(t *testing.T) {
		got := load(t, config.Options{Environ: []string{
			"OCR_SERVER_PORT=80", "OCR_SERVER_LIMIT=3GiB", "OCR_SERVER_TIMEOUT=1h30m", "OCR_SERVER_ORIGINS=http://x, http://y",
			"OCR_ENGINE_KIND=vLLM.Name-1.5", "OCR_ENGINE_THRESHOLD=0.25", "OCR_ENGINE_WARM=true", "OCR_LEVEL=warn",
		}})
		if show(got) != show(want) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("overrides", func(t *testing.T) {
		got := load(t, config.Options{Overrides: map[string]any{
			"server.port": 80, "server.limit": "3GiB", "server.timeout": "1h30m", "server.origins": []string{"http://x", "http://y"},
			"engine.kind": "vLLM.Name-1.5", "engine.threshold": 0.25, "engine.warm": true, "level": "warn",
		}})
		if show(got) != show(want) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("file", func(t *testing.T) {
		want := want
		want.Engine.Endpoints = []endpoint{{Name: "PaddleOCR-VL-1.5", URL: "http://gpu:8000"}, {Name: "b"}}
		got := load(t, config.Options{File: "testdata/full.yaml"})
		if show(got) != show(want) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("empty list", func(t *testing.T) {
		want := defaults()
		want.Server.Origins = nil
		got := load(t, config.Options{File: write(t, "config.yaml", "server: {origins: []}")})
		if show(got) != show(want) {
			t.Errorf("got %+v", got)
		}
	})
}

func TestSecrets(t *testing.T) {
	token := write(t, "token", "from file\n")
	keys := write(t, "keys", "\uFEFFone\r\ntwo\r\n") // as some editors write it
	tests := []struct {
		name string
		o    config.Options
		want settings
	}{
		{
			"environment",
			config.Options{Environ: []string{"OCR_ENGINE_TOKEN=t", "OCR_SERVER_API_KEYS=a,b"}},
			settings{Engine: engine{Token: "t"}, Server: server{APIKeys: []string{"a", "b"}}},
		},
		{
			"files named in the environment",
			config.Options{Environ: []string{"OCR_ENGINE_TOKEN_FILE=" + token, "OCR_SERVER_API_KEYS_FILE=" + keys}},
			settings{Engine: engine{Token: "from file"}, Server: server{APIKeys: []string{"one", "two"}}},
		},
		{
			"files named in the file",
			config.Options{File: write(t, "config.yaml",
				"engine:\n  token_file: "+token+"\n  endpoints:\n    - name: x\n      api_key_file: "+token+"\n")},
			settings{Engine: engine{Token: "from file", Endpoints: []endpoint{{Name: "x", APIKey: "from file"}}}},
		},
		{
			"file named by a flag, over the environment",
			config.Options{
				Environ: []string{"OCR_ENGINE_TOKEN=t"}, Overrides: map[string]any{"engine.token_file": token},
			},
			settings{Engine: engine{Token: "from file"}},
		},
		{
			"environment over the file",
			config.Options{
				File: write(t, "config.yaml", "engine:\n  token_file: "+token), Environ: []string{"OCR_ENGINE_TOKEN=t"},
			},
			settings{Engine: engine{Token: "t"}},
		},
		{"empty name of a file", config.Options{File: write(t, "config.yaml", "engine: {token_file: ''}")}, settings{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := load(t, tt.o)
			if got.Engine.Token != tt.want.Engine.Token || fmt.Sprint(got.Server.APIKeys) != fmt.Sprint(tt.want.Server.APIKeys) ||
				fmt.Sprint(got.Engine.Endpoints) != fmt.Sprint(tt.want.Engine.Endpoints) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestBadFiles(t *testing.T) { badFiles(t, "testdata/bad", defaults()) }

// badFiles compares, for each file of a folder, all that is said about it.
func badFiles[T any](t *testing.T, dir string, defaults T) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files in ", dir, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, err := config.Load(defaults, config.Options{File: file})
			if err == nil {
				t.Fatal("no error")
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, readErr := os.ReadFile(golden)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if got := err.Error() + "\n"; got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestMessages(t *testing.T) {
	short := write(t, "keys", "short\n")
	tests := []struct {
		name string
		o    config.Options
		want []string
	}{
		{
			"unknown variable",
			config.Options{Environ: []string{"OCR_SERVER_PROT=1"}},
			[]string{"environment: OCR_SERVER_PROT is not a setting; did you mean OCR_SERVER_PORT?"},
		},
		{
			"variable without its section",
			config.Options{Environ: []string{"OCR_PORT=1"}},
			[]string{"environment: OCR_PORT is not a setting; did you mean OCR_SERVER_PORT?"},
		},
		{"nothing near", config.Options{Environ: []string{"OCR_COLOUR=1"}}, []string{"environment: OCR_COLOUR is not a setting"}},
		{
			"bad variable",
			config.Options{Environ: []string{"OCR_SERVER_PORT=http"}},
			[]string{`environment: OCR_SERVER_PORT is "http": write a whole number`},
		},
		{
			"validation names the variable",
			config.Options{Environ: []string{"OCR_SERVER_PORT=0", "OCR_SERVER_TIMEOUT=0s"}},
			[]string{
				"environment, OCR_SERVER_PORT: server.port is 0: use 1 to 65535",
				"environment, OCR_SERVER_TIMEOUT: server.timeout is 0s: use more than 0",
			},
		},
		{
			"list of sections",
			config.Options{Environ: []string{"OCR_ENGINE_ENDPOINTS=x"}},
			[]string{"environment: OCR_ENGINE_ENDPOINTS is a list of sections and can only be set in the configuration file"},
		},
		{
			"unknown flag",
			config.Options{Overrides: map[string]any{"server.porto": 1}},
			[]string{"command line: server.porto is not a setting; did you mean server.port?"},
		},
		{
			"flag of the wrong kind",
			config.Options{Overrides: map[string]any{"engine.warm": "yes"}},
			[]string{`command line: engine.warm is "yes": write true or false`},
		},
		{
			"secret in a flag",
			config.Options{Overrides: map[string]any{"engine.token": "hush"}},
			[]string{"command line: engine.token is a secret, and other users can see command lines: " +
				"set the variable OCR_ENGINE_TOKEN or engine.token_file"},
		},
		{
			"secret twice",
			config.Options{Environ: []string{"OCR_ENGINE_TOKEN=a", "OCR_ENGINE_TOKEN_FILE=b"}},
			[]string{"environment, OCR_ENGINE_TOKEN_FILE: engine.token and engine.token_file are both set: keep one"},
		},
		{
			"missing secret file",
			config.Options{Environ: []string{"OCR_ENGINE_TOKEN_FILE=testdata/none"}},
			[]string{"environment, OCR_ENGINE_TOKEN_FILE: engine.token_file cannot be read: open testdata/none: no such file or directory"},
		},
		{
			"bad secret in a file named in the environment",
			config.Options{Environ: []string{"OCR_SERVER_API_KEYS_FILE=" + short}},
			[]string{"environment, OCR_SERVER_API_KEYS_FILE: server.api_keys_file names " + short + ": server.api_keys has a short key 1"},
		},
		{
			"bad secret in a file named in the file",
			config.Options{File: write(t, "config.yaml", "server:\n  port: 80\n  api_keys_file: "+short+"\n")},
			[]string{"config.yaml:3: server.api_keys_file names " + short + ": server.api_keys has a short key 1"},
		},
		{
			"folder in place of a secret's file",
			config.Options{File: write(t, "config.yaml", "server: {api_keys_file: testdata}\n")},
			[]string{"config.yaml:1: server.api_keys_file cannot be read: read testdata: is a directory"},
		},
		{
			"missing file",
			config.Options{File: "testdata/none.yaml"},
			[]string{"the configuration file cannot be read: open testdata/none.yaml: no such file or directory"},
		},
		{
			"all at once",
			config.Options{
				File: "testdata/bad/unknown_key.yaml", Environ: []string{"OCR_X=1", "OCR_SERVER_PORT=0"}, Overrides: map[string]any{"y": 1},
			},
			[]string{"testdata/bad/unknown_key.yaml:3: ", "OCR_X", "command line: y", "server.port is 0"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := config.Load(defaults(), tt.o)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got\n%v\nwant\n%s", err, want)
				}
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("the message shows the secret: %v", err)
			}
		})
	}
}

func TestVariablesOfOthersAreLeftAlone(t *testing.T) {
	got := load(t, config.Options{Environ: []string{
		"OCR_CONFIG=config.yaml", "OCR_TESTSET=folder", "OCRX=1",
		"OCR_GATEWAY_SERVICE_HOST=10.0.0.1", "OCR_GATEWAY_SERVICE_PORT=8007", "OCR_GATEWAY_SERVICE_PORT_HTTP=8007",
		"OCR_GATEWAY_PORT=tcp://10.0.0.1:8007", "OCR_GATEWAY_PORT_8007_TCP_ADDR=10.0.0.1",
	}})
	if show(got) != show(defaults()) {
		t.Errorf("got %+v", got)
	}
}

func TestDefectiveTreesAreErrors(t *testing.T) {
	type noTag struct{ Port int }
	type aMap struct {
		M map[string]int `mapstructure:"m"`
	}
	type secretNumber struct {
		N int `mapstructure:"n" secret:"true"`
	}
	type textSecret struct {
		L []struct {
			K string `mapstructure:"k" text:"true" secret:"true"`
		} `mapstructure:"l"`
	}
	_, err1 := config.Load(noTag{}, config.Options{})
	_, err2 := config.Load(aMap{}, config.Options{})
	_, err3 := config.Load(secretNumber{}, config.Options{})
	_, err4 := config.Load(textSecret{}, config.Options{})
	for i, err := range []error{err1, err2, err3, err4} {
		if err == nil {
			t.Errorf("no error %d", i+1)
		}
	}
}

func TestPrint(t *testing.T) {
	s := defaults()
	s.Server.APIKeys, s.Engine.Token = []string{"hush"}, "hush"
	s.Server.Timeout = time.Hour
	s.Engine.Kind = "two\nlines: #"
	s.Engine.Endpoints = []endpoint{{Name: "x", APIKey: "hush"}, {Name: "true"}}
	var b strings.Builder
	if err := config.Print(&b, s); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/print.golden.yaml"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	if strings.Contains(b.String(), "hush") {
		t.Error("a secret is shown")
	}
}
