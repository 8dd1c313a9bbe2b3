package config_test

import (
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/engine/vllm"
	"ocr-gateway/internal/config"
)

const shipped = "../../config.yaml"

// TestShippedFileHoldsTheDefaults and TestShippedFileNamesEverySetting together
// prove that config.yaml shows every default as it is.
func TestShippedFileHoldsTheDefaults(t *testing.T) {
	got, err := config.Load(config.Default(), config.Options{File: shipped})
	if err != nil {
		t.Fatal(err)
	}
	if want := config.Default(); !reflect.DeepEqual(got, want) {
		t.Errorf("config.yaml gives\n%+v\nthe defaults are\n%+v", got, want)
	}
}

// TestShippedFileNamesEverySetting wants a line for each setting, in its section
// and with a comment. The line itself is a comment where the default depends on
// the machine, and for the files of secrets.
func TestShippedFileNamesEverySetting(t *testing.T) {
	data, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	named := namesIn(string(data))
	comments := maps.Clone(named)
	for path, secret := range leaves(reflect.TypeFor[config.Config](), "") {
		if secret {
			path += "_file"
		}
		comment, ok := named[path]
		if !ok {
			t.Errorf("config.yaml does not name %s", path)
		} else if comment == "" {
			t.Errorf("config.yaml says nothing about %s", path)
		}
		delete(named, path)
	}
	for path, element := range elements(reflect.TypeFor[config.Config](), "") {
		for name, secret := range leaves(element, "") {
			if secret {
				name += "_file"
			}
			if !strings.Contains(comments[path], " "+name+": ") {
				t.Errorf("config.yaml says nothing about %s of an element of %s", name, path)
			}
		}
	}
	for path := range named {
		t.Errorf("config.yaml names %s, which is no setting", path)
	}
}

var (
	settingLine = regexp.MustCompile(`^( *)(?:# )?([a-z0-9_]+):(?: (?:\S.*)?|$)`)
	commentLine = regexp.MustCompile(`^ *# (.*)`)
)

// namesIn returns the settings of a file and the comment above each.
func namesIn(text string) map[string]string {
	names := map[string]string{}
	var sections []string
	comment := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if m := settingLine.FindStringSubmatch(line); m != nil {
			sections = sections[:min(len(m[1])/2, len(sections))]
			path := strings.Join(append(slices.Clip(sections), m[2]), ".")
			if strings.HasSuffix(line, ":") {
				sections = append(sections, m[2])
			} else {
				names[path] = comment
			}
			comment = ""
		} else if m := commentLine.FindStringSubmatch(line); m != nil {
			comment += m[1]
		} else {
			comment = ""
		}
	}
	return names
}

// leaves returns the settings of a struct and whether each is a secret.
func leaves(t reflect.Type, prefix string) map[string]bool {
	found := map[string]bool{}
	for f := range t.Fields() {
		name := f.Tag.Get("mapstructure")
		switch {
		case name == "-" || !f.IsExported():
		case name == ",squash":
			maps.Copy(found, leaves(f.Type, prefix))
		case f.Type.Kind() == reflect.Struct:
			maps.Copy(found, leaves(f.Type, prefix+name+"."))
		default:
			found[prefix+name] = f.Tag.Get("secret") == "true"
		}
	}
	return found
}

// elements returns the lists of sections of a struct and what a section is made of.
func elements(t reflect.Type, prefix string) map[string]reflect.Type {
	found := map[string]reflect.Type{}
	for f := range t.Fields() {
		name := f.Tag.Get("mapstructure")
		switch {
		case name == ",squash":
			maps.Copy(found, elements(f.Type, prefix))
		case f.Type.Kind() == reflect.Struct:
			maps.Copy(found, elements(f.Type, prefix+name+"."))
		case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct:
			found[prefix+name] = f.Type.Elem()
		}
	}
	return found
}

func TestSecretsAreMarked(t *testing.T) {
	suspicious := regexp.MustCompile(`(key|keys|token|password|secrets?)$`)
	all := leaves(reflect.TypeFor[config.Config](), "")
	for path, element := range elements(reflect.TypeFor[config.Config](), "") {
		maps.Copy(all, leaves(element, path+"[]."))
	}
	for path, secret := range all {
		if suspicious.MatchString(path) != secret {
			t.Errorf("%s: secret tag is %v", path, secret)
		}
	}
}

func TestDefaultsAreValid(t *testing.T) {
	if _, err := config.Load(config.Default(), config.Options{}); err != nil {
		t.Error(err)
	}
}

func TestEveryPartIsValidated(t *testing.T) {
	for variable, want := range map[string]string{
		"OCR_SERVER_MAX_REQUESTS=0":     "environment, OCR_SERVER_MAX_REQUESTS: server.max_requests",
		"OCR_RASTER_DPI=1":              "environment, OCR_RASTER_DPI: raster.dpi",
		"OCR_ENGINE_KIND=magic":         `environment, OCR_ENGINE_KIND: engine.kind is "magic": use one of auto, vllm, embedded`,
		"OCR_ENGINE_EMBEDDED_DIR=":      "",
		"OCR_ENGINE_EMBEDDED_THREADS=0": "environment, OCR_ENGINE_EMBEDDED_THREADS: engine.embedded.threads",
		"OCR_ENGINE_FALLBACK=magic":     `environment, OCR_ENGINE_FALLBACK: engine.fallback is "magic": use embedded, or leave it empty`,
		"OCR_ENGINE_KIND=vllm":          "environment, OCR_ENGINE_KIND: engine.kind is vllm, and no model server is set",
		"OCR_VLLM_ENDPOINTS=ftp://a":    "environment, OCR_VLLM_ENDPOINTS: vllm.endpoints[0].url",
		"OCR_VLLM_ATTEMPTS=0":           "", // not in use
		"OCR_LAYOUT_DEVICE=tpu":         "environment, OCR_LAYOUT_DEVICE: layout.device",
		"OCR_PIPELINE_PAGES_AHEAD=-1":   "environment, OCR_PIPELINE_PAGES_AHEAD: pipeline.pages_ahead",
		"OCR_LOG_LEVEL=loud":            "environment, OCR_LOG_LEVEL: log.level",
		"OCR_LOG_FORMAT=xml":            "environment, OCR_LOG_FORMAT: log.format",
	} {
		_, err := config.Load(config.Default(), config.Options{Environ: []string{variable}})
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", variable, err)
		case want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)):
			t.Errorf("%s: got %v, want %s…", variable, err, want)
		}
	}
}

// TestWrongNumbersAreNamedByTheirSetting sets each number to one that few can have, and
// wants whoever refuses it to name it so that its place is found.
func TestWrongNumbersAreNamedByTheirSetting(t *testing.T) {
	refused := 0
	for path, value := range config.Settings(config.Default()) {
		if !value.CanInt() && !value.CanFloat() {
			continue
		}
		wrong := map[string]any{"vllm.endpoints": "http://a", path: reflect.ValueOf(-7).Convert(value.Type()).Interface()}
		_, err := config.Load(config.Default(), config.Options{Overrides: wrong})
		if err == nil {
			continue
		}
		refused++
		if !strings.HasPrefix(err.Error(), "command line: "+path+" ") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if refused < 40 {
		t.Errorf("%d wrong numbers are refused", refused)
	}
}

func TestBadSettingsOfTheProgram(t *testing.T) { badFiles(t, "testdata/badtree", config.Default()) }

func TestModelServers(t *testing.T) {
	key := write(t, "key", "hush-one\n")
	file := write(t, "config.yaml", `
vllm:
  endpoints:
    - {name: one, url: "http://one:8000", api_key_file: `+key+`, weight: 2, max_in_flight: 8}
    - {url: "http://two:8000"}
`)
	tests := []struct {
		name string
		o    config.Options
		want []vllm.Endpoint
	}{
		{"file", config.Options{File: file}, []vllm.Endpoint{
			{Name: "one", URL: "http://one:8000", APIKey: "hush-one", APIKeyFile: key, Weight: 2, MaxInFlight: 8}, {URL: "http://two:8000"},
		}},
		{"environment", config.Options{File: file, Environ: []string{"OCR_VLLM_ENDPOINTS=http://a:8000,http://b:8000"}}, []vllm.Endpoint{
			{URL: "http://a:8000"}, {URL: "http://b:8000"},
		}},
		{
			"flags",
			config.Options{
				Environ:   []string{"OCR_VLLM_ENDPOINTS=http://a:8000"},
				Overrides: map[string]any{"vllm.endpoints": []string{"http://c:8000"}, "engine.kind": "vllm"},
			},
			[]vllm.Endpoint{{URL: "http://c:8000"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Environ = append(tt.o.Environ, "OCR_VLLM_API_KEY=hush-all")
			got, err := config.Load(config.Default(), tt.o)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.VLLM.Endpoints, tt.want) || got.VLLM.APIKey != "hush-all" {
				t.Errorf("got %+v", got.VLLM)
			}
			var b strings.Builder
			if err := config.Print(&b, got); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(b.String(), "hush") || !strings.Contains(b.String(), "url: "+tt.want[0].URL) {
				t.Errorf("printed\n%s", b.String())
			}
		})
	}
}

// TestPathsOfKeys: the file that a key came from is known, unless a key without one wins.
func TestPathsOfKeys(t *testing.T) {
	key, other := write(t, "key", "hush-file\n"), write(t, "other", "hush-other\n")
	file := write(t, "config.yaml", "vllm:\n  api_key_file: "+key+"\n")
	for name, c := range map[string]struct {
		environ   []string
		key, path string
	}{
		"file":              {nil, "hush-file", key},
		"another file wins": {[]string{"OCR_VLLM_API_KEY_FILE=" + other}, "hush-other", other},
		"a bare key wins":   {[]string{"OCR_VLLM_API_KEY=hush-bare"}, "hush-bare", ""},
	} {
		got, err := config.Load(config.Default(), config.Options{File: file, Environ: c.environ})
		if err != nil || got.VLLM.APIKey != c.key || got.VLLM.APIKeyFile != c.path {
			t.Errorf("%s: key %q of file %q, %v; want %q of %q", name, got.VLLM.APIKey, got.VLLM.APIKeyFile, err, c.key, c.path)
		}
	}
}
