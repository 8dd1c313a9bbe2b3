package page_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
)

// TestEverybodyCanUseIt: axe-core finds nothing that keeps people out, in light and dark, on a
// desk and on a phone, whatever is open.
func TestEverybodyCanUseIt(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join(program.Root(), "build", "axe", "axe.min.js"))
	if err != nil {
		t.Skip("axe-core is missing: run `make axe`")
	}
	server := serve(t, enginetest.Config{}, parts)
	b := open(t, server.URL)
	check := func(what string) {
		t.Helper()
		found := eval[[]string](b, string(axe)+`;
			const found = await axe.run(document, { resultTypes: ['violations'] });
			return found.violations.filter((v) => ['serious', 'critical'].includes(v.impact))
				.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join('; '))`)
		if len(found) > 0 {
			t.Errorf("%s:\n%s", what, strings.Join(found, "\n"))
		}
	}
	see := func(scheme string, width int64, what string) {
		t.Helper()
		if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		}); err != nil {
			t.Fatal(err)
		}
		if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 800)); err != nil {
			t.Fatal(err)
		}
		check(fmt.Sprintf("%s, %s, %d wide", what, scheme, width))
		if wide := eval[int](b, `return document.documentElement.scrollWidth`); wide > int(width) {
			t.Errorf("%s is %d wide on a screen of %d", what, wide, width)
		}
	}
	everywhere := func(what string) {
		t.Helper()
		see("light", 1280, what)
		see("dark", 1280, what)
		see("light", 390, what)
	}
	b.do(`$('input[value=extract]').click(); $('.options').open = true`)
	everywhere("the start")
	b.do(`$('input[value=document]').click()`)
	b.send(document(t, 3, 2))
	b.done("partial")
	b.wait(`$('.row[data-page="1"] math') && $('.row[data-page="2"] .note')`)
	b.do(`$('.row[data-page="1"] .box').click(); $('#download').open = true`)
	everywhere("a document")
	b.do(`$('#download').open = false; $('#server').click()`)
	b.wait(`$('#server-facts').innerText.includes('Limits')`)
	everywhere("the server")
}
