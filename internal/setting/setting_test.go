package setting_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"ocr-gateway/internal/setting"
)

func TestErrors(t *testing.T) {
	var errs setting.Errors
	if err := errs.Join(); err != nil {
		t.Errorf("nothing is wrong: %v", err)
	}
	errs.Check(true, "host", "is wrong")
	errs.Check(false, "port", "is %d: use 1 to %d", 0, 65535)
	errs.Duration("timeout", time.Second, 0)
	errs.Duration("timeout", time.Hour, time.Hour)
	errs.Duration("timeout", 0, 0)
	errs.Duration("interval", time.Minute+1, time.Minute)
	errs.Check(false, "endpoints[1].url", "cannot be read: %w", io.EOF)
	err := errs.Join()
	if want := "port is 0: use 1 to 65535\ntimeout is 0s: use more than 0\ninterval is 1m0.000000001s: use more than 0, at most 1m0s\nendpoints[1].url cannot be read: EOF"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	first, ok := errors.AsType[*setting.Error](err)
	if !ok || first.Key != "port" {
		t.Errorf("the first is %v", first)
	}
	if !errors.Is(err, io.EOF) {
		t.Error("the cause is lost")
	}
}
