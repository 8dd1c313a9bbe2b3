package stage_test

import (
	"testing"
	"time"

	"ocr-gateway/provision/stage"
)

func TestArrivalLine(t *testing.T) {
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		a     stage.Transfer
		bytes int64
		after time.Duration
		want  string
	}{
		{stage.Transfer{What: "models", Whole: 2.8e9}, 700e6, 10 * time.Second, "models: 700 MB of about 2.8 GB, 70.0 MB/s, 30s left"},
		{stage.Transfer{What: "models", Whole: 2.8e9, Had: 600e6}, 700e6, 10 * time.Second, "models: 700 MB of about 2.8 GB, 10.0 MB/s, 3m30s left"},
		{stage.Transfer{What: "packages"}, 1.5e9, 10 * time.Second, "packages: 1.5 GB, 150.0 MB/s"},
		{stage.Transfer{What: "models", Whole: 1e9}, 1.1e9, 10 * time.Second, "models: 1.1 GB of about 1.0 GB, 110.0 MB/s"},
		{stage.Transfer{What: "models", Whole: 1e9}, 0, time.Minute, "models: 0 MB of about 1.0 GB"},
		{stage.Transfer{What: "models", Had: 10e6}, 5e6, time.Minute, "models: 5 MB"}, // something was removed
	}
	for _, tt := range tests {
		tt.a.Began = began
		if got := tt.a.Line(tt.bytes, began.Add(tt.after)); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
