package app_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/enginetest"
	"ocr-gateway/internal/app"
	"ocr-gateway/internal/config"
	"ocr-gateway/service"
	"ocr-gateway/textlayer/attack"
)

var (
	lies  = flag.Int("lies", 0, "documents of each kind to make; 0 makes one of a few kinds")
	kinds = flag.String("kinds", "clean,rare-lie,sandwich", "")
)

func read(t testing.TB, a *app.App, pdf []byte, values map[string]string) *document.Result {
	t.Helper()
	opts, err := a.Service.Parse(service.Document, values)
	if err != nil {
		t.Fatal(err)
	}
	result, err := a.Service.Read(t.Context(), document.NewSource("", pdf), opts, func(document.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// own counts the characters of a result that are the PDF's, and those of them that nobody sees.
func own(t testing.TB, doc attack.Document, result *document.Result) (taken, wrong int) {
	for _, page := range result.Pages {
		for _, region := range page.Regions {
			if region.Source != document.SourcePDF {
				continue
			}
			for _, l := range region.Lines {
				n := doc.Pages[page.Number-1].Astray(l.Text)
				if n > 0 {
					t.Errorf("%s page %d: %d false characters: %q", doc.Kind, page.Number, n, l.Text)
				}
				taken, wrong = taken+len([]rune(attack.Plain(l.Text))), wrong+n
			}
		}
	}
	return taken, wrong
}

// TestAnswersTeachNoFalseCharacters: a model that says what is to be seen has a document that lies read wherever it
// does, and little of one that does not.
func TestAnswersTeachNoFalseCharacters(t *testing.T) {
	s := newSight(t)
	fake := enginetest.NewFake(enginetest.Config{Answer: s.answer})
	a := program(t, fake, nil)
	some := strings.Split(*kinds, ",")
	if *lies > 0 {
		some = attack.Kinds()
	}
	for _, kind := range some {
		seen, taken, wrong := 0, 0, 0
		for seed := range max(*lies, 1) {
			doc := attack.MakeLong(kind, uint64(seed), 4)
			r := rand.New(rand.NewPCG(uint64(seed), 1))
			s.show(t, doc.PDF, inRows, func(p *document.Page, box document.BBox) string { return slip(r, truth(doc)(p, box)) })
			result := read(t, a, doc.PDF, map[string]string{"text_layer": "verified"})
			n, bad := own(t, doc, result)
			taken, wrong = taken+n, wrong+bad
			for _, p := range doc.Pages {
				for _, l := range p.Lines {
					seen += len([]rune(attack.Plain(l.Text)))
				}
			}
			if got := result.Summary.TextLayer; got == nil || kind == "clean" && (got.Verified == 0 || got.Regions == 0) {
				t.Errorf("%s: counted %+v", kind, got)
			}
		}
		t.Logf("%-18s %7d seen %7d taken (%5.1f %%) %d wrong", kind, seen, taken, 100*float64(taken)/float64(max(seen, 1)), wrong)
	}
}

// slip has a model err now and then, and show the form of a text.
func slip(r *rand.Rand, text string) string {
	var out strings.Builder
	for _, word := range strings.SplitAfter(text, " ") {
		switch r.IntN(60) {
		case 0:
			word = "**" + strings.TrimSpace(word) + "** "
		case 1:
			word = strings.Replace(word, "e", "c", 1)
		case 2:
			word = strings.Replace(word, "a", "o", 1)
		}
		out.WriteString(word)
	}
	return out.String()
}

// serve serves a program over HTTP, until the test ends.
func serve(t *testing.T, a *app.App, base string) {
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if resp, err := http.Get(base + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("the server is not ready")
		}
	}
}

// post sends a PDF and gives the answer but for what is of its time.
func post(base, query string, pdf []byte) (string, error) {
	resp, err := http.Post(base+"/api/ocr/document?"+query, "application/pdf", bytes.NewReader(pdf))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", resp.Status, body)
	}
	return ofItsTime.ReplaceAllString(string(body), ""), nil
}

var ofItsTime = regexp.MustCompile(`"(timings_ms|usage)":\{[^}]*\},?|"id":"[0-9a-f-]{36}",?`)

// TestAnswersDoNotDependOnTheirOrder sends documents 20 times, alone and beside others, to a model whose answers come
// sooner or later, and wants the same bytes each time.
func TestAnswersDoNotDependOnTheirOrder(t *testing.T) {
	s := newSight(t)
	fake := enginetest.NewFake(enginetest.Config{Answer: s.answer, Fault: func(q enginetest.Request) enginetest.Fault {
		return enginetest.Fault{Delay: time.Duration(rand.IntN(12)) * time.Millisecond}
	}})
	port := freePort(t)
	a := program(t, fake, func(cfg *config.Config) { cfg.Server.Port, cfg.Pipeline.PagesAhead, cfg.Jobs.Enabled = port, 24, false })
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	serve(t, a, base)
	docs := []attack.Document{attack.MakeLong("rare-lie", 1, 3), attack.Manual(8, 3)}
	var want []string
	for _, doc := range docs {
		s.show(t, doc.PDF, inRows, func(p *document.Page, box document.BBox) string { return wordsIn(p.Words, box) })
		answer, err := post(base, "text_layer=verified", doc.PDF)
		if err != nil || !strings.Contains(answer, `"source":"pdf"`) || !strings.Contains(answer, `"source":"model"`) {
			t.Fatalf("%v, %.300s", err, answer)
		}
		want = append(want, answer)
	}
	for _, at := range []int{1, 1, 2, 16} {
		var runs sync.WaitGroup
		for i := range at {
			runs.Go(func() {
				if got, err := post(base, "text_layer=verified", docs[i%2].PDF); err != nil || got != want[i%2] {
					t.Errorf("document %d beside %d others: another answer, %v", i%2, at-1, err)
				}
			})
		}
		runs.Wait()
	}
}

func freePort(t *testing.T) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
