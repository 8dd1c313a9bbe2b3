package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/internal/config"
	"ocr-gateway/layout/doclayout/doclayouttest"
	"ocr-gateway/service"
	"ocr-gateway/textlayer/attack"
)

// manual is a document that does not lie, and what is to be seen on its crops once a test has shown it.
var manual struct {
	once sync.Once
	doc  attack.Document
	on   map[string]crop
}

func honest(t testing.TB) (attack.Document, *sight) {
	s := newSight(t)
	manual.once.Do(func() {
		manual.doc = attack.Manual(12, 3)
		s.show(t, manual.doc.PDF, inRows, func(p *document.Page, box document.BBox) string { return wordsIn(p.Words, box) })
		manual.on = s.on
	})
	s.on = maps.Clone(manual.on)
	return manual.doc, s
}

var verified = map[string]string{"text_layer": "verified"}

// contents are the regions of a page as they are to be equal.
func contents(page document.PageResult) (all []string) {
	for _, r := range page.Regions {
		all = append(all, fmt.Sprintf("%s %s %s %s %v", r.ID, r.Status, r.Source, r.Content, r.BBox))
	}
	return all
}

// TestFailedAnswersTeachNothing has the model fail on most of one page and on parts of another: what comes
// after is still judged, and the same each time.
func TestFailedAnswersTeachNothing(t *testing.T) {
	doc, s := honest(t)
	fake := enginetest.NewFake(enginetest.Config{Answer: s.answer, Fault: func(q enginetest.Request) enginetest.Fault {
		if on := s.of(q); on.page == 2 || on.page == 5 && strings.Contains(on.text, "e") {
			return enginetest.Fault{Status: http.StatusBadRequest}
		}
		return enginetest.Fault{}
	}})
	a := program(t, fake, nil)
	result := read(t, a, doc.PDF, verified)
	sum := result.Summary
	if result.Status != document.StatusPartial || result.Pages[1].Status != document.StatusPartial || result.Pages[4].Status != document.StatusPartial || sum.OK != 10 {
		t.Errorf("%s %+v", result.Status, sum)
	}
	if sum.TextLayer.Regions == 0 || sum.TextLayer.Regions+fake.Counts().Requests != sum.Regions.Total {
		t.Errorf("%+v, %+v, %d requests", sum.Regions, sum.TextLayer, fake.Counts().Requests)
	}
	again := read(t, a, doc.PDF, verified)
	for i, page := range result.Pages {
		if !reflect.DeepEqual(contents(page), contents(again.Pages[i])) {
			t.Errorf("page %d was read otherwise", page.Number)
		}
	}
}

// TestRangesBeginAnew wants pages to know what those before them in the same range have taught: the first six are as in the
// whole document, and others are read until enough is known.
func TestRangesBeginAnew(t *testing.T) {
	doc, s := honest(t)
	a := program(t, enginetest.NewFake(enginetest.Config{Answer: s.answer}), nil)
	whole := read(t, a, doc.PDF, verified)
	first := read(t, a, doc.PDF, map[string]string{"text_layer": "verified", "pages": "1-6"})
	for i, page := range first.Pages {
		if !reflect.DeepEqual(contents(page), contents(whole.Pages[i])) {
			t.Errorf("page %d is read otherwise in the range", page.Number)
		}
	}
	last := read(t, a, doc.PDF, map[string]string{"text_layer": "verified", "pages": "7-12"})
	if n := last.Pages[0].TextLayer; n.Verified != 0 || whole.Pages[6].TextLayer.Verified == 0 {
		t.Errorf("page 7 knows %+v, in the whole document %+v", n, whole.Pages[6].TextLayer)
	}
	if off := read(t, a, doc.PDF, nil); off.Summary.TextLayer != nil || off.Summary.Regions.Total != whole.Summary.Regions.Total {
		t.Errorf("without the text layer: %+v", off.Summary)
	}
}

// TestCachedPagesTeachAsTheyDid reads a document from the cache, and then with its first pages in the cache only.
func TestCachedPagesTeachAsTheyDid(t *testing.T) {
	doc, s := honest(t)
	fake := enginetest.NewFake(enginetest.Config{Answer: s.answer})
	a := program(t, fake, func(cfg *config.Config) { cfg.Cache.Dir = t.TempDir() })
	read(t, a, doc.PDF, map[string]string{"text_layer": "verified", "pages": "1-7"})
	half := read(t, a, doc.PDF, verified)
	asked := fake.Counts().Requests
	whole := read(t, a, doc.PDF, verified)
	if fake.Counts().Requests != asked || !whole.Pages[11].Cached || !half.Pages[6].Cached || half.Pages[7].Cached {
		t.Error("pages do not come from the cache as they should")
	}
	fresh := read(t, program(t, enginetest.NewFake(enginetest.Config{Answer: s.answer}), nil), doc.PDF, verified)
	for i, page := range fresh.Pages {
		for _, other := range []document.PageResult{half.Pages[i], whole.Pages[i]} {
			if !reflect.DeepEqual(contents(page), contents(other)) || *page.TextLayer != *other.TextLayer {
				t.Errorf("page %d is another from the cache: %+v, %+v", page.Number, page.TextLayer, other.TextLayer)
			}
		}
	}
}

// TestCanceledWhilePagesWait has the model hang while later pages wait for what it answers.
func TestCanceledWhilePagesWait(t *testing.T) {
	doc, s := honest(t)
	asked := make(chan struct{}, 1000)
	fake := enginetest.NewFake(enginetest.Config{Answer: s.answer, Fault: func(q enginetest.Request) enginetest.Fault {
		if s.of(q).page < 4 {
			return enginetest.Fault{}
		}
		asked <- struct{}{}
		return enginetest.Fault{Hang: true}
	}})
	a := program(t, fake, nil)
	opts, err := a.Service.Parse(service.Document, verified)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() {
		<-asked
		cancel()
	}()
	result, err := a.Service.Read(ctx, document.NewSource("", doc.PDF), opts, func(document.Event) {})
	if err == nil || result != nil && result.Summary.Canceled == 0 {
		t.Errorf("%v, %+v", err, result)
	}
}

// TestFieldsStandOnLinesOfThePDF: the evidence of a field in a region that the PDF says itself is a line.
func TestFieldsStandOnLinesOfThePDF(t *testing.T) {
	doc, s := honest(t)
	s.show(t, doc.PDF, func(page *document.Page) []doclayouttest.Box {
		return []doclayouttest.Box{{BBox: [4]int{0, 0, page.Width, page.Height}}}
	}, func(*document.Page, document.BBox) string { return "" })
	var where *document.Region
	fake := enginetest.NewFake(enginetest.Config{Answer: func(q enginetest.Request) enginetest.Answer {
		switch {
		case q.ResponseFormat.Type != "" && s.of(q).page < 12:
			return enginetest.Answer{Text: `{"line":null}`}
		case q.ResponseFormat.Type != "":
			return enginetest.Answer{Text: fmt.Sprintf(`{"line":%q}`, where.Lines[len(where.Lines)-1].Text)}
		}
		return s.answer(q)
	}})
	a := program(t, fake, nil)
	for _, r := range read(t, a, doc.PDF, verified).Pages[11].Regions {
		if r.Source == document.SourcePDF && len(r.Lines) > 2 {
			where = &r
		}
	}
	if where == nil {
		t.Fatal("no region of the last page is the PDF's")
	}
	opts, err := a.Service.Parse(service.Extract, map[string]string{"text_layer": "verified", "schema": `{"line":""}`})
	if err != nil {
		t.Fatal(err)
	}
	found, err := a.Service.Extract(t.Context(), document.NewSource("", doc.PDF), opts)
	if err != nil {
		t.Fatal(err)
	}
	at := found.Evidence["/line"]
	if want := where.Lines[len(where.Lines)-1]; at.Page != 12 || at.BBox != want.BBox || found.Method != document.MethodModel || found.Summary.TextLayer.Regions == 0 {
		b, _ := json.Marshal(found)
		t.Errorf("found at %+v, want %v on page 12: %s", at, want, b)
	}
}

// TestWholePagesAreRead: to a model that reads pages the text of a PDF is of no use.
func TestWholePagesAreRead(t *testing.T) {
	script := enginetest.Models["lightonocr"]
	fake := enginetest.NewFake(enginetest.Config{Root: script.Root, Answer: script.Answer})
	a := program(t, fake, nil)
	result := read(t, a, attack.Manual(6, 3).PDF, verified)
	if n := *result.Summary.TextLayer; n != (document.LayerCounts{}) || fake.Counts().Requests != 6 {
		t.Errorf("%+v, %d requests", n, fake.Counts().Requests)
	}
}
