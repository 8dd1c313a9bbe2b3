package tesseract

import (
	"context"
	"errors"
	"image"
	"image/draw"
	"image/png"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/engine/embedded/tesseract/tesseracttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func find(t *testing.T) *Reader {
	t.Helper()
	r, err := Find(t.Context(), tesseracttest.Program(t, filepath.Join("..", "..", "..")), 1, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// program writes a stand-in for Tesseract, a script of the shell.
func program(t *testing.T, script string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "tesseract")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

// answers is what a stand-in says to the first two questions.
const answers = "case $1 in\n--version) echo 'tesseract 5.3.0'; exit;;\n--list-langs) echo 'List of available languages (2):'; echo rus; echo osd; exit;;\nesac\n"

func TestReadLinesOfAPage(t *testing.T) {
	r := find(t)
	if !slices.Contains(r.Scripts(), "Cyrillic") {
		t.Skip("Tesseract has no Russian")
	}
	file, err := os.Open(filepath.Join("testdata", "lines.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []*image.Gray
	const height = 48
	for y := 0; y < img.Bounds().Dy(); y += height {
		line := image.NewGray(image.Rect(0, 0, img.Bounds().Dx(), height))
		draw.Draw(line, line.Rect, img, image.Pt(0, y), draw.Src)
		lines = append(lines, line)
	}
	got, err := r.Read(t.Context(), "rus", lines)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Станция на склоне холма", "", "Приборы проверены 12.03.2026"}
	for i, reading := range got {
		if (reading.Confidence > .8) != (want[i] != "") || want[i] != "" && reading.Text != want[i] {
			t.Errorf("line %d: %q, confidence %.2f; want %q", i, reading.Text, reading.Confidence, want[i])
		}
	}
}

func TestFind(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	if r, err := Find(t.Context(), Off, 1, log); r != nil || err != nil {
		t.Errorf("off: %v, %v", r, err)
	}
	t.Setenv("PATH", t.TempDir())
	if r, err := Find(t.Context(), Auto, 1, log); r != nil || err != nil {
		t.Errorf("auto, none installed: %v, %v", r, err)
	}
	if _, err := Find(t.Context(), "/nowhere/tesseract", 1, log); err == nil || !strings.Contains(err.Error(), "/nowhere/tesseract cannot be used") {
		t.Errorf("a path without a program: %v", err)
	}
	for script, want := range map[string]string{
		"echo tesseract 3.04": "not Tesseract 4", "exit 3": "exit status 3", "echo hello": "not Tesseract 4", "head -c 99999999 /dev/zero": "wrote more",
	} {
		if _, err := Find(t.Context(), program(t, script), 1, log); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", script, err, want)
		}
	}
	r, err := Find(t.Context(), program(t, answers), 1, log)
	if err != nil || !slices.Equal(r.Scripts(), []string{"Cyrillic"}) || r.Version() != "5.3.0" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAChildThatHangsDiesWithItsContext(t *testing.T) {
	started := filepath.Join(t.TempDir(), "started")
	if err := exec.Command("mkfifo", started).Run(); err != nil {
		t.Fatal(err)
	}
	r, err := Find(t.Context(), program(t, answers+"echo > "+started+"; exec sleep 60"), 1, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := r.Read(ctx, "rus", []*image.Gray{image.NewGray(image.Rect(0, 0, 4, 4))})
		done <- err
	}()
	if _, err := os.ReadFile(started); err != nil { // blocks until the child has opened it
		t.Fatal(err)
	}
	waiting, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()
	if _, err := r.Read(waiting, "rus", []*image.Gray{image.NewGray(image.Rect(0, 0, 4, 4))}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for a child's place: %v", err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestTheMemoryOfAChildIsLimited(t *testing.T) {
	r, err := Find(t.Context(), program(t, answers+"cat >/dev/null; ulimit -v >&2; exit 1"), 1, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Read(t.Context(), "rus", []*image.Gray{image.NewGray(image.Rect(0, 0, 4, 4))})
	if err == nil || !strings.Contains(err.Error(), "2097152") {
		t.Errorf("%v, want the limit in KiB", err)
	}
}

func TestParseTSV(t *testing.T) {
	rows := strings.Join([]string{
		"level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext",
		"1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t", "5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90.0\tab", "5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t60\tcdef",
		"5\t3\t1\t1\t1\t1\t0\t0\t9\t9\t150\tx", "5\t9\t1\t1\t1\t1\t0\t0\t9\t9\t90\tbeyond", "5\tx\t", "5\t2\t1\t1\t1\t1\t0\t0\t9\t9\t90\t\xff",
		"1\t4\t0\t0\t0\t0\t0\t0\t300\t68\t-1\t", "5\t4\t1\t1\t1\t1\t14\t17\t31\t30\t80\t관", "5\t4\t1\t1\t1\t2\t49\t17\t29\t31\t80\t측", "5\t4\t1\t1\t1\t3\t98\t17\t40\t31\t80\t항구",
	}, "\n")
	got := parseTSV([]byte(rows), 4)
	want := []Reading{
		{Text: "ab cdef", Confidence: .7, Words: []Word{{"ab", 0, 9, .9}, {"cdef", 0, 9, .6}}},
		{},
		{Text: "x", Confidence: 1, Words: []Word{{"x", 0, 9, 1}}},
		{Text: "관측 항구", Confidence: .8, Words: []Word{{"관", 14, 45, .8}, {"측", 49, 78, .8}, {"항구", 98, 138, .8}}},
	}
	for i := range want {
		if got[i].Text != want[i].Text || got[i].Confidence-want[i].Confidence > 1e-9 || !slices.Equal(got[i].Words, want[i].Words) {
			t.Errorf("line %d: %+v, want %+v", i, got[i], want[i])
		}
	}
}

func FuzzParseTSV(f *testing.F) {
	f.Add([]byte("5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90.0\tab\n"))
	f.Add([]byte("5\t1\t\t\t\t\t\t\t\t\tNaN\t\x00"))
	f.Fuzz(func(t *testing.T, out []byte) {
		for _, r := range parseTSV(out, 2) {
			if !(r.Confidence >= 0 && r.Confidence <= 1) || r.Text == "" && r.Confidence != 0 {
				t.Errorf("%+v", r)
			}
		}
	})
}

func TestPackages(t *testing.T) {
	if got := Package("Cyrillic"); got != "tesseract-ocr-rus" {
		t.Error(got)
	}
	if got := Package("Ogham"); got != "" {
		t.Error(got)
	}
}
