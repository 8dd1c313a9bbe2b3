package faults_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

// fleet is gateways and workers that share the jobs of a NATS cluster.
type fleet struct {
	t        *testing.T
	nats     *natsCluster
	gateways int
	settings []string
	parts    []*program.Server // gateways, then workers
}

func newFleet(t *testing.T, model string, gateways, workers int, settings ...string) *fleet {
	nodes := startNATS(t)
	f := &fleet{t: t, nats: nodes, gateways: gateways, parts: make([]*program.Server, gateways+workers), settings: append([]string{
		"OCR_JOBS_NATS_URLS=" + strings.Join(nodes.urls, ","), "OCR_JOBS_NATS_REPLICAS=3", "OCR_JOBS_NATS_ACK_WAIT=3s",
		"OCR_BLOB_DIR=" + filepath.Join(t.TempDir(), "blobs"), "OCR_JOBS_TASK_PAGES=8", "OCR_JOBS_PARALLEL=2",
		"OCR_VLLM_ENDPOINTS=" + model, "OCR_LAYOUT_SIDECAR=off", "OCR_SERVER_MAX_BATCH_FILES=1000",
	}, settings...)}
	for i := range f.parts {
		f.start(i)
	}
	return f
}

func (f *fleet) start(i int) {
	f.t.Helper()
	if i < f.gateways {
		f.parts[i] = program.Serve(f.t, f.settings...)
		return
	}
	cmd := program.Command(f.t, "worker")
	cmd.Env = append(cmd.Env, f.settings...)
	f.parts[i] = program.Start(f.t, cmd)
}

// get asks the gateways in turn until one answers; what it answers is read into to.
func (f *fleet) get(path string, to any) {
	f.t.Helper()
	var last string
	if !waitFor(patience, func() bool {
		for _, gateway := range f.parts[:f.gateways] {
			res, err := http.Get(gateway.URL + path)
			if err != nil {
				last = err.Error()
				continue
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err == nil && res.StatusCode == http.StatusOK {
				return json.Unmarshal(body, to) == nil
			}
			last = fmt.Sprintf("%d %.300s (%v)", res.StatusCode, body, err)
		}
		return false
	}) {
		f.t.Fatalf("GET %s: %s", path, last)
	}
}

// fault kills something at random and starts it again a little later.
func (f *fleet) fault(random *rand.Rand) {
	f.t.Helper()
	time.Sleep(time.Duration(random.IntN(1500)) * time.Millisecond) // when is a matter of chance
	if victim := random.IntN(7); victim < 4 {
		f.parts[victim].Kill(f.t)
		f.start(victim)
	} else {
		f.nats.kill(victim - 4)
		time.Sleep(time.Duration(random.IntN(1000)) * time.Millisecond)
		f.nats.start(victim - 4)
	}
}

// TestClusterLosesNothing: gateways, workers and NATS servers are killed one after the other
// while documents are read. Every page is there once.
func TestClusterLosesNothing(t *testing.T) {
	pages, images, rounds := form(60, 400), form(20, 1000), form(4, 20)
	var asked atomic.Int32
	model := httptest.NewServer(enginetest.NewFake(enginetest.Config{Slots: 8, Latency: form(400*time.Millisecond, 500*time.Millisecond), Answer: func(q enginetest.Request) enginetest.Answer {
		asked.Add(1)
		return enginetest.Script(q)
	}}))
	defer model.Close()
	f := newFleet(t, model.URL, 2, 2)
	start := time.Now()
	ids := []string{
		parse[jobView](t, talk(t, "POST", f.parts[0].URL+"/api/ocr/jobs", "application/pdf", textPDF(pages, 0), 202)).ID,
		parse[jobView](t, talk(t, "POST", f.parts[1].URL+"/api/ocr/jobs", "application/json", imagesJSON(t, images), 202)).ID,
	}
	random := rand.New(rand.NewPCG(*seed, 1))
	for range rounds {
		f.fault(random)
	}
	f.wholeDocument(ids[0], pages)
	f.allImages(ids[1], images)
	redone := int(asked.Load()) - pages - images
	t.Logf("%d pages and %d images with %d kills in %.1f s: %d pages were read again", pages, images, rounds, time.Since(start).Seconds(), redone)
	if redone > rounds*inWork {
		t.Errorf("%d pages were read again: a process has at most %d in work", redone, inWork)
	}
}

// inWork is how many pages a process of the fleet has in work at most: its tasks, with their
// pages.
const inWork = 2 * 8

// imagesJSON asks for as many images.
func imagesJSON(t *testing.T, n int) []byte {
	t.Helper()
	image, err := os.ReadFile(filepath.Join(program.Root(), "testdata", "sample.png"))
	if err != nil {
		t.Fatal(err)
	}
	files := make([][]byte, n)
	for i := range files {
		files[i] = image
	}
	body, err := json.Marshal(map[string]any{"files": files})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func (f *fleet) ended(id string) {
	f.t.Helper()
	var job jobView
	if !waitFor(5*patience, func() bool {
		f.get("/api/ocr/jobs/"+id+"?wait=5s", &job)
		return job.State != "queued" && job.State != "running"
	}) || job.State != "succeeded" {
		f.t.Errorf("the job has not succeeded: %+v", job)
	}
}

func (f *fleet) wholeDocument(id string, pages int) {
	f.t.Helper()
	f.ended(id)
	var res struct {
		Status string
		Pages  []struct {
			Number int
			Status string
		}
	}
	f.get("/api/ocr/jobs/"+id+"/result", &res)
	for i, p := range res.Pages {
		if p.Number != i+1 || p.Status != "ok" {
			f.t.Errorf("at %d is page %d, %s", i, p.Number, p.Status)
		}
	}
	if len(res.Pages) != pages || res.Status != "ok" {
		f.t.Errorf("%d of %d pages, %s", len(res.Pages), pages, res.Status)
	}
}

func (f *fleet) allImages(id string, images int) {
	f.t.Helper()
	f.ended(id)
	var res struct {
		Items []struct {
			Status string
			Result struct{ Pages []struct{ Number int } }
		}
	}
	f.get("/api/ocr/jobs/"+id+"/result", &res)
	if len(res.Items) != images {
		f.t.Errorf("%d of %d images", len(res.Items), images)
	}
	for i, item := range res.Items {
		if item.Status != "ok" || len(item.Result.Pages) != 1 {
			f.t.Errorf("image %d is %s with %d pages", i, item.Status, len(item.Result.Pages))
		}
	}
}

// TestWorkersAddUp measures how many pages a second as many workers read, each as fast as
// its slots at the model allow. The model is slow and the slots few, so that the machine has next
// to nothing to do: what does not add up is lost between the workers.
func TestWorkersAddUp(t *testing.T) {
	if !*long {
		t.Skip("it measures: -long")
	}
	model := httptest.NewServer(enginetest.NewFake(enginetest.Config{Slots: 1000, Latency: 2 * time.Second}))
	defer model.Close()
	for _, workers := range []int{1, 2, 4} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			pages := 60 * workers
			f := newFleet(t, model.URL, 1, workers, "OCR_PIPELINE_REGION_SLOTS=2", "OCR_JOBS_TASK_PAGES=2", "OCR_JOBS_PARALLEL=3")
			f.parts[0].Kill(t) // it would read, too
			f.settings = append(f.settings, "OCR_JOBS_PARALLEL=0")
			f.start(0)
			start := time.Now()
			id := parse[jobView](t, talk(t, "POST", f.parts[0].URL+"/api/ocr/jobs", "application/pdf", textPDF(pages, 0), 202)).ID
			f.ended(id)
			t.Logf("%d workers: %.1f pages/s", workers, float64(pages)/time.Since(start).Seconds())
		})
	}
}

// TestClusterTellsOfEnds: while NATS servers are killed one after the other, addresses are told of the
// end of every job, with one id each.
func TestClusterTellsOfEnds(t *testing.T) {
	beside(t)
	const jobs = 12
	model := httptest.NewServer(enginetest.NewFake(enginetest.Config{Slots: 8, Latency: 100 * time.Millisecond}))
	defer model.Close()
	var mu sync.Mutex
	told := map[string]int{}
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		told[r.Header.Get("Webhook-Id")]++
	}))
	defer receiver.Close()
	secret := "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32))
	f := newFleet(t, model.URL, 1, 2, "OCR_WEBHOOK_SECRETS="+secret, "OCR_WEBHOOK_ALLOW_HTTP=true", "OCR_WEBHOOK_ALLOWED_NETWORKS=127.0.0.0/8")
	want := map[string]bool{}
	for n := range jobs {
		var job jobView
		if !waitFor(patience, func() bool { // while a server is down, a request may have to be sent again
			res, err := http.Post(f.parts[0].URL+"/api/ocr/jobs?webhook_url="+receiver.URL, "application/pdf", bytes.NewReader(textPDF(2, 0)))
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			return res.StatusCode == http.StatusAccepted && json.NewDecoder(res.Body).Decode(&job) == nil
		}) {
			t.Fatal("no job is accepted")
		}
		want["msg_"+job.ID] = true
		if n%4 == 3 {
			node := n / 4
			f.nats.kill(node)
			f.nats.start(node)
		}
	}
	all := func() bool {
		mu.Lock()
		defer mu.Unlock()
		for id := range want {
			if told[id] == 0 {
				return false
			}
		}
		return true
	}
	if !waitFor(2*patience, all) { // one that was taken when its server died comes again after two minutes
		t.Errorf("of %d jobs these were told: %v", jobs, told)
	}
	mu.Lock()
	defer mu.Unlock()
	for id, n := range told {
		if n > 1 {
			t.Logf("%s was told %d times", id, n)
		}
	}
}
