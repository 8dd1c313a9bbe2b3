package admission_test

import (
	"testing"
	"testing/fstest"
	"time"

	"ocr-gateway/service/admission"
)

func TestFreeMemory(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	for name, tc := range map[string]struct {
		files fstest.MapFS
		want  int64
		known bool
	}{
		"nothing known": {fstest.MapFS{}, 0, false},
		"machine only":  {fstest.MapFS{"proc/meminfo": file("MemTotal: 9 kB\nMemAvailable:      7 kB\n")}, 7 << 10, true},
		"no limit": {fstest.MapFS{
			"proc/meminfo": file("MemAvailable: 7 kB"), "sys/fs/cgroup/memory.max": file("max\n"), "sys/fs/cgroup/memory.current": file("5\n"),
		}, 7 << 10, true},
		"limit with files": {fstest.MapFS{
			"proc/meminfo": file("MemAvailable: 7 kB"), "proc/self/cgroup": file("0::/\n"),
			"sys/fs/cgroup/memory.max": file("4000\n"), "sys/fs/cgroup/memory.current": file("3000\n"),
			"sys/fs/cgroup/memory.stat": file("anon 5\ninactive_file 500\n"),
		}, 1500, true},
		"the parent has less": {fstest.MapFS{
			"proc/self/cgroup":             file("1:cpu:/x\n0::/a/b\n"),
			"sys/fs/cgroup/a/b/memory.max": file("4000"), "sys/fs/cgroup/a/b/memory.current": file("1000"),
			"sys/fs/cgroup/a/memory.max": file("4000"), "sys/fs/cgroup/a/memory.current": file("3900"),
		}, 100, true},
		"over the limit": {fstest.MapFS{"sys/fs/cgroup/memory.max": file("10"), "sys/fs/cgroup/memory.current": file("15")}, -5, true},
		"rubbish":        {fstest.MapFS{"proc/meminfo": file("MemAvailable: lots kB"), "sys/fs/cgroup/memory.max": file("")}, 0, false},
	} {
		if got, known := admission.FreeMemory(tc.files); got != tc.want || known != tc.known {
			t.Errorf("%s: %d, %v, want %d, %v", name, got, known, tc.want, tc.known)
		}
	}
}

func TestRate(t *testing.T) {
	var r admission.Rate
	if got := r.PerSecond(time.Hour); got != 0 {
		t.Errorf("%v before anything happened", got)
	}
	at := time.Hour
	for range 10 { // two in each second
		r.Add(at)
		r.Add(at + time.Second/2)
		at += time.Second
	}
	for _, tc := range []struct {
		later time.Duration
		want  float64
	}{{-time.Second, 2}, {9 * time.Second, 1}, {49 * time.Second, 20.0 / 59}, {55 * time.Second, 8.0 / 59}, {2 * time.Minute, 0}} {
		if got := r.PerSecond(at + tc.later); got < tc.want-.02 || got > tc.want+.02 {
			t.Errorf("%v later: %v, want %v", tc.later, got, tc.want)
		}
	}
}

func BenchmarkAdmission(b *testing.B) {
	cfg := admission.DefaultConfig()
	for name, declared := range map[string]int64{"small": 1 << 10, "spooled": 10 << 20} {
		b.Run(name, func(b *testing.B) {
			a := admission.New(cfg)
			b.ReportAllocs()
			for b.Loop() {
				t, err := a.Enter("10.0.0.1", declared)
				if err != nil {
					b.Fatal(err)
				}
				t.Leave()
			}
		})
	}
}
