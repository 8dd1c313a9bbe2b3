package jobroutes

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/jobs"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/form"
	"ocr-gateway/server/guard"
	"ocr-gateway/service"
	"ocr-gateway/service/admission"
)

// PrefersAsync reports whether the client wants to hear of the result later (RFC 7240).
func PrefersAsync(r *http.Request) bool {
	for _, header := range r.Header.Values("Prefer") {
		for preference := range strings.SplitSeq(header, ",") {
			name, _, _ := strings.Cut(preference, ";")
			if strings.EqualFold(strings.TrimSpace(name), "respond-async") {
				return true
			}
		}
	}
	return false
}

// Kind is everything that a job may be asked with.
func (r *Routes) Kind() service.Kind {
	options := []string{"kind", "priority", jobs.OptionWebhook, form.FileIDs}
	for _, k := range []service.Kind{service.Document, service.Extract, service.Recognize} {
		for _, name := range k.Options {
			if !slices.Contains(options, name) {
				options = append(options, name)
			}
		}
	}
	return service.Kind{Files: []string{"file", "files", "image"}, Many: r.MaxFiles, Options: options}
}

func (r *Routes) submit(c echo.Context) error { return r.SubmitAs(c, "", r.Kind()) }

// PagesToday is how many pages the jobs of who asks have had opened today.
func (r *Routes) PagesToday(c echo.Context) int {
	if r.Jobs == nil {
		return 0
	}
	return r.Jobs.PagesToday(r.Owner(c))
}

// quota is how many pages of jobs the caller may have a day, 0 for any number. Who has none left
// today is refused; how many pages a file has is known when it is opened.
func (r *Routes) quota(caller guard.Caller, owner string) (int, error) {
	h := caller.Holder
	if h == nil || h.PagesPerDay == 0 {
		return 0, nil
	}
	if left, _ := h.Pages(0, r.Jobs.PagesToday(owner)); left == 0 {
		return 0, admission.Overdrawn(1, 0)
	}
	return h.PagesPerDay, nil
}

// SubmitAs makes a request of a kind a job; empty leaves it to the request.
func (r *Routes) SubmitAs(c echo.Context, name string, kind service.Kind) error {
	if r.Jobs == nil {
		return r.there()
	}
	if _, err := r.quota(r.Caller(c), r.Owner(c)); err != nil {
		return err // before the files are read
	}
	req, err := r.Read(c, kind)
	if err != nil {
		return err
	}
	defer req.Close()
	job, err := r.Take(c, name, req)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Location", path+"/"+job.ID)
	if PrefersAsync(c.Request()) {
		c.Response().Header().Set("Preference-Applied", "respond-async")
	}
	return answer.WriteJSON(c, http.StatusAccepted, answer.JSON, r.viewOf(job))
}

// Take makes a request that was read a job.
func (r *Routes) Take(c echo.Context, name string, req *form.Request) (index.Job, error) {
	if err := r.there(); err != nil {
		return index.Job{}, err
	}
	quota, err := r.quota(r.Caller(c), r.Owner(c))
	if err != nil {
		return index.Job{}, err
	}
	key, err := idempotencyKey(c.Request())
	if err != nil {
		return index.Job{}, err
	}
	want, err := r.wanted(name, req)
	if err != nil {
		return index.Job{}, err
	}
	want.Owner, want.Key, want.PagesPerDay = r.Owner(c), key, quota
	return r.Jobs.Submit(c.Request().Context(), want)
}

// EventsPath is where the events of a job are.
func EventsPath(job index.Job) string { return path + "/" + job.ID + "/events" }

// wanted is the job that a request asks for.
func (r *Routes) wanted(name string, req *form.Request) (jobs.Request, error) {
	want := jobs.Request{Kind: name, Values: req.Values, Sources: req.Sources}
	values := req.Values
	take := func(name string) string { v := values[name]; delete(values, name); return strings.TrimSpace(v) }
	if ms := take("deadline_ms"); ms != "" {
		n, err := strconv.Atoi(ms)
		if most := int(r.Jobs.Deadline().Milliseconds()); err != nil || n < 1 || n > most {
			return want, document.Invalid("deadline_ms", "deadline_ms of a job must be a whole number from 1 to %d, not %q", most, clip.Text(ms))
		}
		want.Timeout = time.Duration(n) * time.Millisecond
	}
	if p := take("priority"); p != "" {
		want.Priority = record.Priority(strings.ToLower(p))
		if !slices.Contains(record.Priorities, want.Priority) {
			return want, document.Invalid("priority", "there is no priority %q; known are high, normal, low", clip.Text(p))
		}
	}
	want.Webhook = take(jobs.OptionWebhook)
	if kind := take("kind"); kind != "" {
		want.Kind = strings.ToLower(kind)
	}
	if _, schema := values["schema"]; want.Kind == "" && schema {
		want.Kind = jobs.KindExtract
	}
	if want.Kind == "" {
		want.Kind = jobs.KindDocument
	}
	if !slices.Contains(jobs.Kinds, want.Kind) {
		return want, document.Invalid("kind", "there is no kind %q; known are %s", clip.Text(want.Kind), strings.Join(jobs.Kinds, ", "))
	}
	for _, src := range req.Sources {
		if src.Size == 0 {
			return want, document.Invalid("file", "the file %q is empty", src.Name)
		}
	}
	return want, nil
}

// maxKey is the longest Idempotency-Key.
const maxKey = 255

func idempotencyKey(r *http.Request) (string, error) {
	values := r.Header.Values("Idempotency-Key")
	if len(values) == 0 {
		return "", nil
	}
	key := values[0]
	unfit := func(c rune) bool { return c < ' ' || c > '~' }
	if len(values) > 1 || key == "" || len(key) > maxKey || strings.ContainsFunc(key, unfit) {
		return "", document.Invalid("Idempotency-Key", "the Idempotency-Key header must be 1 to %d printable ASCII characters, once", maxKey)
	}
	return key, nil
}
