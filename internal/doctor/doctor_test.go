package doctor_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/internal/doctor"
)

func TestReport(t *testing.T) {
	findings := []doctor.Finding{
		{Name: "models", State: doctor.OK, Detail: "here"},
		{Name: "address", State: doctor.Failed, Detail: "taken\nby another", Mend: "serve --port 0"},
	}
	r := doctor.NewReport("v1", findings)
	if r.Healthy || !doctor.NewReport("v1", findings[:1]).Healthy {
		t.Error("what is healthy")
	}
	var text, data strings.Builder
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	want := `ok       models         here
failed   address        taken
                        by another
                        -> serve --port 0

It cannot work as it is set up: see what failed.
`
	if text.String() != want {
		t.Errorf("%s\nwant\n%s", text.String(), want)
	}
	var back doctor.Report
	if err := r.WriteJSON(&data); err != nil || json.Unmarshal([]byte(data.String()), &back) != nil || len(back.Findings) != 2 || back.Findings[1] != findings[1] {
		t.Errorf("%s, %v", data.String(), err)
	}
}

func TestMemoryAndFolders(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		got  doctor.Finding
		want doctor.State
	}{
		"enough":        {doctor.Memory(2<<30, true, 1<<30), doctor.OK},
		"too little":    {doctor.Memory(1<<30, true, 2<<30), doctor.Failed},
		"unknown":       {doctor.Memory(0, false, 1<<30), doctor.Warning},
		"folder":        {doctor.Folder("a", dir, "server.temp_dir", 1<<30, true, 1<<20), doctor.OK},
		"full folder":   {doctor.Folder("a", dir, "server.temp_dir", 1<<20, true, 1<<30), doctor.Failed},
		"no folder":     {doctor.Folder("a", filepath.Join(dir, "b"), "server.temp_dir", 1<<30, true, 0), doctor.Failed},
		"unknown space": {doctor.Folder("a", dir, "server.temp_dir", 0, false, 1<<30), doctor.OK},
		"processor":     {doctor.Processor(), doctor.OK},
	} {
		if tt.got.State != tt.want && !(name == "processor" && tt.got.State == doctor.Warning) {
			t.Errorf("%s: %+v, want %s", name, tt.got, tt.want)
		}
		if tt.got.State == doctor.Failed && tt.got.Mend == "" || tt.got.State == doctor.OK && tt.got.Mend != "" {
			t.Errorf("%s: %+v", name, tt.got)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
