package page_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ocr-gateway/e2e/program"
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run starts one browser for all tests. Where there is none it says so, and nothing is built.
func run(m *testing.M) int {
	found := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && found == "" {
			found = path
		}
	}
	if found == "" {
		fmt.Println("the tests of the page are skipped: there is no Chromium, which `make chromium` installs")
		if os.Getenv("REQUIRE_CHROMIUM") != "" {
			return 1
		}
		return 0
	}
	dir, err := os.MkdirTemp("", "ocr-gateway-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(found), chromedp.UserDataDir(dir),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-prefers-reduced-motion", true))
	defer stop()
	ctx, closeBrowser := chromedp.NewContext(ctx)
	defer closeBrowser()
	if err := chromedp.Do(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "the browser does not start:", err)
		return 1
	}
	chromium = ctx
	return program.Main(m)
}

var chromium context.Context

// patience is how long something may take that must happen; no test measures time.
const patience = 2 * time.Minute

// tab is a page in a browser of its own: without what others have stored.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	messages []string
}

// open opens the page. When the test ends its console must have said nothing but what is expected.
func open(t *testing.T, address string, expected ...string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	b := &tab{t: t, ctx: ctx}
	var reading sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		reading.Wait()
		for _, m := range b.messages {
			if !oneOf(m, expected) {
				t.Errorf("the console says: %s", m)
			}
		}
	})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 800)); err != nil {
		t.Fatal(err)
	}
	console := chromedp.Console(ctx)
	reading.Go(func() {
		for m, err := range console {
			if err != nil {
				return
			}
			if m.Type == "error" || m.Type == "warning" || m.Type == chromedp.ConsoleException || strings.Contains(m.Text, "Content Security Policy") {
				b.mu.Lock()
				b.messages = append(b.messages, fmt.Sprint(m.Type, ": ", m.Text))
				b.mu.Unlock()
			}
		}
	})
	b.navigate(address)
	return b
}

func oneOf(message string, expected []string) bool {
	for _, e := range expected {
		if strings.Contains(message, e) {
			return true
		}
	}
	return false
}

func (b *tab) navigate(address string) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Navigate(address)); err != nil {
		b.t.Fatal(err)
	}
	b.wait(`$('#server').dataset.status === 'ok'`)
}

// helpers are what the scripts of tests are written with.
const helpers = `
const $ = (s) => document.querySelector(s);
const $$ = (s) => [...document.querySelectorAll(s)];
const until = async (met) => { for (const end = Date.now() + %d; ;) {
	const v = met(); if (v) return v;
	if (Date.now() > end) throw new Error('it never comes: ' + met + '; the page says: ' + document.body.innerText.slice(0, 1500));
	await new Promise((r) => setTimeout(r, 20));
} };
`

// eval runs a script in the page; its value is that of return.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	wrapped := "(async () => {" + fmt.Sprintf(helpers, patience.Milliseconds()) + script + "\n})()"
	raw, err := chromedp.Run(b.ctx, chromedp.Evaluate[json.RawMessage](wrapped, chromedp.EvalAwaitPromise, chromedp.EvalAsValue))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	var v T
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &v); err != nil {
			b.t.Fatalf("%s: %v: %s", script, err, raw)
		}
	}
	return v
}

func (b *tab) do(script string)      { b.t.Helper(); eval[any](b, script+"; return null") }
func (b *tab) wait(condition string) { b.t.Helper(); b.do("await until(() => " + condition + ")") }

func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf("return $(%q).innerText", selector))
}

// must wants a condition to hold now.
func (b *tab) must(condition string) {
	b.t.Helper()
	if !eval[bool](b, "return Boolean("+condition+")") {
		b.t.Errorf("not so: %s", condition)
	}
}

// send has the page read files, as if they had been chosen.
func (b *tab) send(files ...string) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.SetUploadFiles(chromedp.CSS("#file-input"), files)); err != nil {
		b.t.Fatal(err)
	}
}

// done waits until the open document is read.
func (b *tab) done(state string) {
	b.t.Helper()
	b.wait(fmt.Sprintf("$('#view').dataset.state === %q", state))
}
