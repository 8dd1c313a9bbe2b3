package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/internal/mutants"
)

var (
	mutantCount   = flag.Int("mutants", 150, "how many damaged documents to send to the server")
	mutantFirst   = flag.Int("first-mutant", 0, "the first of them, to send one again")
	mutantProgram = flag.String("program", "", "the ocr-gateway that gets them; empty means this test, which has the race detector")
)

// hang is the time after which an answer counts as not coming.
const hang = time.Minute

// mutantSeeds are the project's own documents.
func mutantSeeds(t *testing.T) []mutants.Seed {
	t.Helper()
	var seeds []mutants.Seed
	for _, folder := range []string{testdata, "../raster/testdata"} {
		files, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			kind := filepath.Ext(file)
			if slices.Contains([]string{"", ".md", ".txt", ".py"}, kind) {
				continue
			}
			// These are decoded by WebAssembly, which the race detector makes so slow
			// that pages reach their time limit.
			if program.Race && *mutantProgram == "" && slices.Contains([]string{".heic", ".avif", ".webp"}, kind) {
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			seeds = append(seeds, mutants.Seed{Name: filepath.Base(file), Data: data})
		}
	}
	if len(seeds) < 50 {
		t.Fatalf("only %d documents to start from", len(seeds))
	}
	return seeds
}

// TestMutants sends damaged documents to a running server. A rendering child may
// die of one; the answer is a result or says what is wrong with the document.
func TestMutants(t *testing.T) {
	fake := httptest.NewServer(enginetest.NewFake(enginetest.Config{}))
	defer fake.Close()
	cmd := program.Command(t, "serve", "--port", "0")
	if *mutantProgram != "" {
		cmd = exec.CommandContext(t.Context(), *mutantProgram, "serve", "--port", "0")
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, "OCR_VLLM_ENDPOINTS="+fake.URL, "OCR_LAYOUT_SIDECAR=off", "OCR_LOG_FORMAT=json")
	server := program.Start(t, cmd)
	base := server.URL
	waitFor(t, hang, "the server to be ready", func() bool { return health(t, base) == "ok" })

	seeds := mutantSeeds(t)
	answers := map[string]int{"crashes": 0, "hangs": 0, "5xx": 0}
	examples := map[string]string{} // a mutant of each class of answers
	var mu sync.Mutex
	numbers := make(chan int)
	var clients sync.WaitGroup
	slowest := time.Duration(0)
	for range 4 {
		clients.Go(func() {
			for n := range numbers {
				m := mutants.Make(seeds, n)
				begin := time.Now()
				class, err := sendMutant(t.Context(), base, m, n)
				took := time.Since(begin)
				mu.Lock()
				answers[class]++
				examples[class] = m.Name
				slowest = max(slowest, took)
				if took > 10*time.Second {
					t.Logf("%s took %.1f s: %s", m.Name, took.Seconds(), class)
				}
				mu.Unlock()
				if err != nil {
					t.Errorf("%s: %v", m.Name, err)
				}
			}
		})
	}
	begin := time.Now()
	for n := range *mutantCount {
		numbers <- *mutantFirst + n
	}
	close(numbers)
	clients.Wait()
	wall := time.Since(begin)

	if result := readSample(t, base); result.Status != document.StatusOK || result.Summary.OK != 3 {
		t.Errorf("a good document afterwards: %s", result.Status)
	}
	server.Signal(t, syscall.SIGTERM)
	if err := server.Wait(); err != nil {
		t.Errorf("%v\n%s", err, server.Log())
	}
	usage := server.Usage()
	took := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	t.Logf("%d mutants of %d documents in %.0f s, the slowest took %.1f s; server %s CPU, peak memory %d MiB",
		*mutantCount, len(seeds), wall.Seconds(), slowest.Seconds(), took, usage.Maxrss>>10)
	for _, class := range slices.Sorted(maps.Keys(answers)) {
		t.Logf("%6d  %-28s %s", answers[class], class, examples[class])
	}
	for _, what := range server.Defects() {
		t.Errorf("the server's log: %s", what)
	}
}

// mutantRoutes take turns with the mutants.
var mutantRoutes = []struct{ path, field, accept string }{
	{"/api/ocr/document", "file", "application/json"},
	{"/api/ocr/document/stream", "file", "text/event-stream"},
	{"/api/ocr/recognize", "image", "application/json"},
	{"/api/ocr/document", "file", "text/markdown"},
}

// sendMutant returns the class of the answer, and an error where it is none that a
// damaged document may have.
func sendMutant(ctx context.Context, base string, m mutants.Mutant, n int) (class string, err error) {
	ctx, cancel := context.WithTimeout(ctx, hang)
	defer cancel()
	route := mutantRoutes[n/7%len(mutantRoutes)] // 7: so that each seed comes to each route
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	fields := map[string]string{"password": "geheim", "dpi": "72"}
	if strings.HasPrefix(m.Name, "dense.pdf ") {
		fields["pages"] = "1-20" // of 200, which take longer than a minute where the machine is busy
	}
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			return "not sent", err
		}
	}
	part, err := form.CreateFormFile(route.field, "mutant")
	if err != nil {
		return "not sent", err
	}
	part.Write(m.Data)
	form.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+route.path, &body)
	if err != nil {
		return "not sent", err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept", route.accept)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return noAnswer(err), err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return noAnswer(err), err
	}
	var problem struct{ Code, Detail string }
	json.Unmarshal(answer, &problem) // other answers have no code
	class = strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, problem.Code))
	if bytes.Contains(answer, []byte("event: document.failed\n")) {
		class += " document.failed"
	}
	switch {
	case resp.StatusCode >= 500 && resp.StatusCode != http.StatusServiceUnavailable:
		return "5xx", fmt.Errorf("%d %s: %s", resp.StatusCode, problem.Code, problem.Detail)
	case bytes.Contains(answer, []byte(`"code":"internal"`)):
		return class + " internal", fmt.Errorf("a defect in the answer: %.1000s", answer)
	case route.accept == "text/event-stream" && resp.StatusCode == http.StatusOK && bytes.Count(answer, []byte("event: document.")) != 1:
		return class + " without an end", errors.New("the stream has no end, or several")
	}
	return class, nil
}

func noAnswer(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "hangs"
	}
	return "crashes" // the connection ended without an answer
}
