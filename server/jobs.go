package server

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
	"ocr-gateway/jobs/record"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/form"
	"ocr-gateway/server/guard"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
	"ocr-gateway/service/admission"
)

const jobsPath = "/api/ocr/jobs"

// jobRoutes registers the addresses of jobs.
func (s *Server) jobRoutes(e *echo.Echo, work []echo.MiddlewareFunc) {
	kept := []echo.MiddlewareFunc{s.authorize, s.keepsJobs}
	e.POST(jobsPath, s.submit, slices.Concat(work, []echo.MiddlewareFunc{s.keepsJobs})...)
	e.GET(jobsPath, s.listJobs, kept...)
	e.GET(jobsPath+"/:id", s.showJob, kept...)
	e.DELETE(jobsPath+"/:id", s.cancelJob, kept...)
	e.GET(jobsPath+"/:id/result", s.jobResult, kept...)
	e.GET(jobsPath+"/:id/pages/:page", s.jobPage, kept...)
	e.GET(jobsPath+"/:id/events", s.jobEvents, kept...)
	e.GET(jobsPath+"/:id/webhook", s.jobWebhook, kept...)
	e.POST(jobsPath+"/:id/webhook", s.tellAgain, kept...)
}

// keepsJobs refuses where no jobs are kept.
func (s *Server) keepsJobs(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := s.jobsThere(); err != nil {
			return err
		}
		return next(c)
	}
}

// jobsThere is why no jobs are kept; nil where they are.
func (s *Server) jobsThere() error {
	if s.deps.Jobs == nil {
		return document.Problemf(document.CodeJobsDisabled, document.PhaseAdmission, "this server keeps no jobs: %s", s.deps.NoJobs)
	}
	return nil
}

// owner is whose jobs a request may see.
func (s *Server) owner(c echo.Context) string {
	return s.guard.Owner(callerOf(c))
}

// prefersAsync reports whether the client wants to hear of the result later (RFC 7240).
func prefersAsync(r *http.Request) bool {
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

// jobKind is everything that a job may be asked with.
func (s *Server) jobKind() service.Kind {
	options := []string{"kind", "priority", jobs.OptionWebhook, form.FileIDs}
	for _, k := range []service.Kind{service.Document, service.Extract, service.Recognize} {
		for _, name := range k.Options {
			if !slices.Contains(options, name) {
				options = append(options, name)
			}
		}
	}
	return service.Kind{Files: []string{"file", "files", "image"}, Many: s.cfg.MaxBatchFiles, Options: options}
}

func (s *Server) submit(c echo.Context) error { return s.submitAs(c, "", s.jobKind()) }

// mayQueue refuses jobs of keys with pages to count.
func mayQueue(caller guard.Caller) error {
	if caller.Holder == nil || caller.Holder.PagesPerDay == 0 {
		return nil
	}
	return document.Problemf(problem.CodeForbidden, document.PhaseAdmission,
		"the key %s has a number of pages a day, and the pages of jobs are not counted: send this without a job", caller.Name)
}

// submitAs makes a request of a kind a job; empty leaves it to the request.
func (s *Server) submitAs(c echo.Context, name string, kind service.Kind) error {
	if s.deps.Jobs == nil {
		return s.jobsThere()
	}
	if err := mayQueue(callerOf(c)); err != nil {
		return err
	}
	key, err := idempotencyKey(c.Request())
	if err != nil {
		return err
	}
	ticket := c.Get(ticketName).(*admission.Ticket)
	req, err := s.decode(c.Request(), ticket, kind)
	if err != nil {
		return err
	}
	defer req.Close()
	if err := s.addSent(c.Request().Context(), s.owner(c), req, ticket); err != nil {
		return err
	}
	want, err := s.wanted(name, req)
	if err != nil {
		return err
	}
	want.Owner, want.Key = s.owner(c), key
	job, err := s.deps.Jobs.Submit(c.Request().Context(), want)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Location", jobsPath+"/"+job.ID)
	if prefersAsync(c.Request()) {
		c.Response().Header().Set("Preference-Applied", "respond-async")
	}
	return answer.WriteJSON(c, http.StatusAccepted, answer.JSON, s.viewOf(job))
}

// wanted is the job that a request asks for.
func (s *Server) wanted(name string, req *form.Request) (jobs.Request, error) {
	want := jobs.Request{Kind: name, Values: req.Values, Sources: req.Sources}
	values := req.Values
	take := func(name string) string { v := values[name]; delete(values, name); return strings.TrimSpace(v) }
	if ms := take("deadline_ms"); ms != "" {
		n, err := strconv.Atoi(ms)
		if most := int(s.deps.Jobs.Deadline().Milliseconds()); err != nil || n < 1 || n > most {
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

// asked are the query parameters of a request for a job; others than those named are
// refused.
func asked(c echo.Context, names ...string) (map[string]string, error) {
	values := map[string]string{}
	for name, all := range c.QueryParams() {
		switch {
		case !slices.Contains(names, name):
			return nil, service.Kind{Options: names}.Unknown(name)
		case len(all) > 1:
			return nil, document.Invalid(name, "%s was given twice", name)
		}
		values[name] = all[0]
	}
	return values, nil
}

// maxWait is how long a client may have an answer held back.
const maxWait = time.Minute

func (s *Server) showJob(c echo.Context) error {
	values, err := asked(c, "wait")
	if err != nil {
		return err
	}
	var wait time.Duration
	if text := values["wait"]; text != "" {
		wait, err = time.ParseDuration(text)
		if seconds, notNumber := strconv.Atoi(text); notNumber == nil {
			wait, err = time.Duration(seconds)*time.Second, nil
		}
		if err != nil || wait < 0 || wait > maxWait {
			return document.Invalid("wait", "wait must be a time from 0s to %s such as 20s, not %q", maxWait, clip.Text(text))
		}
	}
	job, err := s.deps.Jobs.Wait(c.Request().Context(), s.owner(c), c.Param("id"), wait)
	if err != nil {
		return err
	}
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, s.viewOf(job))
}

func (s *Server) cancelJob(c echo.Context) error {
	if _, err := asked(c); err != nil {
		return err
	}
	job, err := s.deps.Jobs.Cancel(c.Request().Context(), s.owner(c), c.Param("id"))
	if err != nil {
		return err
	}
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, s.viewOf(job))
}
