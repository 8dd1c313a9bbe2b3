package doclayout_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ocr-gateway/document"
	"ocr-gateway/layout/doclayout"
)

var withLayout = document.Options{Layout: true}

// bandPage has a black band of five rows at each y, from x 40 to 160.
func bandPage(gray bool, height int, ys ...int) *document.Page {
	var img draw.Image = image.NewRGBA(image.Rect(0, 0, 200, height))
	if gray {
		img = image.NewGray(image.Rect(0, 0, 200, height))
	}
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for _, y := range ys {
		draw.Draw(img, image.Rect(40, y, 160, y+5), image.Black, image.Point{}, draw.Src)
	}
	return &document.Page{Number: 1, Width: 200, Height: height, Image: img}
}

// testConfig is for a program that fails and comes back fast, but has time on a
// busy machine.
func testConfig(t testing.TB) doclayout.Config {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is missing")
	}
	cfg := doclayout.DefaultConfig()
	cfg.Python = python
	cfg.StartTimeout = time.Minute
	cfg.RestartDelay = 10 * time.Millisecond
	return cfg
}

// startSidecar starts a sidecar that is closed at the end of the test, which then fails
// if anything is left.
func startSidecar(t testing.TB, cfg doclayout.Config, args ...string) *doclayout.Sidecar {
	t.Helper()
	running := goleak.IgnoreCurrent()
	s, err := doclayout.StartSidecar(cfg, slog.New(slog.NewTextHandler(t.Output(), nil)), args...)
	if err != nil {
		t.Fatal(err)
	}
	dir := s.ProgramDir()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
		if s.State().Status != "stopped" {
			t.Errorf("state after close: %+v", s.State())
		}
		if dir != "" {
			if pids := processesOf(t, dir); len(pids) > 0 {
				t.Errorf("processes %v are left", pids)
			}
			if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the program's folder is left: %v", err)
			}
		}
		goleak.VerifyNone(t, running)
	})
	return s
}

// processesOf finds the processes whose command line names the folder.
func processesOf(t testing.TB, dir string) []int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, f := range files {
		line, err := os.ReadFile(f)
		if err == nil && bytes.Contains(line, []byte(dir)) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
			pids = append(pids, pid)
		}
	}
	return pids
}

func signalProgram(t testing.TB, s *doclayout.Sidecar, sig syscall.Signal) {
	t.Helper()
	var pids []int
	eventually(t, "one process runs", func() bool { pids = processesOf(t, s.ProgramDir()); return len(pids) == 1 })
	if err := syscall.Kill(pids[0], sig); err != nil {
		t.Fatal(err)
	}
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	eventuallyWithin(t, time.Minute, what, cond)
}

func eventuallyWithin(t testing.TB, limit time.Duration, what string, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	over := time.After(limit)
	for !cond() {
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

// askSidecar takes a page through and says who found how many regions.
func askSidecar(t testing.TB, s *doclayout.Sidecar, page *document.Page) (regions []document.Region, by string) {
	t.Helper()
	regions, by, err := s.DetectNamed(t.Context(), page, withLayout)
	if err != nil {
		t.Fatal(err)
	}
	if by == doclayout.Disabled && (len(regions) != 1 || regions[0].Label != "whole_page" || regions[0].BBox != document.BBox{0, 0, page.Width, page.Height}) {
		t.Errorf("without layout the page is %+v", regions)
	}
	return regions, by
}

func TestSidecarDetects(t *testing.T) {
	s := startSidecar(t, testConfig(t), "--stand-in")
	for _, gray := range []bool{false, true} {
		regions, by := askSidecar(t, s, bandPage(gray, 300, 50, 200)) // the first waits for the start
		if by != "pp-doclayout-v3" || len(regions) != 2 {
			t.Fatalf("gray %v: %s found %+v", gray, by, regions)
		}
		for i, want := range []document.BBox{{40, 50, 160, 55}, {40, 200, 160, 205}} {
			if r := regions[i]; r.BBox != want || r.Label != "text" || r.Type != document.RegionText || *r.Score != 0.9 {
				t.Errorf("gray %v: region %d is %+v", gray, i, r)
			}
		}
	}
	if info := s.Info(); info.Name != "pp-doclayout-v3" || info.Model != "stand-in" {
		t.Errorf("info %+v", info)
	}
	if state := s.State(); state.Status != "ready" || state.Restarts != 0 || state.Device != "cpu" {
		t.Errorf("state %+v", state)
	}
}

func TestSidecarTakesManyRegionsAndNone(t *testing.T) {
	s := startSidecar(t, testConfig(t), "--stand-in")
	var ys []int
	for i := range 300 {
		ys = append(ys, 10*i)
	}
	if regions, by := askSidecar(t, s, bandPage(false, 3000, ys...)); len(regions) != 300 || by == doclayout.Disabled {
		t.Errorf("%s found %d regions of 300", by, len(regions))
	}
	regions, by := askSidecar(t, s, bandPage(false, 300))
	if by != "pp-doclayout-v3" || len(regions) != 1 || regions[0].Label != "whole_page" || regions[0].BBox != (document.BBox{0, 0, 200, 300}) {
		t.Errorf("on an empty page %s found %+v", by, regions)
	}
}

func TestSidecarThatHangs(t *testing.T) {
	cfg := testConfig(t)
	cfg.Timeout, cfg.HealthInterval, cfg.StopGrace = time.Second, 2*time.Second, 100*time.Millisecond
	s := startSidecar(t, cfg, "--stand-in")
	page := bandPage(false, 300, 50)
	eventually(t, "it works", func() bool { _, by := askSidecar(t, s, page); return by != doclayout.Disabled })
	before := s.State().Restarts
	signalProgram(t, s, syscall.SIGSTOP)
	begin := time.Now()
	if _, by := askSidecar(t, s, page); by != doclayout.Disabled {
		t.Errorf("a page was found by %s", by)
	}
	if took := time.Since(begin); took < cfg.Timeout/2 {
		t.Errorf("the page fell back after %v: it never reached the program", took)
	}
	if _, by := askSidecar(t, s, page); by != doclayout.Disabled {
		t.Errorf("the next page was found by %s", by)
	}
	eventually(t, "it is killed, restarted and used again", func() bool {
		_, by := askSidecar(t, s, page)
		return by != doclayout.Disabled && s.State().Restarts > before
	})
}

func TestSidecarThatDies(t *testing.T) {
	cfg := testConfig(t)
	cfg.RestartDelay = 200 * time.Millisecond
	s := startSidecar(t, cfg, "--stand-in")
	page := bandPage(false, 300, 50)
	askSidecar(t, s, page)
	signalProgram(t, s, syscall.SIGKILL)
	eventually(t, "it is missed", func() bool { return s.Info().Name == doclayout.Disabled })
	if state := s.State(); state.Status != "failed" || state.Reason == "" || strings.Contains(state.Reason, "/") {
		t.Errorf("state %+v", state)
	}
	if _, by := askSidecar(t, s, page); by != doclayout.Disabled {
		t.Errorf("a page was found by %s", by)
	}
	eventually(t, "it is used again", func() bool { _, by := askSidecar(t, s, page); return by != doclayout.Disabled })
	if state := s.State(); state.Status != "ready" || state.Restarts == 0 || state.Reason != "" {
		t.Errorf("state %+v", state)
	}
}

func TestSidecarThatDiesWithPages(t *testing.T) {
	s := startSidecar(t, testConfig(t), "--stand-in", "--stand-in-delay", "60")
	eventually(t, "it is ready", func() bool { return s.State().Status == "ready" })
	var pages sync.WaitGroup
	var names [4]string
	for i := range names {
		pages.Go(func() { _, names[i] = askSidecar(t, s, bandPage(false, 300, 50)) })
	}
	eventually(t, "pages are there", func() bool { return connections(t, s) >= len(names) })
	signalProgram(t, s, syscall.SIGKILL)
	pages.Wait()
	for i, by := range names {
		if by != doclayout.Disabled {
			t.Errorf("page %d was found by %s", i, by)
		}
	}
}

// connections counts the program's open connections to us.
func connections(t testing.TB, s *doclayout.Sidecar) int {
	t.Helper()
	n := 0
	for _, pid := range processesOf(t, s.ProgramDir()) {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		for _, f := range files {
			if to, err := os.Readlink(f); err == nil && strings.HasPrefix(to, "socket:") {
				n++
			}
		}
	}
	return n - 1 // the one that it listens on
}

func TestSidecarThatIsFull(t *testing.T) {
	cfg := testConfig(t)
	cfg.MaxQueue, cfg.MaxBatch = 1, 1
	detectAll := func(t *testing.T, s *doclayout.Sidecar, n int) (served int) {
		var pages sync.WaitGroup
		var ok atomic.Int32
		for range n {
			pages.Go(func() {
				if _, by := askSidecar(t, s, bandPage(false, 300, 50)); by != doclayout.Disabled {
					ok.Add(1)
				}
			})
		}
		pages.Wait()
		if s.State().Status != "ready" {
			t.Errorf("being full made it %+v", s.State())
		}
		return int(ok.Load())
	}
	t.Run("pages wait", func(t *testing.T) {
		s := startSidecar(t, cfg, "--stand-in", "--stand-in-delay", "0.1")
		if served := detectAll(t, s, 4); served != 4 {
			t.Errorf("%d of 4 pages served", served)
		}
	})
	t.Run("pages wait in vain", func(t *testing.T) {
		cfg := cfg
		cfg.Timeout = 3 * time.Second // the four would take 8 s, one after the other
		s := startSidecar(t, cfg, "--stand-in", "--stand-in-delay", "2")
		eventually(t, "it is ready", func() bool { return s.State().Status == "ready" })
		if served := detectAll(t, s, 4); served == 4 { // one on a machine that is not busy
			t.Error("all pages were served after their time")
		}
	})
}

func TestSidecarThatDoesNotStart(t *testing.T) {
	script := func(body string) string {
		name := filepath.Join(t.TempDir(), "python")
		if err := os.WriteFile(name, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, tc := range []struct {
		name, python, reason string
		args                 []string
	}{
		{"no python", "/nowhere/python3", "cannot be started", nil},
		{"ends at once", script("echo no such module >&2; exit 1"), "ended", nil},
		{"never listens", script("exec sleep 600"), "too long", nil},
		{"no model", "", "cannot load", []string{"--model", "/nowhere"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cfg := testConfig(t)
			cfg.StopGrace = 100 * time.Millisecond
			cfg.RestartDelay = time.Minute // so that it stays as it is
			if tc.python != "" {
				cfg.Python = tc.python
			}
			if tc.name == "never listens" {
				cfg.StartTimeout = 300 * time.Millisecond
			}
			s := startSidecar(t, cfg, tc.args...)
			if _, by := askSidecar(t, s, bandPage(false, 300, 50)); by != doclayout.Disabled {
				t.Errorf("found by %s", by)
			}
			if state := s.State(); state.Status != "failed" || !strings.Contains(state.Reason, tc.reason) {
				t.Errorf("state %+v, want a reason with %q", state, tc.reason)
			}
			if s.Info().Name != doclayout.Disabled {
				t.Errorf("info %+v", s.Info())
			}
		})
	}
}

// elsewhere is a sidecar that somebody else runs; answer is for /v1/layout.
func elsewhere(t *testing.T, answer http.HandlerFunc) doclayout.Config {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"status":"ready","model":"fake","device":"cpu","reason":null}`)
	})
	mux.HandleFunc("POST /v1/layout", answer)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	cfg := doclayout.DefaultConfig()
	cfg.URL = server.URL
	cfg.RestartDelay = 10 * time.Millisecond
	return cfg
}

func TestSidecarThatTalksRubbish(t *testing.T) {
	size := image.Pt(200, 300)
	good := doclayout.Answer(size, [7]float64{22, 0.9, 10, 10, 100, 100, 0})
	var rubbish atomic.Bool
	for name, answer := range map[string]http.HandlerFunc{
		"text":    func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") },
		"nothing": func(http.ResponseWriter, *http.Request) {},
		"NaN": func(w http.ResponseWriter, _ *http.Request) {
			w.Write(bytes.Replace(good, []byte("0.9"), []byte("NaN"), 1))
		},
		"endless":  func(w http.ResponseWriter, _ *http.Request) { w.Write(bytes.Repeat([]byte(" "), 9<<20)) },
		"an error": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"cut":      func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "500"); w.Write(good) },
		"for another page": func(w http.ResponseWriter, _ *http.Request) {
			w.Write(doclayout.Answer(image.Pt(1, 1)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			rubbish.Store(false)
			s := startSidecar(t, elsewhere(t, func(w http.ResponseWriter, r *http.Request) {
				if rubbish.Load() {
					answer(w, r)
					return
				}
				w.Write(good)
			}))
			page := bandPage(true, 300)
			if regions, by := askSidecar(t, s, page); by == doclayout.Disabled || len(regions) != 1 {
				t.Fatalf("%s found %+v", by, regions)
			}
			rubbish.Store(true)
			if _, by := askSidecar(t, s, page); by != doclayout.Disabled {
				t.Errorf("rubbish was believed by %s", by)
			}
			eventually(t, "it is given up", func() bool { askSidecar(t, s, page); return s.State().Restarts > 0 })
			rubbish.Store(false)
			eventually(t, "it is used again", func() bool { _, by := askSidecar(t, s, page); return by != doclayout.Disabled })
		})
	}
}

// One connection that is cut costs a page nothing.
func TestSidecarConnectionIsCutOnce(t *testing.T) {
	var cuts atomic.Int32
	s := startSidecar(t, elsewhere(t, func(w http.ResponseWriter, r *http.Request) {
		if cuts.Add(1) == 1 {
			panic(http.ErrAbortHandler)
		}
		w.Write(doclayout.Answer(image.Pt(200, 300)))
	}))
	page := bandPage(true, 300)
	if regions, by := askSidecar(t, s, page); by == doclayout.Disabled || len(regions) == 0 {
		t.Errorf("%s found %+v", by, regions)
	}
	if n := cuts.Load(); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestSidecarThatRefusesAPage(t *testing.T) {
	s := startSidecar(t, elsewhere(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	}))
	for range 10 {
		if _, by := askSidecar(t, s, bandPage(false, 300)); by != doclayout.Disabled {
			t.Errorf("found by %s", by)
		}
	}
	if state := s.State(); state.Status != "ready" || state.Restarts != 0 {
		t.Errorf("refused pages made it %+v", state)
	}
}

func TestSidecarIsCanceled(t *testing.T) {
	entered, left := make(chan struct{}), make(chan struct{})
	s := startSidecar(t, elsewhere(t, func(_ http.ResponseWriter, r *http.Request) {
		// A server learns that its client left only once it has read all.
		new(bytes.Buffer).ReadFrom(r.Body)
		close(entered)
		<-r.Context().Done()
		close(left)
	}))
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-entered; cancel() }()
	if _, _, err := s.DetectNamed(ctx, bandPage(false, 300), withLayout); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	<-left // the request was ended, too
	if state := s.State(); state.Status != "ready" {
		t.Errorf("a client that left made it %+v", state)
	}
}

func TestSidecarIsNotAskedForWholeImages(t *testing.T) {
	s := startSidecar(t, elsewhere(t, func(http.ResponseWriter, *http.Request) { t.Error("asked") }))
	for _, opts := range []document.Options{
		{Layout: true, Task: document.TaskTable}, {Layout: true, Task: document.TaskFormula}, {Layout: false},
	} {
		regions, by, err := s.DetectNamed(t.Context(), bandPage(false, 300), opts)
		if err != nil || by != "none" || len(regions) != 1 {
			t.Errorf("%+v: %s found %+v, %v", opts, by, regions, err)
		}
	}
}

func TestPixels(t *testing.T) {
	rgba := image.NewRGBA(image.Rect(0, 0, 50, 40))
	gray := image.NewGray(rgba.Bounds())
	for y := range 40 {
		for x := range 50 {
			rgba.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), uint8(x + y), 255})
			gray.SetGray(x, y, color.Gray{uint8(x * y)})
		}
	}
	part := image.Rect(7, 5, 40, 33)
	for _, img := range []image.Image{rgba, gray, rgba.SubImage(part), gray.SubImage(part)} {
		var want []byte
		b := img.Bounds()
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
				want = append(want, c.R)
				if _, colored := img.(*image.RGBA); colored {
					want = append(want, c.G, c.B)
				}
			}
		}
		r, err := doclayout.NewPixelReader(img)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if _, err := got.ReadFrom(r); err != nil || !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%T %v: pixels differ, %v", img, b, err)
		}
		r.Close()
		if _, err := r.Read(make([]byte, 1)); err == nil {
			t.Errorf("%T can be read after Close", img)
		}
	}
	if _, err := doclayout.NewPixelReader(image.NewCMYK(part)); err == nil {
		t.Error("CMYK was accepted")
	}
}

func TestProgramGetsNoSecrets(t *testing.T) {
	got := doclayout.ProgramEnv([]string{"PATH=/bin", "OCR_VLLM_API_KEY=s3cret", "HF_HOME=/models", "RUNPOD_API_KEY=s3cret", "CUDA_VISIBLE_DEVICES=1"})
	if want := []string{"PATH=/bin", "HF_HOME=/models", "CUDA_VISIBLE_DEVICES=1"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("environment %v, want %v", got, want)
	}
}

func TestProgramLog(t *testing.T) {
	var out bytes.Buffer
	drop := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	w := doclayout.ProgramLog(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: drop})))
	for _, piece := range []string{`{"level":"error","msg":"it `, "failed\",\"seconds\":2}\nTraceback\n\n", strings.Repeat("x", 1<<20) + "\n"} {
		if n, err := w.Write([]byte(piece)); n != len(piece) || err != nil {
			t.Fatal(n, err)
		}
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || lines[0] != `level=ERROR msg="layout program says" said="it failed" seconds=2` ||
		lines[1] != `level=INFO msg="layout program wrote" line=Traceback` || len(lines[2]) > 9000 {
		t.Errorf("log %.300q", lines)
	}
}

func TestConfigSaysWhatIsWrong(t *testing.T) {
	if err := doclayout.DefaultConfig().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	for want, change := range map[string]func(*doclayout.Config){
		"sidecar is ":                  func(c *doclayout.Config) { c.Sidecar = "on" },
		"url cannot be used: write it": func(c *doclayout.Config) { c.URL = "localhost:8100" },
		"url is set":                   func(c *doclayout.Config) { c.URL, c.Sidecar = "http://localhost:8100", "off" },
		"python is ":                   func(c *doclayout.Config) { c.Python = "" },
		"model is ":                    func(c *doclayout.Config) { c.Model = "" },
		"device is ":                   func(c *doclayout.Config) { c.Device = "tpu" },
		"dtype is ":                    func(c *doclayout.Config) { c.DType = "int8" },
		"max_batch is 0":               func(c *doclayout.Config) { c.MaxBatch = 0 },
		"max_queue is 0":               func(c *doclayout.Config) { c.MaxQueue = 0 },
		"threshold is 0.05":            func(c *doclayout.Config) { c.Threshold = 0.05 },
		"thresholds[0].class is ":      func(c *doclayout.Config) { c.Thresholds = []doclayout.ClassThreshold{{Class: "tabel", Score: 0.5}} },
		"thresholds[0].score is ":      func(c *doclayout.Config) { c.Thresholds = []doclayout.ClassThreshold{{Class: "table", Score: 5}} },
		"timeout is ":                  func(c *doclayout.Config) { c.Timeout = 0 },
		"stop_grace is ":               func(c *doclayout.Config) { c.StopGrace = 2 * time.Hour },
	} {
		cfg := doclayout.DefaultConfig()
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestSidecarElsewhereComesBack is about a sidecar that somebody else runs: it is
// looked for again, and its socket may come late.
func TestSidecarElsewhereComesBack(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	cfg := testConfig(t)
	cfg.URL = "unix:" + socket
	s := startSidecar(t, cfg)
	page := bandPage(false, 300, 50)
	if _, by := askSidecar(t, s, page); by != doclayout.Disabled {
		t.Errorf("found by %s, though nobody listens", by)
	}
	program := exec.CommandContext(t.Context(), cfg.Python, "-m", "doclayout", "--stand-in", "--listen", cfg.URL)
	program.Dir = "sidecar"
	program.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is used", func() bool { _, by := askSidecar(t, s, page); return by != doclayout.Disabled })
	if err := program.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := program.Wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
	eventually(t, "it is missed", func() bool { _, by := askSidecar(t, s, page); return by == doclayout.Disabled })
}
