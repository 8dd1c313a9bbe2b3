package pipeline_test

import (
	"encoding/json"
	"image"
	"image/color"
	"reflect"
	"testing"

	"ocr-gateway/document"
)

// TestWhatChangesAPageIsInItsKey changes one thing at a time: the page is read again.
func TestWhatChangesAPageIsInItsKey(t *testing.T) {
	type setup struct {
		opts     document.Options
		page     document.Page
		settings string
		r        *reader
	}
	ask := func(prompt, schema string) *document.Question {
		return &document.Question{Example: prompt, Schema: json.RawMessage(schema)}
	}
	standard := func() setup {
		return setup{document.Options{Task: document.TaskText, Layout: true, Question: ask("a", `{}`)}, noisy(), "v1", newReader()}
	}
	for name, change := range map[string]func(*setup){
		"task":           func(s *setup) { s.opts.Task = document.TaskDocument },
		"layout":         func(s *setup) { s.opts.Layout = false },
		"prompt":         func(s *setup) { s.opts.Prompt = "b" },
		"question":       func(s *setup) { s.opts.Question = ask("b", `{}`) },
		"schema":         func(s *setup) { s.opts.Question = ask("a", `{"x":1}`) },
		"no question":    func(s *setup) { s.opts.Question = nil },
		"settings":       func(s *setup) { s.settings = "v2" },
		"detector":       func(s *setup) { s.r.detector.Name = "other" },
		"its model":      func(s *setup) { s.r.detector.Model = "eye-2" },
		"engine":         func(s *setup) { s.r.engine.Name = "other" },
		"its own model":  func(s *setup) { s.r.engine.Model = "mind-2" },
		"words":          func(s *setup) { s.page.Words = []document.Word{{Text: "x"}} },
		"one pixel":      func(s *setup) { s.page.Image.(*image.RGBA).SetRGBA(99, 199, color.RGBA{1, 2, 3, 255}) },
		"height":         func(s *setup) { s.page.Height = 100 },
		"other shape":    func(s *setup) { reshape(&s.page) },
		"gray, as bytes": func(s *setup) { s.page.Image = gray(s.page.Image.(*image.RGBA)) },
	} {
		t.Run(name, func(t *testing.T) {
			store := &memoryCache{}
			read := func(s setup) int64 {
				readPages(t, withCache(store, s.settings, sheets{1, func() document.Page { return s.page }}, s.r), s.opts)
				return s.r.calls.Load()
			}
			if n := read(standard()); n == 0 {
				t.Fatal("nothing was read")
			}
			if n := read(standard()); n != 0 {
				t.Fatalf("an equal page was read again: %d", n)
			}
			other := standard()
			change(&other)
			if n := read(other); n == 0 {
				t.Error("another page was answered with this one")
			}
		})
	}
}

// TestEveryOptionIsInTheKeyOrNot fails when a new option is not listed here: say then
// whether it changes what is read, and leave it out of the key if it does not.
func TestEveryOptionIsInTheKeyOrNot(t *testing.T) {
	type option struct {
		set   func(*document.Options)
		inKey bool
	}
	options := map[string]option{
		"Task":           {func(o *document.Options) { o.Task = document.TaskText }, true},
		"Layout":         {func(o *document.Options) { o.Layout = true }, true},
		"Prompt":         {func(o *document.Options) { o.Prompt = "x" }, true},
		"Question":       {func(o *document.Options) { o.Question = &document.Question{Example: "x"} }, true},
		"Pages":          {func(o *document.Options) { o.Pages = second(t) }, false},
		"Password":       {func(o *document.Options) { o.Password = "x" }, false},
		"DPI":            {func(o *document.Options) { o.DPI = 300 }, false},
		"IncludeHeaders": {func(o *document.Options) { o.IncludeHeaders = true }, false},
		"TableFormat":    {func(o *document.Options) { o.TableFormat = document.TableMarkdown }, false},
		"JoinTables":     {func(o *document.Options) { o.JoinTables = true }, false},
		"Images":         {func(o *document.Options) { o.Images = document.ImagesRef }, false},
		"Boxes":          {func(o *document.Options) { o.Boxes = document.BoxesWord }, true},
		"ImagePrefix":    {func(o *document.Options) { o.ImagePrefix = "x" }, false},
		"TextLayer":      {func(o *document.Options) { o.TextLayer = document.TextLayerVerified }, true},
		"Batch":          {func(o *document.Options) { o.Batch = true }, false},
	}
	fields := reflect.TypeFor[document.Options]()
	if len(options) != fields.NumField() {
		t.Errorf("%d options are listed, there are %d", len(options), fields.NumField())
	}
	for field := range fields.Fields() {
		option, listed := options[field.Name]
		if !listed {
			t.Errorf("the option %s is not listed", field.Name)
			continue
		}
		var opts document.Options
		option.set(&opts)
		if reflect.ValueOf(opts).FieldByIndex(field.Index).IsZero() {
			t.Errorf("%s is not set", field.Name)
		}
		r := newReader()
		p := withCache(&memoryCache{}, "", sheets{2, noisy}, r)
		readPages(t, p, document.Options{})
		before := r.calls.Load()
		readPages(t, p, opts)
		if again := r.calls.Load() != before; again != option.inKey {
			t.Errorf("%s: read again %v, in the key %v", field.Name, again, option.inKey)
		}
	}
}

// TestEveryFieldOfAPageIsInTheKeyOrNot fails when a new field is not listed here.
// TestWhatChangesAPageIsInItsKey shows those that are.
func TestEveryFieldOfAPageIsInTheKeyOrNot(t *testing.T) {
	listed := map[string]string{
		"Image": "", "Width": "", "Height": "", "Words": "", "Drawn": "", // in the key
		"Layer":  "made of Drawn and of what the ledger knows, which are",
		"Number": "names only", "Rotation": "set by the detector", "Script": "set by the detector", "Careful": "set by the detector", "DPI": "shown only", "Scaled": "shown only", "Took": "shown only", "Spent": "shown only",
		"Faults": "of the page at hand, not of what is read", "Free": "memory",
	}
	for field := range reflect.TypeFor[document.Page]().Fields() {
		if _, ok := listed[field.Name]; !ok {
			t.Errorf("the field %s of pages is not listed", field.Name)
		}
	}
}

// reshape keeps the bytes and changes how they make rows.
func reshape(page *document.Page) {
	img := page.Image.(*image.RGBA)
	page.Image = &image.RGBA{Pix: img.Pix, Stride: 800, Rect: image.Rect(0, 0, 200, 100)}
	page.Width, page.Height = 200, 100
}

// gray has the same bytes.
func gray(img *image.RGBA) *image.Gray {
	return &image.Gray{Pix: img.Pix, Stride: img.Stride, Rect: image.Rect(0, 0, img.Stride, img.Rect.Dy())}
}

// TestOnlyThePixelsCount: bytes between rows are no part of a page.
func TestOnlyThePixelsCount(t *testing.T) {
	store, whole := &memoryCache{}, noisy()
	img := whole.Image.(*image.RGBA)
	wide := image.NewRGBA(image.Rect(0, 0, 130, 200))
	for y := range 200 {
		copy(wide.Pix[y*wide.Stride:], img.Pix[y*img.Stride:(y+1)*img.Stride])
		wide.SetRGBA(120, y, color.RGBA{9, 9, 9, 9})
	}
	part := whole
	part.Image = wide.SubImage(image.Rect(0, 0, 100, 200))
	for i, page := range []document.Page{whole, part} {
		r := newReader()
		readPages(t, withCache(store, "", sheets{1, func() document.Page { return page }}, r), document.Options{})
		if n := r.calls.Load(); (n == 0) != (i == 1) {
			t.Errorf("page %d: %d calls", i, n)
		}
	}
}
