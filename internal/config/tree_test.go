package config_test

import (
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

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
	for path := range named {
		t.Errorf("config.yaml names %s, which is no setting", path)
	}
}

var (
	settingLine = regexp.MustCompile(`^( *)(?:# )?([a-z0-9_]+):(?: (?:\S.*)?|$)`)
	commentLine = regexp.MustCompile(`^ *# (.*)`)
)

// namesIn gives the settings of a file and the comment above each.
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

// leaves gives the settings of a struct and whether each is a secret.
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

func TestSecretsAreMarked(t *testing.T) {
	suspicious := regexp.MustCompile(`(key|keys|token|password|secret)$`)
	for path, secret := range leaves(reflect.TypeFor[config.Config](), "") {
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
		"OCR_ENGINE_KIND=magic":         `environment, OCR_ENGINE_KIND: engine.kind is "magic": use one of auto, embedded`,
		"OCR_ENGINE_EMBEDDED_DIR=":      "",
		"OCR_ENGINE_EMBEDDED_THREADS=0": "environment, OCR_ENGINE_EMBEDDED_THREADS: engine.embedded.threads",
		"OCR_PIPELINE_PAGES_AHEAD=0":    "environment, OCR_PIPELINE_PAGES_AHEAD: pipeline.pages_ahead",
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
