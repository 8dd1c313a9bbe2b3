package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestBenchByStage measures the embedded engine by stage, as `bench --engine embedded` does.
func TestBenchByStage(t *testing.T) {
	stdout, stderr, code := call(t, "bench", "--engine", "embedded", "--json", testdata+"sample.png")
	if code != 0 {
		t.Fatalf("exit code %d:\n%s", code, stderr)
	}
	var got struct {
		Pages  int `json:"pages"`
		Stages []struct {
			Name  string  `json:"name"`
			CPU   float64 `json:"cpu_s_per_page"`
			Floor float64 `json:"floor_s_per_page"`
		} `json:"stages"`
		Rates struct{ Full float64 } `json:"multiplications_per_s"`
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("%v:\n%s", err, stdout)
	}
	var names []string
	for _, s := range got.Stages {
		names = append(names, s.Name)
		network := s.Name != "render" && s.Name != "compose"
		if network && s.CPU <= 0 || network != (s.Floor > 0) {
			t.Errorf("%s takes %v, at least %v", s.Name, s.CPU, s.Floor)
		}
	}
	if want := "render detect layout orient recognize compose"; strings.Join(names, " ") != want {
		t.Errorf("the stages are %v, want %s", names, want)
	}
	if got.Pages != 1 || got.Rates.Full <= 0 {
		t.Errorf("%d pages, %v multiplications a second", got.Pages, got.Rates.Full)
	}
	if _, stderr, code := call(t, "bench", "--engine", "auto", testdata+"sample.png"); code == 0 || !strings.Contains(stderr, "--engine") {
		t.Errorf("another engine ends with %d: %s", code, stderr)
	}
}
