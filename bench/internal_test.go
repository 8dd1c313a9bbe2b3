package bench

import (
	"testing"
	"time"
)

func TestPercentiles(t *testing.T) {
	var times []time.Duration
	for i := range 100 {
		times = append(times, time.Duration(100-i)*time.Second)
	}
	if got, want := percentiles(times), (Latency{P50: 50, P95: 95, P99: 99, Max: 100}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := percentiles([]time.Duration{time.Second}); got != (Latency{1, 1, 1, 1}) {
		t.Errorf("one value: got %+v", got)
	}
	if got := percentiles(nil); got != (Latency{}) {
		t.Errorf("none: got %+v", got)
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add("42 (a) b) c) S 7 1 1 0 -1 4194560 1 2 3 4 100 20 30 4 20 0 1 0 99 1000 25 18446744073709551615 1 2 140722 5")
	f.Add("1 (x")
	f.Add("")
	f.Fuzz(func(t *testing.T, line string) {
		p, err := parseStat(line)
		if err != nil && p != (process{}) {
			t.Errorf("a process with the error %v: %+v", err, p)
		}
	})
}

func TestParseStat(t *testing.T) {
	p, err := parseStat("42 (a) b) c) S 7 1 1 0 -1 4194560 1 2 3 4 100 20 30 4 20 0 1 0 99 1000 25 18446744073709551615 1 2 140722 5")
	if err != nil || p.parent != 7 || p.ticks != 154 || p.rss == 0 || p.rss%25 != 0 || p.stack != "140722" {
		t.Errorf("got %+v, %v", p, err)
	}
}
