package attack_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded"
	"ocr-gateway/raster"
	"ocr-gateway/raster/worker"
	"ocr-gateway/textlayer"
	"ocr-gateway/textlayer/attack"
)

var (
	whole = flag.Int("attacks", 0, "documents of each kind to make; 0 makes a few of some kinds")
	real  = flag.Bool("read", false, "read with the models in place of the reader that sees what there is and errs now and then")
	only  = flag.String("kinds", "", "kinds to make, separated by commas; empty means all")
	book  = flag.String("manual", "", "file to write a manual of 400 pages to, for measuring")
	keep  = flag.String("keep", "", "folder to write documents to that give false characters")
)

const childArgument = "textlayer-test-child"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == childArgument {
		os.Exit(worker.Main())
	}
	os.Exit(m.Run())
}

// unbounded is a budget that never refuses.
type unbounded struct{}

func (unbounded) Acquire(context.Context, int64) (func(int64), error) { return func(int64) {}, nil }

// TestManual writes the manual, if that is wanted.
func TestManual(t *testing.T) {
	pages := 3
	if *book != "" {
		pages = 400
	}
	doc := attack.Manual(pages, 1)
	if *book != "" {
		if err := os.WriteFile(*book, doc.PDF, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// tally counts characters.
type tally struct{ seen, taken, wrong int }

// TestNoFalseCharacters wants no line to be taken from a PDF that says what is not seen,
// and most of a document to be taken that does not lie.
func TestNoFalseCharacters(t *testing.T) {
	kinds, each := attack.Kinds(), max(*whole, 1)
	if *only != "" {
		kinds = strings.Split(*only, ",")
	}
	r, e := gateway(t), reader(t)
	var all tally
	for _, kind := range kinds {
		var of tally
		for seed := range each {
			doc := attack.Make(kind, uint64(seed))
			got := judge(t, r, e, doc, fmt.Sprintf("%s-%d", kind, seed))
			of.seen, of.taken, of.wrong = of.seen+got.seen, of.taken+got.taken, of.wrong+got.wrong
		}
		t.Logf("%-18s %7d seen %7d taken (%5.1f %%) %d wrong", kind, of.seen, of.taken, 100*float64(of.taken)/float64(max(of.seen, 1)), of.wrong)
		if kind == "clean" && float64(of.taken) < .95*float64(of.seen) {
			t.Errorf("of clean prose %d of %d characters are taken", of.taken, of.seen)
		}
		all.seen, all.taken, all.wrong = all.seen+of.seen, all.taken+of.taken, all.wrong+of.wrong
	}
	t.Logf("%-18s %7d seen %7d taken %d wrong in %d documents", "all", all.seen, all.taken, all.wrong, each*len(kinds))
	if all.wrong > 0 {
		t.Errorf("%d false characters", all.wrong)
	}
}

func gateway(t *testing.T) *raster.Rasterizer {
	t.Helper()
	cfg := raster.DefaultConfig()
	cfg.Command, cfg.PageTimeout = []string{"/proc/self/exe", childArgument}, 10*time.Minute // whatever else the machine does
	r, err := raster.New(cfg, unbounded{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(context.Background()) })
	return r
}

// reader is the engine that reads; nil when what there is to be seen is taken for read.
func reader(t *testing.T) *embedded.Engine {
	t.Helper()
	if !*real {
		return nil
	}
	cfg := embedded.DefaultConfig()
	cfg.Dir = "../../models"
	e, err := embedded.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// scriptsOf are those that the reader knows.
func scriptsOf(e *embedded.Engine) []string {
	if e == nil {
		return attack.Scripts()
	}
	return e.Info().Scripts
}

// eye reads what is to be seen on a page, and errs as readers do.
type eye struct {
	page attack.Page
	rand *rand.Rand
}

const (
	pointsToPixels = 150.0 / 72
	likeErrors     = .006 // of characters, taken for one that looks alike
	otherErrors    = .003 // for any other
	lostErrors     = .002
)

var alike = strings.Fields("lI1| oO0 5Ss 8B 2Zz ce uv nh cC vV wW xX ij .,: '` -_ 6b 9g EF PR GC rt a4 ие шж лп гт ЕБ РВ ФО оа хж нп ОС εζ υβ νγ οσ ηπ ΟΘ ΕΞ ρφ αδ κχ ΒΡ")

func (e eye) read(lines []document.Line) []document.Line {
	lines = slices.Clone(lines)
	for i := range lines {
		confidence := .95
		text := e.at(lines[i].BBox)
		if lines[i].Script != "" && !mostlyIn(text, lines[i].Script) {
			lines[i].Script = ""
		}
		lines[i].Text = e.blurred(strings.Map(func(r rune) rune { return inWay(r, lines[i].Script) }, text))
		if lines[i].Text != "" {
			lines[i].Confidence = &confidence
		}
	}
	return lines
}

// mostlyIn reports whether half of the letters of a text are of a script.
func mostlyIn(text, script string) bool {
	in, letters := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if unicode.Is(unicode.Scripts[script], r) {
				in++
			}
		}
	}
	return 2*in >= letters
}

// drawnAlike are letters of Latin and others that are drawn as they are.
var drawnAlike = strings.Fields("aа cс eе oо pр xх yу AА BВ EЕ KК MМ HН OО PР CС TТ XХ oο vν pρ AΑ BΒ EΕ ZΖ HΗ IΙ KΚ MΜ NΝ OΟ PΡ TΤ YΥ XΧ")

// inWay is how who reads in the way of a script takes a letter: for one of the script, if there is one drawn alike.
func inWay(r rune, way string) rune {
	other := func(r rune) bool {
		return unicode.IsLetter(r) && (way != "" && !unicode.Is(unicode.Scripts[way], r) || way == "" && unicode.In(r, unicode.Cyrillic, unicode.Hangul))
	}
	if !other(r) {
		return r
	}
	for _, group := range drawnAlike {
		if strings.ContainsRune(group, r) {
			for _, s := range group {
				if !other(s) {
					return s
				}
			}
		}
	}
	return '?'
}

// at is what stands in the box of a line.
func (e eye) at(box document.BBox) string {
	return strings.Join(e.page.In(float64(box[0]), float64(box[1]+box[3])/2, float64(box[2]), float64(box[3]), pointsToPixels), "")
}

func (e eye) blurred(text string) string {
	return strings.Map(func(r rune) rune {
		switch p := e.rand.Float64(); {
		case p < lostErrors:
			return -1
		case p < lostErrors+otherErrors:
			return rune(33 + e.rand.IntN(94))
		case p < lostErrors+otherErrors+likeErrors:
			if unicode.Is(unicode.Hangul, r) {
				return r + []rune{-1, 1, -28, 28}[e.rand.IntN(4)]
			}
			for _, group := range alike {
				if strings.ContainsRune(group, r) {
					letters := []rune(group)
					return letters[e.rand.IntN(len(letters))]
				}
			}
		}
		return r
	}, text)
}

// judge counts what of a document is taken, and what of that nobody sees.
func judge(t *testing.T, r *raster.Rasterizer, e *embedded.Engine, doc attack.Document, name string) (got tally) {
	pages, err := r.Open(t.Context(), document.NewSource("", doc.PDF), document.Options{TextLayer: document.TextLayerVerified})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer pages.Close()
	ledger := textlayer.New(scriptsOf(e)...)
	for page, err := range pages.Seq {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, l := range doc.Pages[page.Number-1].Lines {
			got.seen += len([]rune(attack.Plain(l.Text)))
		}
		sees := eye{doc.Pages[page.Number-1], rand.New(rand.NewPCG(uint64(len(doc.PDF)), uint64(page.Number)))}
		layer, err := ledger.Judge(t.Context(), page, func(ctx context.Context, lines []document.Line) ([]document.Line, error) {
			if e == nil {
				return sees.read(lines), nil
			}
			return e.ReadAt(ctx, page, lines)
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		page.Release()
		if layer == nil {
			continue
		}
		for _, l := range layer.Lines {
			text, taken := "", 0
			for _, c := range l.Characters {
				switch {
				case c.Proven:
					text, taken = text+c.Text, taken+len([]rune(attack.Plain(c.Text)))
				case c.Text != " ":
					text += strings.Repeat(string(attack.Any), len([]rune(attack.Plain(c.Text))))
				}
			}
			if got.taken += taken; taken == 0 {
				continue
			}
			if wrong := doc.Pages[page.Number-1].Astray(text); wrong > 0 {
				got.wrong += wrong
				t.Errorf("%s page %d: %d false characters: %q", name, page.Number, wrong, text)
				write(t, name, doc.PDF)
			}
		}
	}
	return got
}

func write(t *testing.T, name string, pdf []byte) {
	if *keep == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*keep, name+".pdf"), pdf, 0o644); err != nil {
		t.Error(err)
	}
}

// TestVerdictsAreReproducible wants the same verdicts, whatever else is judged meanwhile.
func TestVerdictsAreReproducible(t *testing.T) {
	r := gateway(t)
	docs := []attack.Document{attack.Manual(3, 7), attack.Make("digits-swapped", 3), attack.Make("hangul-near", 1), attack.Make("sandwich", 2)}
	want := make([]string, len(docs))
	for i, doc := range docs {
		want[i] = verdicts(t, r, doc)
	}
	for _, at := range []int{1, 2, 4, 8, 16} {
		var group sync.WaitGroup
		for n := range 16 {
			if n >= max(at, 4) {
				break
			}
			group.Go(func() {
				if i := n % len(docs); verdicts(t, r, docs[i]) != want[i] {
					t.Errorf("document %d gives other verdicts beside %d others", i, at)
				}
			})
			if at == 1 {
				group.Wait()
			}
		}
		group.Wait()
	}
}

// verdicts writes down what is decided on a document.
func verdicts(t *testing.T, r *raster.Rasterizer, doc attack.Document) string {
	pages, err := r.Open(t.Context(), document.NewSource("", doc.PDF), document.Options{TextLayer: document.TextLayerVerified})
	if err != nil {
		t.Error(err)
		return ""
	}
	defer pages.Close()
	ledger := textlayer.New(attack.Scripts()...)
	var all strings.Builder
	for page, err := range pages.Seq {
		if err != nil {
			t.Error(err)
			return ""
		}
		sees := eye{doc.Pages[page.Number-1], rand.New(rand.NewPCG(1, uint64(page.Number)))}
		layer, err := ledger.Judge(t.Context(), page, func(_ context.Context, lines []document.Line) ([]document.Line, error) {
			return sees.read(lines), nil
		})
		page.Release()
		if err != nil {
			t.Error(err)
			return ""
		}
		b, err := json.Marshal(layer)
		if err != nil {
			t.Error(err)
		}
		fmt.Fprintf(&all, "%s %x\n", b, ledger.State())
	}
	return all.String()
}
