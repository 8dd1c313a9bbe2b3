package jobroutes

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/jobs"
	"ocr-gateway/jobs/record"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/form"
)

// resultAnswer is what there is of a job with several files.
type resultAnswer struct {
	ID    string       `json:"id"`
	State record.State `json:"state"`
	Items []resultItem `json:"items"`
}

type resultItem struct {
	Index    int               `json:"index"` // from 0
	Filename string            `json:"filename"`
	Status   string            `json:"status"` // queued, ok, partial, canceled or failed
	Result   any               `json:"result,omitempty"`
	Error    *document.Problem `json:"error,omitempty"`
}

// result answers as the direct routes do, with what there is: 202 until the job has
// ended.
func (r *Routes) result(c echo.Context) error {
	values, err := asked(c, "file", "format")
	if err != nil {
		return err
	}
	file := -1
	if text, given := values["file"]; given {
		if file, err = fileIndex(text); err != nil {
			return err
		}
	}
	lines, err := r.wantsLines(c, values["format"])
	switch {
	case err != nil:
		return err
	case lines:
		return r.lines(c, file)
	}
	res, err := r.Jobs.Result(c.Request().Context(), r.Owner(c), c.Param("id"), file)
	if err != nil {
		return err
	}
	media, err := r.resultMedia(c, values["format"], res)
	if err != nil {
		return err
	}
	status := http.StatusAccepted
	if res.Job.State.Ended() {
		status = http.StatusOK
	}
	c.Response().Header().Set("X-Job-State", string(res.Job.State))
	if len(res.Items) == 1 {
		return r.itemAnswer(c, status, media, res)
	}
	if media != answer.JSON {
		return document.Invalid("file", "this job has %d files, and %s takes one: choose it with file=0 and so on, or ask for %s", len(res.Items), media, answer.JSON)
	}
	all := resultAnswer{ID: res.Job.ID, State: res.Job.State, Items: make([]resultItem, len(res.Items))}
	for i, item := range res.Items {
		if all.Items[i], err = r.itemOf(c, i, item, res); err != nil {
			return err
		}
	}
	return answer.WriteJSON(c, status, answer.JSON, all)
}

// resultMedia is the type of the answer: that of a format by its name, what the client
// likes best, or what the job was asked with.
func (r *Routes) resultMedia(c echo.Context, format string, res *jobs.Result) (string, error) {
	if format == "json" {
		return answer.JSON, nil
	}
	if asked := res.Options.Format; format == "" && asked != nil && c.Request().Header.Get("Accept") == "" {
		return asked.MediaType, nil
	}
	if format == "" {
		return answer.Negotiate(c.Request(), r.Formats.Media(answer.JSON)...)
	}
	for _, f := range r.Formats {
		if f.Name == format {
			return f.MediaType, nil
		}
	}
	return "", document.Invalid("format", "there is no format %q", clip.Text(format))
}

func fileIndex(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, document.Invalid("file", "file must be a whole number from 0, the first file, not %q", clip.Text(text))
	}
	return n, nil
}

// itemAnswer is the answer of a job with one file, as the direct route gives it.
func (r *Routes) itemAnswer(c echo.Context, status int, media string, res *jobs.Result) error {
	item := res.Items[0]
	if item.Problem != nil {
		return item.Problem
	}
	if res.Job.Kind == jobs.KindExtract && media != answer.JSON {
		return document.Invalid("format", "fields come as JSON only")
	}
	if item.Result == nil { // not opened
		item.Result = &document.Result{ID: res.Job.ID, Status: document.StatusPartial, Pages: []document.PageResult{}}
		if res.Job.State.Ended() {
			item.Result.Status = document.StatusCanceled
		}
	}
	call := &answer.Call{Request: &form.Request{}, Options: res.Options, Media: media}
	defer call.Close()
	v, err := r.shown(c, call, item, res.Job.Kind)
	if err != nil {
		return err
	}
	return r.Formats.Send(c, status, call, item.Result, v)
}

// shown is an item in the shape of its kind. Formats may look at the file, which call then
// has.
func (r *Routes) shown(c echo.Context, call *answer.Call, item jobs.Item, kind string) (any, error) {
	switch {
	case item.Fields != nil:
		item.Fields.Timings = answer.Timings(item.Fields.Timings)
		return item.Fields, nil
	case call.Media == answer.JSON && kind == jobs.KindText:
		return answer.RecognitionOf(item.Result, call.Options.Task), nil
	}
	if call.Media != answer.JSON || len(call.Options.Formats) > 0 {
		src, err := r.Jobs.Source(c.Request().Context(), item)
		if err != nil {
			return nil, err
		}
		call.Sources = []*document.Source{src}
	}
	return call.Document(c.Request().Context(), item.Result)
}

func (r *Routes) itemOf(c echo.Context, i int, item jobs.Item, res *jobs.Result) (resultItem, error) {
	a := resultItem{Index: i, Filename: item.File.Name, Status: string(record.Queued), Error: item.Problem}
	switch {
	case item.Problem != nil:
		a.Status = string(document.StatusFailed)
	case item.Result != nil:
		call := &answer.Call{Request: &form.Request{}, Options: res.Options, Media: answer.JSON}
		defer call.Close()
		v, err := r.shown(c, call, item, res.Job.Kind)
		if err != nil {
			return a, err
		}
		a.Status, a.Result = string(item.Result.Status), v
	}
	return a, nil
}

// page is one page that is done.
func (r *Routes) page(c echo.Context) error {
	values, err := asked(c, "file")
	if err != nil {
		return err
	}
	_, page, err := r.pageOf(c, values)
	if err != nil {
		return err
	}
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, answer.WithRegions(page))
}

// pageOf is the page that the address of a request names, with the file that it is of.
func (r *Routes) pageOf(c echo.Context, values map[string]string) (file int, page document.PageResult, err error) {
	if text, given := values["file"]; given {
		if file, err = fileIndex(text); err != nil {
			return 0, page, err
		}
	}
	n, err := strconv.Atoi(c.Param("page"))
	if err != nil || n < 1 {
		return 0, page, document.Invalid("page", "a page is a whole number from 1, not %q", clip.Text(c.Param("page")))
	}
	page, err = r.Jobs.Page(c.Request().Context(), r.Owner(c), c.Param("id"), file, n)
	return file, page, err
}
