package service_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/service"
)

func TestDefaults(t *testing.T) {
	s, _ := build(t, made(), nil)
	for name, tc := range map[string]struct {
		kind service.Kind
		task document.Task
	}{"recognize": {service.Recognize, document.TaskText}, "document": {service.Document, document.TaskDocument}, "batch": {service.Batch(2), document.TaskText}} {
		opts, err := s.Parse(tc.kind, nil)
		if err != nil || opts.Task != tc.task || !opts.Layout || opts.Timeout != time.Minute || !opts.Until.IsZero() {
			t.Errorf("%s: %+v, %v", name, opts, err)
		}
	}
}

func TestOptionsAreRead(t *testing.T) {
	s, _ := build(t, made(), nil)
	opts, err := s.Parse(service.Document, map[string]string{
		"pages": "2-3", "dpi": " 300 ", "enable_layout": "No", "include_headers": "1", "table_format": "Markdown", "images": "ref", "boxes": "word",
		"join_tables": "on", "formats": "text, markdown,text", "deadline_ms": "1500", "password": " p ",
	})
	if err != nil {
		t.Fatal(err)
	}
	if numbers, _, err := opts.Pages.Resolve(3); err != nil || len(numbers) != 2 {
		t.Errorf("pages %v, %v", numbers, err)
	}
	if opts.DPI != 300 || opts.Layout || !opts.IncludeHeaders || opts.TableFormat != document.TableMarkdown || opts.Images != document.ImagesRef || opts.Boxes != document.BoxesWord ||
		!opts.JoinTables || opts.Timeout != 1500*time.Millisecond || opts.Password != " p " {
		t.Errorf("%+v", opts)
	}
	if len(opts.Formats) != 2 || opts.Formats[0].Name != "text" {
		t.Errorf("formats %+v", opts.Formats)
	}
}

// TestEverythingWrongIsSaidAtOnce, each with its field.
func TestEverythingWrongIsSaidAtOnce(t *testing.T) {
	s, _ := build(t, made(), nil)
	values := map[string]string{
		"task": "sing", "pages": "9-1", "dpi": "7", "enable_layout": "maybe", "table_format": "latex", "images": "some", "boxes": "letter",
		"join_tables": "2", "deadline_ms": "60001", "paegs": "1",
	}
	_, err := s.Parse(service.Recognize, values)
	p := wants(t, err, document.CodeInvalidRequest)
	wrong := map[string]string{}
	for _, part := range p.Parts {
		wrong[part.Field] = part.Detail
	}
	if want := slices.Sorted(maps.Keys(values)); !slices.Equal(slices.Sorted(maps.Keys(wrong)), want) {
		t.Errorf("wrong are %v, want %v", wrong, want)
	}
	for field, says := range map[string]string{
		"paegs": `did you mean "pages"`, "task": "text, table, formula, document", "dpi": "36 to 600", "deadline_ms": "1 to 60000", "images": "none, inline, ref", "boxes": "region, line, word",
	} {
		if !strings.Contains(wrong[field], says) {
			t.Errorf("%s: %q does not say %q", field, wrong[field], says)
		}
	}
}

// TestOptionsOfOtherKindsAreRefused: an option that is ignored is a surprise.
func TestOptionsOfOtherKindsAreRefused(t *testing.T) {
	s, _ := build(t, made(), nil)
	for name, kind := range map[string]service.Kind{"task": service.Document, "schema": service.Recognize, "images": service.Extract, "formats": service.Batch(1)} {
		_, err := s.Parse(kind, map[string]string{name: "text"})
		if p := wants(t, err, document.CodeInvalidRequest); len(p.Parts) != 1 || p.Parts[0].Field != name {
			t.Errorf("%s: %+v", name, p.Parts)
		}
	}
}

func TestAPromptIsAboutTheWholePage(t *testing.T) {
	s, _ := build(t, made(), nil)
	for layout, want := range map[string]bool{"": false, "true": true} {
		opts, err := s.Parse(service.Recognize, map[string]string{"prompt": "What is this?", "enable_layout": layout})
		if err != nil || opts.Layout != want || opts.Prompt == "" {
			t.Errorf("enable_layout=%q: %+v, %v", layout, opts, err)
		}
	}
}

func TestBadFormatsNameTheKnown(t *testing.T) {
	s, _ := build(t, made(), nil)
	_, err := s.Parse(service.Document, map[string]string{"formats": "docx"})
	if p := wants(t, err, document.CodeInvalidRequest); !strings.Contains(p.Detail, "markdown, text") {
		t.Errorf("%v", p)
	}
}

func TestConfigIsChecked(t *testing.T) {
	if err := service.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	err := service.Config{}.Validate()
	for _, key := range []string{"max_upload_bytes", "max_batch_files", "batch_parallel", "request_timeout", "max_requests", "max_queued_pages"} {
		if err == nil || !strings.Contains("\n"+err.Error(), "\n"+key+" ") {
			t.Errorf("%s is not named: %v", key, err)
		}
	}
}
