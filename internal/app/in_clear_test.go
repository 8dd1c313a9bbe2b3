package app_test

import (
	"strings"
	"testing"

	"ocr-gateway/internal/app"
)

func TestInClear(t *testing.T) {
	for address, want := range map[string]bool{
		"https://api.example/v2":  false,
		"http://api.example/v2":   true,
		"http://203.0.113.7:8007": true,
		"http://[2001:db8::1]/":   true,
		"http://127.0.0.1:8007":   false,
		"http://[::1]:8007":       false,
		"http://localhost:8007":   false,
		"http://localhost.evil":   true,
		"":                        false,
	} {
		if got := app.InClear(address); got != want {
			t.Errorf("%q: %t", address, got)
		}
	}
}

// The RunPod key goes to no API without TLS.
func TestProvisionerRefusesAnAPIInClear(t *testing.T) {
	_, err := app.NewProvisioner(app.Provisioning{RunPodKey: "rpa_SECRET", RunPodURL: "http://api.example/v2", StateDir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "https") || strings.Contains(err.Error(), "rpa_SECRET") {
		t.Errorf("got %v", err)
	}
}
