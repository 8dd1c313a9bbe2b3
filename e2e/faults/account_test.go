package faults_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// account is how requests and their pages ended, as their clients see it.
type account struct {
	mu       sync.Mutex
	requests int
	pages    int // asked for
	ok       int // pages, partial ones too
	failed   int // pages that an answer reports as failed or cancelled
	refused  int // pages of requests that ended with a problem
	left     int // pages of requests that their client gave up
	retries  int
	lost     []string       // what is not accounted for, and why
	reasons  map[string]int // of pages that failed and requests that were refused
}

// add takes over how a request for pages ended.
func (a *account) add(pages int, e ending) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests++
	a.pages += pages
	a.retries += e.retries
	for _, reason := range e.reasons {
		if a.reasons == nil {
			a.reasons = map[string]int{}
		}
		a.reasons[reason]++
	}
	switch {
	case e.left:
		a.left += pages
	case e.err != nil:
		a.lost = append(a.lost, e.err.Error())
	case e.problem:
		a.refused += pages
	case e.ok+e.failed != pages:
		a.lost = append(a.lost, fmt.Sprintf("%d of %d pages are in the answer", e.ok+e.failed, pages))
	default:
		a.ok += e.ok
		a.failed += e.failed
	}
}

// ending is how one request ended.
type ending struct {
	ok, failed int // pages
	retries    int
	reasons    []string // of failures, as told
	problem    bool     // it was refused, or failed as a whole, with a reason
	left       bool     // its client gave up
	err        error    // neither of that
}

// problem is why something failed, in an answer or as one.
type problem struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// internal is the code of faults of the gateway itself.
const internal = "internal"

func (p problem) String() string { return p.Code + ": " + p.Detail }

// whole is what is read of an answer, of a batch's items and of a stream's end.
type whole struct {
	problem // when it is one
	Summary struct {
		Pages, OK, Partial, Failed, Canceled int
		Regions                              struct{ Total, Skipped int }
	} `json:"summary"`
	Usage struct{ Attempts int } `json:"usage"`
	Error *problem               `json:"error"`
	Pages []struct {
		Error *problem `json:"error"`
	} `json:"pages"`
	Items []struct {
		Result *whole   `json:"result"`
		Error  *problem `json:"error"`
	} `json:"items"`
}

func (w *whole) ending() ending {
	s := w.Summary
	e := ending{
		ok: s.OK + s.Partial, failed: s.Failed + s.Canceled,
		retries: max(0, w.Usage.Attempts-(s.Regions.Total-s.Regions.Skipped)),
	}
	for _, page := range w.Pages {
		if page.Error != nil {
			e.reasons = append(e.reasons, page.Error.String())
		}
	}
	return e
}

// readAnswer reads what is no stream: a document's pages, a batch's items or a problem.
func readAnswer(resp *http.Response) ending {
	var w whole
	if err := json.NewDecoder(resp.Body).Decode(&w); err != nil {
		return ending{err: fmt.Errorf("status %d: %w", resp.StatusCode, err)}
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return ending{err: fmt.Errorf("status %d: %w", resp.StatusCode, err)}
	}
	switch {
	case resp.StatusCode == http.StatusOK && w.Items != nil:
		return w.items()
	case resp.StatusCode == http.StatusOK:
		return w.ending()
	case w.Code == "" || w.Code == internal:
		return ending{err: fmt.Errorf("status %d, %s", resp.StatusCode, w.problem)}
	}
	return ending{problem: true, reasons: []string{w.problem.String()}}
}

// items adds up a batch, each of whose items is one page.
func (w *whole) items() (sum ending) {
	for i, item := range w.Items {
		switch {
		case item.Result != nil:
			e := item.Result.ending()
			sum.ok, sum.failed, sum.retries = sum.ok+e.ok, sum.failed+e.failed, sum.retries+e.retries
		case item.Error != nil && item.Error.Code != internal:
			sum.failed++
			sum.reasons = append(sum.reasons, item.Error.String())
		default:
			return ending{err: fmt.Errorf("item %d: neither result nor reason", i)}
		}
	}
	return sum
}

// readStream reads events up to the one that ends the document. Each page has to have
// had its own, unless it is cancelled.
func readStream(resp *http.Response) ending {
	if resp.StatusCode != http.StatusOK {
		return readAnswer(resp)
	}
	var last whole
	var reasons []string
	event, pages, ends := "", 0, 0
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			event = name
			continue
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		switch {
		case !ok:
		case strings.HasPrefix(event, "page."):
			pages++
			var page struct{ Error *problem }
			if json.Unmarshal([]byte(data), &page) == nil && page.Error != nil {
				reasons = append(reasons, page.Error.String())
			}
		case strings.HasPrefix(event, "document."):
			ends++
			if err := json.Unmarshal([]byte(data), &last); err != nil {
				return ending{err: err}
			}
		}
	}
	s := last.Summary
	switch {
	case lines.Err() != nil:
		return ending{err: fmt.Errorf("stream: %w", lines.Err())}
	case ends != 1:
		return ending{err: fmt.Errorf("the stream ends %d times", ends)}
	case last.Error != nil && last.Error.Code == internal:
		return ending{err: fmt.Errorf("the stream ends with an internal error")}
	case pages != s.OK+s.Partial+s.Failed:
		return ending{err: fmt.Errorf("%d pages came and %d are counted", pages, s.OK+s.Partial+s.Failed)}
	case last.Error != nil && s.OK+s.Partial == 0:
		return ending{problem: true, reasons: []string{last.Error.String()}}
	}
	e := last.ending()
	e.reasons = reasons
	return e
}
