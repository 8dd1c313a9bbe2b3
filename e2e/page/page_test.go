package page_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ocr-gateway/engine/enginetest"
)

// TestReadsADocument: pages come with boxes over their pictures; a region is found from its box
// and the other way round, by mouse and keyboard; formulas and tables are drawn.
func TestReadsADocument(t *testing.T) {
	server := serve(t, enginetest.Config{}, parts)
	b := open(t, server.URL)
	b.send(document(t, 3))
	b.done("succeeded")
	b.wait(`$$('.row .sheet img').length > 0 && $$('.row .sheet img').every((i) => !i.hidden && i.naturalWidth >= 200)`)
	b.must(`$('#title').innerText === 'of 3 pages.pdf' && $('#state').innerText.includes('3 pages')`)
	b.must(`$$('#strip [data-status=ok]').length === 3`)
	b.must(`$$('.row[data-page="1"] .box').map((e) => e.innerText).join() === '1,2,3,4,5'`)
	b.must(`$('.row[data-page="1"] .box.type-table').getAttribute('aria-label').includes('table')`)
	// The box is where the region is: page 1 is 417 pixels wide, the table from a tenth on.
	b.must(`Math.abs(parseFloat($('.row[data-page="1"] .box.type-table').style.left) - 10) < 1`)
	b.must(`$('.row[data-page="1"] .block.type-table td').innerText === 'Bolt M8'`)
	b.wait(`$('.row[data-page="1"] .block.type-formula math mfrac')`)
	b.must(`$('.row[data-page="1"] .block.type-image .crop img')`)

	b.do(`$('.row[data-page="1"] .box.type-table').click()`)
	b.must(`$$('.chosen').length === 2 && $('.block.chosen').matches('.type-table') && $('.block.chosen .meta').innerText.includes('table')`)
	b.do(`$('.row[data-page="1"] .block.type-title').click()`)
	b.must(`$('.box.chosen').matches('.type-title')`)
	b.do(`$('.box.chosen').focus()`)
	if err := chromedp.Do(b.ctx, chromedp.KeyEvent(kb.ArrowDown)); err != nil {
		t.Fatal(err)
	}
	b.must(`document.activeElement.matches('.box.type-text.chosen')`)

	b.do(`$('.skip').click()`)
	b.must(`document.activeElement === $('#main') && location.hash.length === 37 && !$('#view').hidden`)

	b.do(`$('input[value=markdown]').click()`)
	b.must(`$('.row[data-page="1"] .source').innerText.includes('Bolt M8')`)
	b.do(`$('input[value=text]').click()`)
	b.must(`getComputedStyle($('.sheet-place')).display === 'none'`)
}

// TestFailedPageIsSaid: it has its reason, and its neighbors are there.
func TestFailedPageIsSaid(t *testing.T) {
	server := serve(t, enginetest.Config{}, parts)
	b := open(t, server.URL)
	b.send(document(t, 3, 2))
	b.done("partial")
	b.wait(`$('.row[data-page="2"] .note.failed')`)
	b.must(`$('.row[data-page="2"] .note.failed').innerText.includes('Page 2 could not be read')`)
	b.must(`$('#state').innerText.includes('1 failed') && $$('#strip [data-status=failed]').length === 1`)
	b.must(`$$('.row[data-page="1"] .block').length === 5`)

	b.do(`$('#new').click()`)
	b.send(file(t, "broken.pdf", []byte("%PDF-1.7 and nothing else")))
	b.done("failed")
	b.wait(`!$('#problem').hidden && $('#problem-text').innerText.length > 10`)
}

// gate lets answers of a model pass when it is opened.
type gate struct {
	open chan struct{}
	once sync.Once
}

func newGate() *gate {
	return &gate{open: make(chan struct{})}
}

func (g *gate) release() { g.once.Do(func() { close(g.open) }) }

// after lets so many answers pass at once.
func (g *gate) after(n int) func(enginetest.Request) enginetest.Answer {
	return func(q enginetest.Request) enginetest.Answer {
		if q.N > n {
			<-g.open
		}
		return enginetest.Script(q)
	}
}

// TestReloadGoesOn: a page that is loaded anew in the middle shows what was read and what comes.
func TestReloadGoesOn(t *testing.T) {
	held := newGate()
	// The first page has four regions that are read.
	server := serve(t, enginetest.Config{Answer: held.after(4)}, parts, "OCR_PIPELINE_PAGES_AHEAD=1")
	t.Cleanup(held.release) // before the model's server closes, which waits for its answers
	b := open(t, server.URL)
	b.send(document(t, 4))
	b.wait(`$('.row[data-page="1"] .block')`)
	b.must(`$('#view').dataset.state === 'running' && !$('#progress').hidden`)
	if err := chromedp.Do(b.ctx, chromedp.Reload()); err != nil {
		t.Fatal(err)
	}
	b.wait(`$('.row[data-page="1"] .block')`)
	b.must(`$('#title').innerText === 'of 4 pages.pdf' && $$('#documents li').length === 1`)
	held.release()
	b.done("succeeded")
	b.must(`$$('#strip [data-status=ok]').length === 4`)
	b.must(`Object.keys(localStorage).join() === 'ocr-gateway.jobs' && !JSON.stringify(localStorage).includes('pages.pdf')`)
}

// TestCancel: the job ends, what was read stays.
func TestCancel(t *testing.T) {
	held := newGate()
	server := serve(t, enginetest.Config{Answer: held.after(4)}, parts, "OCR_PIPELINE_PAGES_AHEAD=1")
	t.Cleanup(held.release) // before the model's server closes, which waits for its answers
	b := open(t, server.URL)
	b.send(document(t, 4))
	b.wait(`$('.row[data-page="1"] .block')`)
	b.do(`$('#cancel').click()`)
	b.done("canceled")
	b.must(`$('#cancel').hidden && $$('.row[data-page="1"] .block').length > 0 && $('#state').innerText.startsWith('Canceled')`)
}

// TestExtract: fields that were named are found, and shown where they stand.
func TestExtract(t *testing.T) {
	server := serve(t, enginetest.Config{}, parts)
	b := open(t, server.URL)
	b.do(`$('input[value=extract]').click()`)
	b.send(sample("sample.png"))
	b.wait(`$('.schema .fault').innerText.includes('at least one field')`)
	b.do(`
		const name = (row, text) => { row.querySelector('.name').value = text; };
		name($('.fields li'), 'invoice_number');
		for (const field of ['amount_due', 'iban']) {
			$$('.schema button').find((e) => e.innerText === 'Add a field').click();
			name($('.fields li:last-child'), field);
		}`)
	b.send(sample("sample.png"))
	b.done("succeeded")
	b.wait(`$$('.found > div').length === 3`)
	b.must(`$('.found > div').innerText.includes('2024-0417') && $('.found > div:last-child').innerText.includes('not found')`)
	b.wait(`$('.row .sheet img') && !$('.row .sheet img').hidden`)
	b.do(`$('.found button.value').click()`)
	b.must(`$('.sheet .evidence').getBoundingClientRect().width > 10`)

	// JSON that is none is said before it is sent.
	b.do(`$('#new').click(); $$('.schema button').find((e) => e.innerText === 'Write it as JSON').click()`)
	b.must(`JSON.parse($('#schema-json').value).properties.iban.type === 'string'`)
	b.do(`$('#schema-json').value = '{"a": '`)
	b.send(sample("sample.png"))
	b.wait(`$('.schema .fault').innerText.startsWith('This is no JSON')`)
}

// TestDownloads: every format is offered, and comes as what it says.
func TestDownloads(t *testing.T) {
	server := serve(t, enginetest.Config{}, parts)
	b := open(t, server.URL)
	b.do(`$('#option-pictures').click(); $('#option-words').checked = true`)
	b.send(document(t, 1))
	b.done("succeeded")
	dir := t.TempDir()
	if _, err := chromedp.CallBrowser(b.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID, DownloadPath: dir, EventsEnabled: new(true),
	}); err != nil {
		t.Fatal(err)
	}
	begins := map[string]string{
		"md": "# Invoice", "txt": "Invoice", "pdf": "%PDF-", "html": "<!doctype html>", "json": "{", "ndjson": "{", "zip": "PK", "docling": "{", "hocr": "<?xml", "alto": "<?xml",
	}
	offered := eval[[]string](b, `return $$('#formats button').map((e) => e.dataset.format)`)
	if len(offered) != len(begins) {
		t.Errorf("offered are %v", offered)
	}
	for _, format := range offered {
		arrived := chromedp.BrowserEvents(b.ctx, browser.DownloadProgress)
		b.do(`$('#download').open = true; $('[data-format=` + format + `]').click()`)
		b.wait(`!$('#download').open || $('#download-fault').innerText`)
		if fault := b.text("#download-fault"); fault != "" {
			t.Fatalf("%s: %s", format, fault)
		}
		for e, err := range arrived {
			if err != nil {
				t.Fatal(err)
			}
			if e.State == browser.DownloadProgressStateCanceled {
				t.Fatalf("the download of %s is canceled", format)
			}
			if e.State == browser.DownloadProgressStateCompleted {
				break
			}
		}
	}
	// They are the same for who comes back.
	if err := chromedp.Do(b.ctx, chromedp.Reload()); err != nil {
		t.Fatal(err)
	}
	b.wait(`$$('#formats button').length === ` + strconv.Itoa(len(offered)) + ` && $$('#formats button').every((e) => !e.disabled)`)
	saved, err := os.ReadDir(dir)
	if err != nil || len(saved) != len(offered) {
		t.Fatalf("saved are %v (%v)", saved, err)
	}
	for _, f := range saved {
		content, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fits := false
		for _, begin := range begins {
			fits = fits || strings.HasPrefix(strings.ToLower(string(content)), strings.ToLower(begin))
		}
		if !fits || !strings.HasPrefix(f.Name(), "of 1 pages.") {
			t.Errorf("%s begins with %.40q", f.Name(), content)
		}
	}
}

// TestAsksForAKey: where the server wants one; it is kept in the tab alone.
func TestAsksForAKey(t *testing.T) {
	const key = "a-key-that-is-long-enough"
	server := serve(t, enginetest.Config{}, parts, "OCR_SERVER_API_KEYS="+key)
	b := open(t, server.URL, "401") // what the browser itself says of the wrong key
	b.wait(`$('#key-dialog').open`)
	enter := func(value string) { b.do(`$('#key-input').value = '` + value + `'; $('#key-dialog .first').click()`) }
	enter("another-key")
	b.do(`$('#sample').click()`)
	b.wait(`$('#key-dialog').open && !$('#key-refused').hidden`)
	enter(key)
	b.done("succeeded")
	b.wait(`$('.row .sheet img') && !$('.row .sheet img').hidden`)
	b.must(`!JSON.stringify(localStorage).includes('` + key + `') && JSON.stringify(sessionStorage).includes('` + key + `') && !document.cookie`)
}

// TestWithoutJobs: where no jobs are kept documents are read by the stream of the direct route.
func TestWithoutJobs(t *testing.T) {
	server := serve(t, enginetest.Config{}, parts, "OCR_JOBS_ENABLED=false")
	b := open(t, server.URL)
	b.send(document(t, 3, 2))
	b.done("partial")
	b.must(`$$('.row[data-page="1"] .block').length === 5 && $$('#strip [data-status=failed]').length === 1`)
	b.must(`$$('#formats button').map((e) => e.dataset.format).join() === 'md,json'`)
	b.do(`$('#new').click()`)
	b.send(sample("sample.png"))
	b.done("succeeded")
	b.wait(`$('.row .sheet img') && !$('.row .sheet img').hidden`)
}

// TestRealEngine: the sample is read in one click by the engine that is built in.
func TestRealEngine(t *testing.T) {
	server := programServe(t)
	b := open(t, server)
	b.do(`$('#option-pages').value = '2'; $('#sample').click()`)
	b.done("succeeded")
	b.wait(`$('.row[data-page="2"] .block table')`)
	b.must(`$('.row[data-page="2"] .box.type-table') && $('#state').innerText.includes('embedded')`)

	b.do(`$('#new').click(); $('#option-pages').value = ''; $('input[value=extract]').click(); $('#sample').click()`)
	b.done("succeeded")
	b.wait(`$('.found button.value')`)
	b.do(`$('.found button.value').click()`)
	b.must(`$('.sheet .evidence').getBoundingClientRect().width > 10`)
}
