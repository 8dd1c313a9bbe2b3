package supervise_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ocr-gateway/provision/supervise"
)

// Lines come in pieces of all sizes; each must stand whole in one file, in order.
func TestLogRotatesBetweenLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "logs", "model.log")
	const limit = 1000
	var text strings.Builder
	for i := range 300 {
		fmt.Fprintf(&text, "line %d %s\n", i, strings.Repeat("x", i%37))
	}
	all := text.String()
	for _, piece := range []int{1, 7, 64, limit, len(all)} {
		t.Run(fmt.Sprint(piece), func(t *testing.T) {
			for _, old := range []string{"", ".1", ".2", ".3"} {
				os.Remove(path + old)
			}
			log := supervise.NewLogFile(path, limit, nil)
			for rest := all; rest != ""; {
				n := min(piece, len(rest))
				if written, err := log.Write([]byte(rest[:n])); written != n || err != nil {
					t.Fatal(written, err)
				}
				rest = rest[n:]
				if len(all)-len(rest) == len(all)/2 { // as when the program is started again
					log.Close()
				}
			}
			log.Close()
			var got string
			for _, name := range []string{".3", ".2", ".1", ""} {
				part, err := os.ReadFile(path + name)
				if err != nil {
					if name == "" && os.IsNotExist(err) {
						continue // the last line filled a file
					}
					t.Fatal(err)
				}
				if len(part) > 0 && part[len(part)-1] != '\n' || len(part) > limit+100 {
					t.Errorf("%q: %d bytes, ends with %q", name, len(part), part[max(0, len(part)-10):])
				}
				got += string(part)
			}
			// Three old files and the one in use: what is there is the end, without a gap.
			if !strings.HasSuffix(all, got) || len(got) < 3*limit || !strings.HasPrefix(got, "line ") {
				t.Errorf("%d of %d bytes, from %.20q", len(got), len(all), got)
			}
			if _, err := os.Stat(path + ".4"); err == nil {
				t.Error("more than three old files")
			}
		})
	}
}

func TestLogCutsALineWithoutEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.log")
	log := supervise.NewLogFile(path, 100, nil)
	defer log.Close()
	for range 50 {
		log.Write([]byte("progress\r"))
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 200+10 {
		t.Errorf("%v, %v", info, err)
	}
	if info, err := os.Stat(path + ".1"); err != nil || info.Size() < 200 {
		t.Errorf("%v, %v", info, err)
	}
}

// A log that cannot be written must not stop the program, and comes back.
func TestLogTakesWhatItCannotWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.log")
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	log := supervise.NewLogFile(path, 100, nil)
	defer log.Close()
	if n, err := log.Write([]byte("lost\n")); n != 5 || err != nil {
		t.Error(n, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	log.Write([]byte("kept\n"))
	if text, err := os.ReadFile(path); err != nil || string(text) != "kept\n" {
		t.Errorf("%q, %v", text, err)
	}
	if log.Last() != "lost\nkept\n" {
		t.Errorf("last lines: %q", log.Last())
	}
}

func TestLastLines(t *testing.T) {
	const secret = "sk-0123456789"
	log := supervise.NewLogFile(filepath.Join(t.TempDir(), "model.log"), 1<<20, []string{secret, "8007", ""})
	defer log.Close()
	for i := range 1000 {
		fmt.Fprintf(log, "line %d port 8007 key %s\n", i, secret)
	}
	last := log.Last()
	if len(last) > 4<<10 || len(last) < 3<<10 {
		t.Errorf("%d bytes", len(last))
	}
	if !strings.HasPrefix(last, "line ") || !strings.HasSuffix(last, "line 999 port 8007 key ***\n") || strings.Contains(last, "0123") {
		t.Errorf("%.30q … %q", last, last[len(last)-40:])
	}
}
