package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ocr-gateway/blob"
	"ocr-gateway/document"
	sentfiles "ocr-gateway/files"
	"ocr-gateway/jobs"
	"ocr-gateway/jobs/seal"
	"ocr-gateway/server"
	"ocr-gateway/service"
)

const jobsURL = "/api/ocr/jobs"

// withJobs has a server keep jobs.
func withJobs(t *testing.T, change ...func(*jobs.Config)) func(*server.Config, *deps) {
	return func(cfg *server.Config, d *deps) {
		t.Helper()
		c := jobs.DefaultConfig()
		c.Dir = t.TempDir()
		for _, f := range change {
			f(&c)
		}
		svc, err := service.New(cfg.Config, d.Parts, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		blobs, err := blob.Open(blob.Config{Dir: filepath.Join(c.Dir, "blobs")}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		sealer, err := seal.Load(filepath.Join(c.Dir, "key"))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := jobs.Open(t.Context(), c, jobs.Parts{
			Service: svc, Blobs: blobs, Sealer: sealer, Ready: func() bool { return true }, Whole: func(document.Options) bool { return false },
			CheckWebhook: func(string, string) error { return nil }, // nobody is told
		}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { kept.Close(context.Background()) })
		d.Jobs = kept
		d.Files = sentfiles.New(sentfiles.DefaultConfig(), cfg.MaxUploadBytes, blobs, slog.New(slog.DiscardHandler))
	}
}

// job submits documents with scripts and gives the job.
func (a *api) job(scripts ...string) map[string]any {
	a.t.Helper()
	f := newForm()
	for i, s := range scripts {
		f.file("files", fmt.Sprintf("%d.pdf", i), s)
	}
	r := a.postForm(jobsURL, f)
	job := r.want(202, "")
	if at := r.header.Get("Location"); at != jobsURL+"/"+job["id"].(string) {
		a.t.Errorf("Location %q", at)
	}
	return job
}

// endedJob submits a job and waits for its end.
func (a *api) endedJob(scripts ...string) string {
	a.t.Helper()
	id := a.job(scripts...)["id"].(string)
	if job := a.get(jobsURL+"/"+id+"?wait=1m").want(200, ""); job["ended_at"] == nil {
		a.t.Fatalf("the job has not ended: %v", job)
	}
	return id
}

func TestJobIsAnsweredAsTheDirectRoute(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	for _, script := range []string{"pages:3", "pages:3 fail:2"} {
		direct := a.post(documentURL, "application/pdf", []byte(script)).want(200, "")
		id := a.endedJob(script)
		got := a.get(jobsURL+"/"+id+"/result").want(200, "")
		for _, each := range []map[string]any{direct, got} {
			delete(each, "id")
			delete(each, "timings_ms")
			delete(each["summary"].(map[string]any), "regions") // the scripted pipeline does not count them
			delete(each, "usage")
		}
		if fmt.Sprint(got) != fmt.Sprint(direct) {
			t.Errorf("%s: the job gives\n%v\nthe route\n%v", script, got, direct)
		}
	}
	id := a.endedJob("pages:2")
	for accept, want := range map[string]string{"text/plain": "text of page 1\n\ntext of page 2", "text/markdown": "**text of page 1**\n\n**text of page 2**"} {
		req := a.request("GET", jobsURL+"/"+id+"/result", "", nil)
		req.Header.Set("Accept", accept)
		if r := a.do(req); r.status != 200 || string(r.body) != want {
			t.Errorf("%s: %d %q", accept, r.status, r.body)
		}
	}
	if r := a.get(jobsURL + "/" + id + "/result?format=markdown"); !strings.HasPrefix(r.header.Get("Content-Type"), "text/markdown") {
		t.Errorf("format=markdown gives %s", r.header.Get("Content-Type"))
	}
	page := a.get(jobsURL+"/"+id+"/pages/2").want(200, "")
	if page["number"] != 2.0 || page["markdown"] != "**text of page 2**" {
		t.Errorf("page 2: %v", page)
	}
}

// TestResultAsLines has every page and sums up, and needs no memory for all of them.
func TestResultAsLines(t *testing.T) {
	a := start(t, scripted(), withJobs(t, func(c *jobs.Config) { c.ResultMemory = 4000 }))
	lines := func(id string) []map[string]any {
		r := a.get(jobsURL + "/" + id + "/result?format=ndjson")
		if r.status != 200 || r.header.Get("Content-Type") != "application/x-ndjson" || r.header.Get("X-Job-State") == "" {
			t.Fatalf("%d %v: %s", r.status, r.header, r.body)
		}
		var all []map[string]any
		for line := range strings.Lines(string(r.body)) {
			var one map[string]any
			if err := json.Unmarshal([]byte(line), &one); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			all = append(all, one)
		}
		return all
	}
	id := a.endedJob("pages:9 fail:2")
	if got := a.get(jobsURL+"/"+id+"/result").want(413, "too_large"); got["limit"] != "jobs.result_memory" {
		t.Errorf("a result that is too large: %v", got)
	}
	all, seen := lines(id), map[any]bool{}
	for _, page := range all[:len(all)-1] {
		seen[page["number"]] = true
	}
	if end := all[len(all)-1]; len(seen) != 9 || end["status"] != "partial" || end["summary"].(map[string]any)["ok"] != 8.0 {
		t.Errorf("%d pages, and at the end %v", len(seen), end)
	}
	all = lines(a.endedJob("pages:2 fail:1 fail:2"))
	if end := all[len(all)-1]; len(all) != 3 || end["status"] != "failed" || end["error"] == nil {
		t.Errorf("of pages that all failed: %v", all)
	}
	small := a.endedJob("pages:1")
	for range 20 { // what a result has taken is given back
		a.get(jobsURL+"/"+small+"/result").want(200, "")
	}
	a.get(jobsURL+"/"+a.endedJob("error:password_required")+"/result?format=ndjson").want(422, "password_required")
	a.get(jobsURL+"/"+a.endedJob("pages:1", "pages:2")+"/result?format=ndjson").want(422, "invalid_request")
	a.get(jobsURL+"/"+id+"/result?format=ndjson&file=1").want(404, "not_found")
}

func TestJobsOfSeveralFiles(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	id := a.endedJob("pages:1", "error:password_required", "pages:2")
	res := a.get(jobsURL+"/"+id+"/result").want(200, "")
	items := res["items"].([]any)
	if res["state"] != "partial" || len(items) != 3 {
		t.Fatalf("%v", res)
	}
	for i, want := range []string{"ok", "failed", "ok"} {
		if got := items[i].(map[string]any)["status"]; got != want {
			t.Errorf("file %d is %v", i, got)
		}
	}
	if one := a.get(jobsURL+"/"+id+"/result?file=2").want(200, ""); len(one["pages"].([]any)) != 2 {
		t.Errorf("file 2: %v", one)
	}
	a.get(jobsURL+"/"+id+"/result?file=1").want(422, "password_required")
	a.get(jobsURL+"/"+id+"/result?format=markdown").want(422, "invalid_request")
}

func TestRoutesAnswerLater(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	for url, f := range map[string]*formBody{
		documentURL: newForm().file("file", "a.pdf", "pages:2"),
		extractURL:  newForm().file("file", "a.pdf", "pages:2").field("schema", `{"name":""}`),
		batchURL:    newForm().file("images", "a.png", "pages:1").file("images", "b.png", "pages:1").field("task", "text"),
	} {
		body, contentType := f.encode()
		req := a.request("POST", url, contentType, body)
		req.Header.Set("Prefer", "respond-async, wait=10")
		r := a.do(req)
		id := r.want(202, "")["id"].(string)
		if r.header.Get("Preference-Applied") != "respond-async" {
			t.Errorf("%s: Preference-Applied %q", url, r.header.Get("Preference-Applied"))
		}
		if job := a.get(jobsURL+"/"+id+"?wait=60").want(200, ""); job["state"] != "succeeded" {
			t.Errorf("%s: %v", url, job)
		}
		a.get(jobsURL+"/"+id+"/result").want(200, "")
	}
}

// events reads a stream to its end.
func (a *api) events(id, last string) (status int, ids, names []string) {
	a.t.Helper()
	req := a.request("GET", jobsURL+"/"+id+"/events", "", nil)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := a.client.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if id, is := strings.CutPrefix(lines.Text(), "id: "); is {
			ids = append(ids, id)
		}
		if name, is := strings.CutPrefix(lines.Text(), "event: "); is {
			names = append(names, name)
		}
	}
	return res.StatusCode, ids, names
}

func TestEventsGoOnWhereTheClientWas(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	id := a.job("pages:3 fail:2")["id"].(string)
	_, ids, names := a.events(id, "")
	want := []string{
		"job.accepted", "file.opened", "job.progress", "page.completed", "job.progress", "page.failed", "job.progress",
		"page.completed", "job.progress", "document.partial",
	}
	if fmt.Sprint(names) != fmt.Sprint(want) {
		t.Fatalf("events %v", names)
	}
	for i := range ids {
		if ids[i] != fmt.Sprint(i+1) {
			t.Fatalf("ids %v", ids)
		}
		status, rest, _ := a.events(id, ids[i])
		if i == len(ids)-1 {
			if status != http.StatusNoContent {
				t.Errorf("after the last event: %d", status)
			}
			continue
		}
		if status != 200 || fmt.Sprint(rest) != fmt.Sprint(ids[i+1:]) {
			t.Errorf("after %s: %d, %v", ids[i], status, rest)
		}
	}
}

func TestKeysOfRequests(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	send := func(key, script string) reply {
		req := a.request("POST", jobsURL, "application/pdf", []byte(script))
		req.Header.Set("Idempotency-Key", key)
		return a.do(req)
	}
	id := send("k", "pages:1").want(202, "")["id"]
	if again := send("k", "pages:1").want(202, "")["id"]; again != id {
		t.Errorf("the same request is job %v, then %v", id, again)
	}
	send("k", "pages:2").want(422, "idempotency_key_reused")
	send(strings.Repeat("k", 256), "pages:1").want(422, "invalid_request")
	send("ключ", "pages:1").want(422, "invalid_request")
}

// TestBadRequestsForJobs are answered so that nothing can be learnt of other clients' jobs.
func TestBadRequestsForJobs(t *testing.T) {
	a := start(t, scripted(), withJobs(t), func(c *server.Config, _ *deps) { c.APIKeys = []string{"alice-key", "bob-key-1"} })
	as := func(key, method, path string, body ...string) *http.Request {
		req := a.request(method, path, "", []byte(strings.Join(body, "")))
		req.Header.Set("X-API-Key", key)
		return req
	}
	id, _ := a.do(as("alice-key", "POST", jobsURL, "pages:2")).want(202, "")["id"].(string)
	a.do(as("alice-key", "GET", jobsURL+"/"+id+"?wait=60s")).want(200, "")
	unknown := strings.Repeat("0", 8) + id[8:]
	for _, tt := range []struct {
		req    *http.Request
		status int
		code   string
	}{
		{as("eve", "GET", jobsURL+"/"+id), 401, "unauthorized"},
		{as("bob-key-1", "GET", jobsURL+"/"+id), 404, "not_found"},
		{as("bob-key-1", "DELETE", jobsURL+"/"+id), 404, "not_found"},
		{as("bob-key-1", "GET", jobsURL+"/"+id+"/result"), 404, "not_found"},
		{as("bob-key-1", "GET", jobsURL+"/"+id+"/events"), 404, "not_found"},
		{as("bob-key-1", "GET", jobsURL+"/"+id+"/pages/1"), 404, "not_found"},
		{as("alice-key", "GET", jobsURL+"/"+unknown), 404, "not_found"},
		{as("alice-key", "GET", jobsURL+"/..%2f..%2fkey"), 404, "not_found"},
		{as("alice-key", "GET", jobsURL+"/*"), 404, "not_found"},
		{as("alice-key", "GET", jobsURL+"/"+strings.ToUpper(id)), 404, "not_found"},
		{as("alice-key", "GET", jobsURL+"/"+id+"?wait=forever"), 422, "invalid_request"},
		{as("alice-key", "GET", jobsURL+"/"+id+"?wait=2h"), 422, "invalid_request"},
		{as("alice-key", "GET", jobsURL+"/"+id+"?wiat=20s"), 422, "invalid_request"},
		{as("alice-key", "GET", jobsURL+"/"+id+"/pages/0"), 422, "invalid_request"},
		{as("alice-key", "GET", jobsURL+"/"+id+"/pages/3"), 404, "not_found"},
		{as("alice-key", "GET", jobsURL+"/"+id+"/pages/1?file=1"), 404, "not_found"},
		{as("alice-key", "GET", jobsURL+"/"+id+"/pages/1?file=-1"), 422, "invalid_request"},
		{as("alice-key", "GET", jobsURL+"/"+id+"/result?file=9"), 404, "not_found"},
		{as("alice-key", "GET", jobsURL+"/"+id+"/result?format=docx"), 422, "invalid_request"},
		{as("alice-key", "GET", jobsURL+"?cursor=nonsense!"), 422, "invalid_request"},
		{as("alice-key", "GET", jobsURL+"?status=sleeping"), 422, "invalid_request"},
		{as("alice-key", "GET", jobsURL+"?limit=0"), 422, "invalid_request"},
		{as("alice-key", "PUT", jobsURL+"/"+id), 405, "method_not_allowed"},
		{as("alice-key", "POST", jobsURL), 400, "malformed_body"},
		{as("alice-key", "POST", jobsURL+"?priority=urgent", "pages:1"), 422, "invalid_request"},
		{as("alice-key", "POST", jobsURL+"?kind=magic", "pages:1"), 422, "invalid_request"},
		{as("alice-key", "POST", jobsURL+"?kind=document&schema={}", "pages:1"), 422, "invalid_request"},
		{as("alice-key", "POST", jobsURL+"?dpi=7", "pages:1"), 422, "invalid_request"},
		{as("alice-key", "POST", jobsURL+"?deadline_ms=0", "pages:1"), 422, "invalid_request"},
	} {
		a.do(tt.req).want(tt.status, tt.code)
	}
	req := as("alice-key", "GET", jobsURL+"/"+id+"/events")
	req.Header.Set("Last-Event-ID", "latest")
	a.do(req).want(422, "invalid_request")
	if list := a.do(as("bob-key-1", "GET", jobsURL)).want(200, ""); len(list["jobs"].([]any)) != 0 {
		t.Errorf("bob's list: %v", list)
	}
}

func TestListsInParts(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	var want []string
	for range 5 {
		want = append([]string{a.endedJob("pages:1")}, want...)
	}
	var got []string
	for path := jobsURL + "?limit=2&status=succeeded,failed"; ; {
		list := a.get(path).want(200, "")
		for _, job := range list["jobs"].([]any) {
			got = append(got, job.(map[string]any)["id"].(string))
		}
		next, more := list["next_cursor"].(string)
		if !more {
			break
		}
		path = jobsURL + "?limit=2&cursor=" + next
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	if list := a.get(jobsURL+"?status=running").want(200, ""); len(list["jobs"].([]any)) != 0 {
		t.Errorf("running: %v", list)
	}
}

func TestNoJobsAreKept(t *testing.T) {
	a := start(t, scripted(), func(_ *server.Config, d *deps) { d.NoJobs = server.NoJobs("jobs.enabled is false") })
	a.get(jobsURL).want(501, "jobs_disabled")
	a.post(jobsURL, "application/pdf", []byte("pages:1")).want(501, "jobs_disabled")
	req := a.request("POST", documentURL, "application/pdf", []byte("pages:1"))
	req.Header.Set("Prefer", "respond-async")
	a.do(req).want(501, "jobs_disabled")
}

func TestJobsAreRefusedAboveLimits(t *testing.T) {
	a := start(t, scripted(), withJobs(t, func(c *jobs.Config) { c.MaxJobsPerClient, c.Parallel = 1, 0 }))
	a.job("pages:1")
	if p := a.post(jobsURL, "application/pdf", []byte("pages:1")).want(429, "too_many_requests"); p["limit"] != "jobs.max_jobs_per_client" {
		t.Errorf("%v", p)
	}
}

func TestJobsExpire(t *testing.T) {
	a := start(t, scripted(), withJobs(t, func(c *jobs.Config) { c.Parallel, c.Deadline = 0, 50*time.Millisecond }))
	id := a.job("pages:1")["id"].(string)
	if job := a.get(jobsURL+"/"+id+"?wait=1m").want(200, ""); job["state"] != "expired" {
		t.Errorf("%v", job)
	}
	a.get(jobsURL+"/"+id+"/result").want(200, "")
}

// TestWebhookOfJob: how far it is that an address is told can be seen, by its owner only,
// and asked for again.
func TestWebhookOfJob(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	id := a.endedJob("pages:1")
	a.get(jobsURL+"/"+id+"/webhook").want(404, "not_found")
	id = a.postForm(jobsURL, newForm().file("file", "a.pdf", "pages:1").field("webhook_url", "https://example.org/hook")).want(202, "")["id"].(string)
	a.get(jobsURL+"/"+id+"?wait=1m").want(200, "")
	for _, r := range []reply{a.get(jobsURL + "/" + id + "/webhook"), a.post(jobsURL+"/"+id+"/webhook", "", nil)} {
		var v map[string]any
		if r.status == 202 {
			v = r.want(202, "")
		} else {
			v = r.want(200, "")
		}
		if v["url"] != "https://example.org/hook" || v["status"] != "pending" || len(v["attempts"].([]any)) != 0 {
			t.Errorf("%v", v)
		}
	}
	a.get(jobsURL+"/3f2b8c1e-9a4d-4c53-8a21-7d0e5b6c9f10/webhook").want(404, "not_found")
}
