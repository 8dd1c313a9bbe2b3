package batch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"go.uber.org/goleak"

	"ocr-gateway/batch"
	"ocr-gateway/blob"
	"ocr-gateway/blob/blobtest"
	"ocr-gateway/document"
)

func TestMain(m *testing.M) {
	batch.Hurry()
	goleak.VerifyTestMain(m)
}

// folder makes files of their content by their names.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func config(t *testing.T, inputs ...string) batch.Config {
	t.Helper()
	cfg := batch.DefaultConfig()
	cfg.Inputs, cfg.Out, cfg.RetryFor = inputs, filepath.Join(t.TempDir(), "out"), time.Minute
	return cfg
}

func run(t *testing.T, cfg batch.Config, g *gateway) batch.Report {
	t.Helper()
	report, err := batch.Run(t.Context(), cfg, g, nil)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// wantFiles wants a folder to have these files, and no other but the state.
func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	var got []string
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && e.Name() != ".ocr-gateway-batch.jsonl" {
			rel, _ := filepath.Rel(dir, path)
			got = append(got, filepath.ToSlash(rel))
		}
		return err
	})
	slices.Sort(got)
	slices.Sort(want)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("there are %q, %v, want %q", got, err, want)
	}
}

func TestFolderIsRead(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.pdf": "3", "A.PNG": "1", "deep/er/b.tiff": "2 partial", "c.jpg": "damaged", "notes.txt": "no", ".hidden.pdf": "no", ".git/d.pdf": "no",
	})
	cfg := config(t, dir)
	cfg.Formats, cfg.Price = []string{"md", "json"}, 3600
	g := newGateway()
	report := run(t, cfg, g)
	if report.Files != 4 || report.OK != 2 || report.Partial != 1 || report.Failed != 1 || report.Pages != 6 || report.PagesFailed != 1 || report.Left != 0 || report.Before != 0 {
		t.Errorf("%+v", report)
	}
	if report.Cost <= 0 || report.CostPer1000 <= report.Cost {
		t.Errorf("%+v", report)
	}
	for _, f := range report.Failures {
		if partial := strings.HasSuffix(f.Name, "b.tiff"); partial != f.Partial || !partial && f.Error != "it is damaged" {
			t.Errorf("%+v", f)
		}
	}
	wantFiles(t, cfg.Out, "a.pdf.md", "a.pdf.json", "A.PNG.md", "A.PNG.json", "deep/er/b.tiff.md", "deep/er/b.tiff.json")

	again := run(t, cfg, g) // nothing is left to do
	if len(g.requests) != 4 || again.Before != 4 || again.OK != 2 || len(again.Failures) != 2 || again.Pages != 0 {
		t.Errorf("%d requests, %+v", len(g.requests), again)
	}
	cfg.RetryFailed = true // as other jobs
	if run(t, cfg, g); len(g.requests) != 6 || len(g.jobs) != 6 {
		t.Errorf("%d requests, %d jobs", len(g.requests), len(g.jobs))
	}
}

func TestBesideTheDocument(t *testing.T) {
	dir := folder(t, map[string]string{"a.pdf": "1", "a.png": "1"})
	cfg := config(t, filepath.Join(dir, "*"))
	cfg.Out, cfg.State = "", filepath.Join(t.TempDir(), "state")
	run(t, cfg, newGateway())
	wantFiles(t, dir, "a.pdf", "a.pdf.md", "a.png", "a.png.md")
}

func TestManifest(t *testing.T) {
	dir := folder(t, map[string]string{
		"x/a.pdf": "1", "b.bin": "1",
		"list.jsonl": `{"path": "x/a.pdf", "options": {"pages": "1-2", "schema": {"total": 0}, "dpi": 200}}
{"path": "x/a.pdf", "out": "../../first", "options": {"pages": 1}}

{"path": "b.bin"}
{"path": "b.bin"}
`,
	})
	cfg := config(t, filepath.Join(dir, "list.jsonl"))
	cfg.Options = map[string]string{"pages": "9", "table_format": "html"}
	g := newGateway()
	if report := run(t, cfg, g); report.Files != 3 || report.OK != 3 {
		t.Errorf("%+v", report)
	}
	wantFiles(t, cfg.Out, "x/a.pdf.md", "first.md", "b.bin.md")
	var asked []string
	for _, r := range g.requests {
		asked = append(asked, fmt.Sprint(r.More))
	}
	slices.Sort(asked)
	if want := []string{
		`map[dpi:200 pages:1-2 schema:{"total":0} table_format:html]`, `map[pages:1 table_format:html]`, `map[pages:9 table_format:html]`,
	}; !slices.Equal(asked, want) {
		t.Errorf("%q", asked)
	}
	for name, text := range map[string]string{"no JSON": "x", "no path": `{"out": "x"}`, "unknown": `{"path": "b.bin", "page": 1}`, "missing": `{"path": "missing.pdf"}`} {
		bad := folder(t, map[string]string{"m.jsonl": "\n" + text, "b.bin": "1"})
		cfg := config(t, filepath.Join(bad, "m.jsonl"))
		if _, err := batch.Run(t.Context(), cfg, newGateway(), nil); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestGoesOn ends runs at every call, as a crash would, and runs again: no job is made twice,
// no document is sent that was accepted and noted, and nothing is lost.
func TestGoesOn(t *testing.T) {
	files := map[string]string{}
	for n := range 6 {
		files[fmt.Sprintf("%d.pdf", n)] = fmt.Sprint(n+1, " pages ", n)
	}
	dir := folder(t, files)
	cfg := config(t, dir)
	cfg.Parallel = 2
	g := newGateway()
	total, done := 0, 0
	for step := 1; done < len(files); step++ {
		ctx, die := context.WithCancel(t.Context())
		budget := step % 7
		g.fault = func(string, int) error {
			if budget--; budget < 0 {
				die()
				return context.Canceled
			}
			return nil
		}
		report, err := batch.Run(ctx, cfg, g, nil)
		die()
		if err == nil && report.Left > 0 {
			t.Errorf("run %d: %+v", step, report)
		}
		total += report.Pages
		done = report.OK
		if step > 100 {
			t.Fatal("it does not come to an end")
		}
	}
	if len(g.jobs) != len(files) || len(g.requests) != len(files) || total != 21 {
		t.Errorf("%d jobs, %d requests, %d pages", len(g.jobs), len(g.requests), total)
	}
	wantFiles(t, cfg.Out, "0.pdf.md", "1.pdf.md", "2.pdf.md", "3.pdf.md", "4.pdf.md", "5.pdf.md")
}

// TestStateThatWasCut: what a killed run had not noted is found again by its key.
func TestStateThatWasCut(t *testing.T) {
	dir := folder(t, map[string]string{"a.pdf": "1", "b.pdf": "2"})
	cfg := config(t, dir)
	g := newGateway()
	run(t, cfg, g)
	path := filepath.Join(cfg.Out, ".ocr-gateway-batch.jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut < len(text); cut += 7 {
		if err := os.WriteFile(path, text[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if report := run(t, cfg, g); report.OK != 2 || len(g.jobs) != 2 {
			t.Fatalf("cut at %d: %+v, %d jobs", cut, report, len(g.jobs))
		}
	}
	if strings.Contains(string(text), "secret") {
		t.Error(string(text))
	}
}

func TestPasswordsAreNotNoted(t *testing.T) {
	cfg := config(t, folder(t, map[string]string{"a.pdf": "1"}))
	cfg.Options = map[string]string{"password": "s3cret"}
	g := newGateway()
	run(t, cfg, g)
	text, err := os.ReadFile(filepath.Join(cfg.Out, ".ocr-gateway-batch.jsonl"))
	if err != nil || strings.Contains(string(text), "s3cret") || strings.Contains(g.requests[0].Key, "s3cret") {
		t.Errorf("%s, %v", text, err)
	}
}

func TestWhatHasChangedIsReadAgain(t *testing.T) {
	dir := folder(t, map[string]string{"a.pdf": "1", "b.pdf": "2"})
	cfg := config(t, dir)
	g := newGateway()
	run(t, cfg, g)
	if err := os.WriteFile(filepath.Join(dir, "a.pdf"), []byte("10 pages"), 0o600); err != nil {
		t.Fatal(err)
	}
	if report := run(t, cfg, g); report.Before != 1 || report.Pages != 10 || len(g.jobs) != 3 {
		t.Errorf("%+v, %d jobs", report, len(g.jobs))
	}
	cfg.Options = map[string]string{"pages": "1"}
	if report := run(t, cfg, g); report.Before != 0 || len(g.jobs) != 5 {
		t.Errorf("other options: %+v, %d jobs", report, len(g.jobs))
	}
	cfg.Formats = []string{"md", "json"} // of jobs that are still there
	if run(t, cfg, g); len(g.jobs) != 5 || len(g.requests) != 5 {
		t.Errorf("other formats: %d jobs, %d requests", len(g.jobs), len(g.requests))
	}
	wantFiles(t, cfg.Out, "a.pdf.md", "a.pdf.json", "b.pdf.md", "b.pdf.json")
}

func TestGatewayThatIsFullOrAway(t *testing.T) {
	cfg := config(t, folder(t, map[string]string{"a.pdf": "1", "b.pdf": "2"}))
	g := newGateway()
	g.fault = func(call string, n int) error {
		switch {
		case call == "info" || n > 5:
			return nil
		case n%2 == 0:
			return problem(503, document.CodeOverloaded)
		default:
			return errors.New("connection refused")
		}
	}
	if report := run(t, cfg, g); report.OK != 2 || len(g.jobs) != 2 {
		t.Errorf("%+v", report)
	}
}

// TestRunsThatEnd because going on would be in vain: nothing is called a failure that is not.
func TestRunsThatEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		call string
		err  error
		want string
	}{
		"wrong key":   {"submit", problem(401, "unauthorized"), "unauthorized"},
		"no jobs":     {"submit", problem(501, "jobs_disabled"), "jobs_disabled"},
		"no gateway":  {"info", errors.New("connection refused"), "connection refused"},
		"stays away":  {"job", errors.New("connection refused"), "in vain"},
		"stays full":  {"submit", problem(429, document.CodeTooManyRequests), "in vain"},
		"not its own": {"job", problem(404, document.CodeNotFound), "do not share"},
	} {
		cfg := config(t, folder(t, map[string]string{"a.pdf": "1", "b.pdf": "2"}))
		cfg.RetryFor = 0
		g := newGateway()
		g.fault = func(call string, _ int) error {
			if call == tt.call {
				return tt.err
			}
			return nil
		}
		if tt.want == "in vain" {
			cfg.RetryFor = time.Millisecond
		}
		report, err := batch.Run(t.Context(), cfg, g, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) || report.Failed != 0 {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
		g.fault = nil
		if report := run(t, cfg, g); report.OK != 2 {
			t.Errorf("%s, afterwards: %+v", name, report)
		}
	}
}

func TestDocumentsThatAreRefused(t *testing.T) {
	cfg := config(t, folder(t, map[string]string{"a.pdf": "1", "b.pdf": "2"}))
	g := newGateway()
	g.fault = func(call string, n int) error {
		if call == "submit" && n == 1 {
			return problem(413, document.CodeTooLarge)
		}
		return nil
	}
	if report := run(t, cfg, g); report.OK != 1 || report.Failed != 1 || report.Failures[0].Error != "the gateway says too_large" {
		t.Errorf("%+v", report)
	}
}

func TestResultsThatCannotBeWritten(t *testing.T) {
	dir := folder(t, map[string]string{"a.pdf": "1", "file": ""})
	cfg := config(t, filepath.Join(dir, "a.pdf"))
	cfg.State, cfg.Out = filepath.Join(t.TempDir(), "state"), filepath.Join(dir, "file", "out")
	g := newGateway()
	if _, err := batch.Run(t.Context(), cfg, g, nil); err == nil || !strings.Contains(err.Error(), "a.pdf") {
		t.Errorf("%v", err)
	}
	cfg.Out = filepath.Join(dir, "out")
	if report := run(t, cfg, g); report.OK != 1 || len(g.requests) != 1 {
		t.Errorf("%+v, %d requests", report, len(g.requests))
	}
}

func TestOneRunAtATime(t *testing.T) {
	cfg := config(t, folder(t, map[string]string{"a.pdf": "1"}))
	g := newGateway()
	var second error
	g.fault = func(call string, _ int) error {
		if call == "submit" {
			_, second = batch.Run(t.Context(), cfg, newGateway(), nil)
		}
		return nil
	}
	if run(t, cfg, g); second == nil || !strings.Contains(second.Error(), "another run") {
		t.Errorf("%v", second)
	}
	if err := os.WriteFile(cfg.State+"foreign", []byte("hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.State += "foreign"
	if _, err := batch.Run(t.Context(), cfg, newGateway(), nil); err == nil || !strings.Contains(err.Error(), "--state") {
		t.Errorf("%v", err)
	}
	os.Remove(cfg.State)
}

func TestWhatCannotBeMeant(t *testing.T) {
	dir := folder(t, map[string]string{"a.txt": "1"})
	for want, change := range map[string]func(*batch.Config){
		"no documents": func(c *batch.Config) { c.Inputs = []string{dir} },
		"no file":      func(c *batch.Config) { c.Inputs = []string{filepath.Join(dir, "x*")} },
		"name doc":     func(c *batch.Config) { c.Inputs = nil },
		"at once":      func(c *batch.Config) { c.Parallel = 0 },
		"no bucket":    func(c *batch.Config) { c.Inputs = []string{"s3://"} },
		"no format":    func(c *batch.Config) { c.Formats = []string{"docx"} },
	} {
		cfg := config(t, filepath.Join(dir, "a.txt"))
		change(&cfg)
		if _, err := batch.Run(t.Context(), cfg, newGateway(), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestProgress(t *testing.T) {
	cfg := config(t, folder(t, map[string]string{"a.pdf": "3", "b.pdf": "damaged"}))
	var last batch.Progress
	if _, err := batch.Run(t.Context(), cfg, newGateway(), func(p batch.Progress) { last = p }); err != nil {
		t.Fatal(err)
	}
	if want := (batch.Progress{Files: 2, FilesDone: 2, FilesFailed: 1, Pages: 3, PagesDone: 3}); last != want {
		t.Errorf("%+v", last)
	}
}

// TestBuckets reads from a bucket and writes into it.
func TestBuckets(t *testing.T) {
	s3 := blobtest.Bucket(t, "..")
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": s3.Endpoint, "AWS_ACCESS_KEY_ID": s3.AccessKey, "AWS_SECRET_ACCESS_KEY": s3.SecretKey, "AWS_REGION": s3.Region,
	} {
		t.Setenv(name, value)
	}
	s3.Prefix += "in/"
	store, err := blob.Open(blob.Config{S3: s3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for key, content := range map[string]string{"a.pdf": "1", "deep/b.png": "2", "notes.txt": "no"} {
		if err := store.Put(t.Context(), key, strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	console, err := minio.New(strings.TrimPrefix(s3.Endpoint, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(s3.AccessKey, s3.SecretKey, ""), Region: s3.Region, Transport: &http.Transport{DisableKeepAlives: true},
	})
	if err == nil { // a folder, as consoles make one
		_, err = console.PutObject(t.Context(), s3.Bucket, s3.Prefix, strings.NewReader("\n"), 1, minio.PutObjectOptions{SendContentMd5: true, DisableContentSha256: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	base := "s3://" + s3.Bucket + "/" + strings.TrimSuffix(s3.Prefix, "in/")
	cfg := config(t, base+"in/")
	cfg.Out, cfg.State = base+"in/out", filepath.Join(t.TempDir(), "state")
	g := newGateway()
	for before, want := range []int{2, 2} {
		report := run(t, cfg, g)
		if report.OK != want || report.Before != before*2 || len(g.requests) != 2 {
			t.Errorf("%+v, %d requests", report, len(g.requests))
		}
	}
	if got := blobtest.Keys(t, store, "out"); !slices.Equal(got, []string{"out/a.pdf.md", "out/deep/b.png.md"}) {
		t.Errorf("%q", got)
	}
}

// TestResultsAreNoDocuments has PDFs written where the next run looks for documents.
func TestResultsAreNoDocuments(t *testing.T) {
	for name, out := range map[string]string{"beside": "", "below": "out"} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, map[string]string{"a.pdf": "1", "b.png": "1"})
			t.Chdir(dir)
			cfg := config(t, dir)
			cfg.Out, cfg.Formats = out, []string{"pdf"}
			g := newGateway()
			for range 3 {
				if report := run(t, cfg, g); report.Files != 2 || report.OK != 2 || len(g.requests) != 2 {
					t.Errorf("%+v, %d requests", report, len(g.requests))
				}
			}
		})
	}
}

// TestSameNamesInTwoFolders: results of one document are not written over those of another.
func TestSameNamesInTwoFolders(t *testing.T) {
	dir := folder(t, map[string]string{"x/a.pdf": "1", "y/a.pdf": "2", "list.jsonl": `{"path": "x/a.pdf"}
{"path": "x/a.pdf", "options": {"pages": 1}}`})
	for _, inputs := range [][]string{{filepath.Join(dir, "x"), filepath.Join(dir, "y")}, {filepath.Join(dir, "*", "a.pdf")}, {filepath.Join(dir, "list.jsonl")}} {
		cfg, g := config(t, inputs...), newGateway()
		report, err := batch.Run(t.Context(), cfg, g, nil)
		if err == nil || !strings.Contains(err.Error(), filepath.Join("x", "a.pdf")) || !strings.Contains(err.Error(), "--out") || report.Files != 0 || len(g.requests) != 0 {
			t.Errorf("%q: %v, %d requests", inputs, err, len(g.requests))
		}
	}
	cfg := config(t, filepath.Join(dir, "x"), filepath.Join(dir, "y"))
	cfg.Out, cfg.State = "", filepath.Join(t.TempDir(), "state") // beside each, they have places of their own
	run(t, cfg, newGateway())
	wantFiles(t, dir, "list.jsonl", "x/a.pdf", "x/a.pdf.md", "y/a.pdf", "y/a.pdf.md")
}

// TestFilesThatAreNotThere: a link that leads nowhere keeps nothing else of its folder from being read.
func TestFilesThatAreNotThere(t *testing.T) {
	dir := folder(t, map[string]string{"b.pdf": "1"})
	for _, name := range []string{"a.pdf", "c.pdf"} {
		if err := os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	cfg, g := config(t, dir), newGateway()
	report := run(t, cfg, g)
	if report.Files != 3 || report.OK != 1 || report.Failed != 2 || !strings.Contains(report.Failures[0].Error, "no such file") {
		t.Errorf("%+v", report)
	}
	if err := os.WriteFile(filepath.Join(dir, "gone"), []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if report := run(t, cfg, g); report.OK != 3 { // they are there now
		t.Errorf("%+v", report)
	}
}

// TestPipesAreNoFiles: a named pipe in a folder, which nobody writes to, fails by itself.
func TestPipesAreNoFiles(t *testing.T) {
	dir := folder(t, map[string]string{"b.pdf": "1"})
	if err := syscall.Mkfifo(filepath.Join(dir, "a.pdf"), 0o600); err != nil {
		t.Fatal(err)
	}
	report := run(t, config(t, dir), newGateway())
	if report.Files != 2 || report.OK != 1 || report.Failed != 1 || !strings.Contains(report.Failures[0].Error, "is no file but a pipe") {
		t.Errorf("%+v", report)
	}
}
