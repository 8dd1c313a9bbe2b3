package enginetest

import (
	"bytes"
	"context"
	"errors"
	"image"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/document"
)

// Recognizer is what the suite checks; pipeline.Recognizer is the same.
type Recognizer interface {
	Recognize(ctx context.Context, page *document.Page, region document.Region, opts document.Options) (document.Recognition, error)
	Info() document.Info
	Slots() int
}

// Suite is one engine with something that it can read.
type Suite struct {
	// New starts the engine; t.Cleanup ends it.
	New func(t *testing.T) Recognizer
	// Page draws a new page; nil means TextPage.
	Page func() *document.Page
	// Want is a text that must be in what is read of the whole page; empty means PageLine.
	Want string
	// Blind says that the model behind the engine answers without a look at the image.
	Blind bool
	// Stuck starts the engine with a model elsewhere that never answers; asked gets a value
	// when a region has come to it. nil is for engines that compute in this process: they
	// must look at the context that they are given between the steps of a region.
	Stuck func(t *testing.T) (r Recognizer, asked <-chan struct{})
}

// Run checks what every engine must do.
func Run(t *testing.T, s Suite) {
	if s.Page == nil {
		s.Page = TextPage
	}
	if s.Want == "" {
		s.Want = PageLine
	}
	for _, c := range []struct {
		name  string
		check func(*testing.T, Suite, Recognizer)
	}{
		{"says what it is", saysWhatItIs},
		{"reads text", readsText},
		{"reads gray pages", readsGray},
		{"reads at once", readsAtOnce},
		{"ends a canceled region", endsCanceled},
		{"ends at the deadline", endsAtDeadline},
		{"survives regions without area", survivesEmptyRegions},
		{"reads a region that leaves the page", readsOverhang},
		{"reads on after regions that fail", readsOn},
		{"finds nothing on a blank page", findsNothing},
		{"refuses unknown tasks", refusesUnknownTasks},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, s, s.New(t)) })
	}
}

// whole is the region that covers the page.
func whole(p *document.Page) document.Region {
	return document.Region{ID: "p1r1", Order: 1, Type: document.RegionText, Label: "text", BBox: document.BBox{0, 0, p.Width, p.Height}}
}

func saysWhatItIs(t *testing.T, _ Suite, r Recognizer) {
	info := r.Info()
	if info.Name == "" || info.Model == "" || len(info.Tasks) == 0 {
		t.Errorf("info %+v has an empty field", info)
	}
	if r.Slots() < 1 {
		t.Errorf("slots %d, want at least 1", r.Slots())
	}
}

func readsText(t *testing.T, s Suite, r Recognizer) {
	page := s.Page()
	pixels := snapshot(page)
	region := whole(page)
	before := region
	got, err := r.Recognize(t.Context(), page, region, document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkRead(t, s, got)
	if !reflect.DeepEqual(region, before) {
		t.Errorf("the region was changed to %+v", region)
	}
	if !bytes.Equal(pixels, snapshot(page)) {
		t.Error("the page's pixels were changed")
	}
}

func checkRead(t *testing.T, s Suite, got document.Recognition) {
	t.Helper()
	if !strings.Contains(got.Content, s.Want) {
		t.Errorf("read %q, want it to contain %q", got.Content, s.Want)
	}
	if got.Format == "" {
		t.Error("the format is empty")
	}
	if got.Truncated != nil {
		t.Errorf("truncated: %v", got.Truncated)
	}
	if c := got.Confidence; c != nil && (*c < 0 || *c > 1) {
		t.Errorf("confidence %g is not within 0 and 1", *c)
	}
}

// readsGray reads a page of the other kind that rasterizers give.
func readsGray(t *testing.T, s Suite, r Recognizer) {
	page := s.Page()
	gray := image.NewGray(page.Image.Bounds())
	for y := gray.Rect.Min.Y; y < gray.Rect.Max.Y; y++ {
		for x := gray.Rect.Min.X; x < gray.Rect.Max.X; x++ {
			gray.Set(x, y, page.Image.At(x, y))
		}
	}
	page.Image = gray
	got, err := r.Recognize(t.Context(), page, whole(page), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkRead(t, s, got)
}

func readsAtOnce(t *testing.T, s Suite, r Recognizer) {
	page := s.Page() // shared, as the regions of a page are
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			got, err := r.Recognize(t.Context(), page, whole(page), document.Options{Task: document.TaskText})
			if err != nil {
				t.Error(err)
				return
			}
			checkRead(t, s, got)
		})
	}
	readers.Wait()
}

func endsAtDeadline(t *testing.T, s Suite, r Recognizer) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	page := s.Page()
	_, err := r.Recognize(ctx, page, whole(page), document.Options{})
	if err == nil || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want an error that leads to context.DeadlineExceeded", err)
	}
}

// survivesEmptyRegions accepts nothing and a problem, but no text and no crash.
func survivesEmptyRegions(t *testing.T, s Suite, r Recognizer) {
	page := s.Page()
	for _, box := range []document.BBox{
		{},
		{5, 5, 5, 40},
		{5, 40, 50, 40},
		{50, 50, 10, 10},
		{-20, -20, -5, -5},
		{page.Width + 5, 0, page.Width + 50, 50},
		{0, page.Height, 10, page.Height + 1},
	} {
		region := whole(page)
		region.BBox = box
		got, err := r.Recognize(t.Context(), page, region, document.Options{})
		switch {
		case err != nil:
			_ = checkProblem(t, err)
		case got.Content != "":
			t.Errorf("box %v: read %q out of nothing", box, got.Content)
		}
	}
}

// readsOn has more regions fail than any engine forgives in a row: none of it is the
// fault of the next region.
func readsOn(t *testing.T, s Suite, r Recognizer) {
	page := s.Page()
	bad := whole(page)
	bad.BBox = document.BBox{page.Width, 0, page.Width, page.Height}
	for range 20 {
		if got, err := r.Recognize(t.Context(), page, bad, document.Options{}); err == nil && got.Content != "" {
			t.Errorf("read %q out of nothing", got.Content)
		}
	}
	got, err := r.Recognize(t.Context(), page, whole(page), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkRead(t, s, got)
}

// findsNothing wants an empty region to be complete: no error, no text and nothing cut.
func findsNothing(t *testing.T, s Suite, r Recognizer) {
	if s.Blind {
		t.Skip("the model does not look at the image")
	}
	page := s.Page()
	white := image.NewGray(image.Rect(0, 0, page.Width, page.Height))
	for i := range white.Pix {
		white.Pix[i] = 0xff
	}
	page.Image = white
	got, err := r.Recognize(t.Context(), page, whole(page), document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Content != "" || got.Format == "" || got.Truncated != nil {
		t.Errorf("read %+v on a blank page", got)
	}
}

func readsOverhang(t *testing.T, s Suite, r Recognizer) {
	page := s.Page()
	region := whole(page)
	region.BBox = document.BBox{-10, -10, page.Width + 10, page.Height + 10}
	got, err := r.Recognize(t.Context(), page, region, document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkRead(t, s, got)
}

func refusesUnknownTasks(t *testing.T, s Suite, r Recognizer) {
	page := s.Page()
	_, err := r.Recognize(t.Context(), page, whole(page), document.Options{Task: "translate"})
	if p := checkProblem(t, err); p != nil && p.Code != document.CodeTaskUnsupported {
		t.Errorf("code %s, want %s", p.Code, document.CodeTaskUnsupported)
	}
}

// checkProblem wants an error made for people.
func checkProblem(t *testing.T, err error) *document.Problem {
	t.Helper()
	var p *document.Problem
	if !errors.As(err, &p) {
		t.Errorf("%v is no *document.Problem", err)
		return nil
	}
	if p.Code == "" || p.Detail == "" || p.Phase == "" {
		t.Errorf("the problem %+v has an empty field", p)
	}
	return p
}

func snapshot(p *document.Page) []byte {
	switch img := p.Image.(type) {
	case *image.RGBA:
		return bytes.Clone(img.Pix)
	case *image.Gray:
		return bytes.Clone(img.Pix)
	}
	return nil
}
