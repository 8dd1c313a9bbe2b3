package config_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ocr-gateway/internal/config"
	"ocr-gateway/internal/setting"
)

// fleet is a tree with a list of sections that texts can set, and settings of an
// embedded struct.
type fleet struct {
	Peers  []peer  `mapstructure:"peers"`
	Delays []delay `mapstructure:"delays"`
	Radio  radio   `mapstructure:"radio"`
}

type peer struct {
	Address string `mapstructure:"address" text:"true"`
	Weight  int    `mapstructure:"weight"`
}

type delay struct {
	Time time.Duration `mapstructure:"time" text:"true"`
}

type radio struct {
	On      bool `mapstructure:"on"`
	Antenna `mapstructure:",squash"`
}

// Antenna is exported because embedded structs must be.
type Antenna struct {
	Length int   `mapstructure:"length"`
	Mount  mount `mapstructure:"mount"`
}

// Validate names settings relative to the section.
func (a Antenna) Validate() error {
	if a.Length < 0 {
		return setting.Errorf("length", "is negative")
	}
	return nil
}

type mount struct {
	Height int `mapstructure:"height"`
}

func (m mount) Validate() error {
	if m.Height < 0 {
		return setting.Errorf("height", "is negative")
	}
	return nil
}

func loadFleet(t *testing.T, o config.Options) fleet {
	t.Helper()
	got, err := config.Load(fleet{Peers: []peer{{Address: "default"}}}, o)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestListOfSectionsFromText(t *testing.T) {
	file := write(t, "config.yaml", "peers:\n  - {address: f, weight: 3}\n  - address: g\n")
	tests := []struct {
		name string
		o    config.Options
		want []peer
	}{
		{"default", config.Options{}, []peer{{Address: "default"}}},
		{"file", config.Options{File: file}, []peer{{"f", 3}, {"g", 0}}},
		{"environment replaces the file", config.Options{File: file, Environ: []string{"OCR_PEERS=a, b"}}, []peer{{"a", 0}, {"b", 0}}},
		{"one flag", config.Options{File: file, Overrides: map[string]any{"peers": []string{"a,b"}}}, []peer{{"a,b", 0}}},
		{"repeated flag", config.Options{Overrides: map[string]any{"peers": []string{"a", "b"}}}, []peer{{"a", 0}, {"b", 0}}},
		{"flag with one text", config.Options{Overrides: map[string]any{"peers": "a,b"}}, []peer{{"a", 0}, {"b", 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := loadFleet(t, tt.o).Peers; fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	_, err := config.Load(fleet{}, config.Options{Environ: []string{"OCR_DELAYS=1s,soon"}})
	const want = `environment: OCR_DELAYS element 2 is "soon": write a time such as 30s, 5m or 1h30m`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = config.Load(fleet{}, config.Options{File: write(t, "config.yaml", "peers: [a]")})
	if err == nil || !strings.Contains(err.Error(), "peers[0] must be a section") {
		t.Errorf("a text in the file: got %v", err)
	}
}

func TestEmbeddedSettings(t *testing.T) {
	want := radio{On: true, Antenna: Antenna{Length: 2, Mount: mount{Height: 3}}}
	got := loadFleet(t, config.Options{
		File:      write(t, "config.yaml", "radio: {on: true, length: 1}"),
		Environ:   []string{"OCR_RADIO_LENGTH=2"},
		Overrides: map[string]any{"radio.mount.height": 3},
	})
	if got.Radio != want {
		t.Errorf("got %+v, want %+v", got.Radio, want)
	}
	var b strings.Builder
	if err := config.Print(&b, got.Radio); err != nil {
		t.Fatal(err)
	}
	if printed := "on: true\nlength: 2\nmount:\n  height: 3\n"; b.String() != printed {
		t.Errorf("printed\n%swant\n%s", b.String(), printed)
	}
}

func TestEverySectionIsAsked(t *testing.T) {
	_, err := config.Load(fleet{}, config.Options{Environ: []string{"OCR_RADIO_LENGTH=-1", "OCR_RADIO_MOUNT_HEIGHT=-1"}})
	const want = "environment, OCR_RADIO_LENGTH: radio.length is negative\n" +
		"environment, OCR_RADIO_MOUNT_HEIGHT: radio.mount.height is negative"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
