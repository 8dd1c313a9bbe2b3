package page_test

import (
	"os"
	"testing"

	"ocr-gateway/e2e/program"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/layout/doclayout/doclayouttest"
)

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func programServe(t *testing.T) string {
	t.Helper()
	return program.Serve(t, "OCR_JOBS_DIR="+t.TempDir()).URL
}

// What a document may put on the page, whatever its length: elements beside the four or five of
// each page that keep its place, and pictures.
const (
	mostElements = 1_500
	mostPictures = 16
)

// TestLongDocument: the page of one with 500 pages holds what is near the screen, wherever that is.
func TestLongDocument(t *testing.T) {
	const pages = 500
	server := serve(t, enginetest.Config{Slots: 256}, doclayouttest.Bands(2))
	b := open(t, server.URL)
	b.send(document(t, pages))
	b.done("succeeded")
	b.must(`$$('.row').length === 500 && $$('#strip [data-status=ok]').length === 500`)
	bounded := func(at string) {
		t.Helper()
		elements := eval[int](b, `return document.querySelectorAll('*').length`)
		pictures := eval[int](b, `return $$('img').length`)
		if elements > mostElements+5*pages || pictures > mostPictures || pictures == 0 {
			t.Errorf("%s the page has %d elements and %d pictures", at, elements, pictures)
		}
	}
	bounded("at the top")
	for _, at := range []string{"250", "499", "3"} {
		b.do(`$('#page-input').value = '` + at + `'; $('#page-input').dispatchEvent(new Event('change'))`)
		b.wait(`$('.row[data-page="` + at + `"] .block') && $('.row[data-page="` + at + `"] .sheet img')?.hidden === false`)
		b.wait(`Math.abs($('.row[data-page="` + at + `"]').getBoundingClientRect().top) < 300`)
		b.wait(`$('#strip .current').dataset.page === '` + at + `'`)
		bounded("at page " + at)
	}
	// From there through a hundred pages: each comes, none stays.
	b.do(`for (let i = 0; i < 100; i++) { scrollBy(0, innerHeight * 0.9); await new Promise((r) => requestAnimationFrame(r)); }`)
	b.wait(`$$('.row').some((r) => { const at = r.getBoundingClientRect(); return at.top < innerHeight / 2 && at.bottom > 0 && r.querySelector('.block'); })`)
	bounded("after a hundred screens")
}
