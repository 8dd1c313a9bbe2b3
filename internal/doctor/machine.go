package doctor

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/cpu"
)

// Processor says what the program computes on.
func Processor() Finding {
	f := Finding{Name: "processor", State: OK}
	f.Detail = fmt.Sprintf("%s, %d of %d cores for this program", runtime.GOARCH, runtime.GOMAXPROCS(0), runtime.NumCPU())
	if runtime.GOARCH != "amd64" {
		return f
	}
	features := []string{}
	for _, x := range []struct {
		name string
		has  bool
	}{{"AVX2", cpu.X86.HasAVX2}, {"FMA", cpu.X86.HasFMA}, {"AVX-512", cpu.X86.HasAVX512F}, {"VNNI", cpu.X86.HasAVX512VNNI}} {
		if x.has {
			features = append(features, x.name)
		}
	}
	if !cpu.X86.HasAVX2 {
		f.State = Warning
		f.Detail += ", no AVX2: the embedded engine is several times slower"
		return f
	}
	f.Detail += ", " + strings.Join(features, ", ")
	return f
}

// Memory compares what is free, which may be unknown, with what the settings let the
// program take.
func Memory(free int64, known bool, needed int64) Finding {
	f := Finding{Name: "memory", State: OK}
	switch {
	case !known:
		f.State, f.Detail = Warning, "the system does not say how much is free"
	case free < needed:
		f.State, f.Detail = Failed, fmt.Sprintf("%s free, %s needed: models and pages (pipeline.memory_budget)", size(free), size(needed))
		f.Mend = "OCR_PIPELINE_MEMORY_BUDGET=64MiB OCR_ENGINE_EMBEDDED_CONCURRENCY=1, or give the machine or container more memory"
	default:
		f.Detail = fmt.Sprintf("%s free, at most about %s needed", size(free), size(needed))
	}
	return f
}

// Folder looks whether files can be made in a folder, the system's for temporary files when
// empty, and whether that leaves enough free. setting is its key.
func Folder(name, dir, setting string, free int64, known bool, needed int64) Finding {
	if dir == "" {
		dir = os.TempDir()
	}
	f := Finding{Name: name, State: OK, Mend: "OCR_" + strings.ToUpper(strings.ReplaceAll(setting, ".", "_")) + "=/a/folder/with/room"}
	probe, err := os.CreateTemp(dir, "ocr-gateway-doctor-*")
	if err != nil {
		f.State, f.Detail = Failed, "no file can be made there: "+err.Error()
		return f
	}
	probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		f.State, f.Detail = Failed, err.Error()
		return f
	}
	if known && free < needed {
		f.State, f.Detail = Failed, fmt.Sprintf("%s has %s free, %s are needed", dir, size(free), size(needed))
		return f
	}
	f.Detail, f.Mend = dir+" can be written", ""
	if known {
		f.Detail += fmt.Sprintf(", %s free", size(free))
	}
	return f
}

// size is a number of bytes for people.
func size(n int64) string {
	if n >= 1<<30 {
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%d MiB", n>>20)
}
