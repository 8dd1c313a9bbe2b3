package document_test

import (
	"testing"

	"ocr-gateway/document"
)

func TestCollectorOrdersPages(t *testing.T) {
	var c document.Collector
	c.Add(document.Event{Kind: document.EventAccepted})
	for _, p := range []document.PageResult{
		{Number: 3, Markdown: "# c", Text: "c"},
		{Number: 1, Markdown: "# a\n", Text: "a"},
		{Number: 2}, // an empty page leaves no gap
	} {
		c.Add(document.Event{Kind: document.EventPage, Page: &p})
	}
	var r document.Result
	c.Complete(&r, func(pages []document.PageResult) {
		if pages[2].Number != 3 {
			t.Errorf("edited before they are in order: %+v", pages)
		}
		pages[0].Text += "!"
	})
	if len(r.Pages) != 3 || r.Pages[0].Number != 1 || r.Pages[2].Number != 3 {
		t.Errorf("pages %+v", r.Pages)
	}
	if r.Markdown != "# a\n\n# c" || r.Text != "a!\n\nc" {
		t.Errorf("markdown %q, text %q", r.Markdown, r.Text)
	}
}
