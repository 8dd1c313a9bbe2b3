package broker

import (
	"log/slog"
	"testing"

	"ocr-gateway/jobs/record"
)

// TestIdleLane takes from a lane that the servers have forgotten since.
func TestIdleLane(t *testing.T) {
	b, err := Open(t.Context(), DefaultConfig(), t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	lane := record.Lane{Owner: "o", Priority: record.Normal}
	if d, err := b.Take(t.Context(), lane); d != nil || err != nil {
		t.Fatalf("%+v, %v", d, err)
	}
	for name := range b.work.ConsumerNames(t.Context()).Name() {
		if err := b.work.DeleteConsumer(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Queue(t.Context(), lane, record.Task{Job: "j"}, "blob"); err != nil {
		t.Fatal(err)
	}
	d, err := b.Take(t.Context(), lane)
	if err != nil || d == nil || d.Job != "j" {
		t.Fatalf("%+v, %v", d, err)
	}
	if err := d.Ack(t.Context()); err != nil {
		t.Error(err)
	}
}
