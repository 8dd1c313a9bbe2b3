package geometry_test

import (
	"cmp"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/layout/geometry"
)

// kinds of pages, each with random measures.
var kinds = []struct {
	name string
	// best is the least mean share of neighbours that must follow each other as on paper.
	best float64
	make func(p *paper)
}{
	{"single column", .98, func(p *paper) { p.column(120, 1120, 150, 40) }},
	{"two columns", .98, func(p *paper) {
		gap := p.size * (0.8 + p.rng.Float64())
		p.column(100, 620-gap/2, 150, 45)
		p.column(620+gap/2, 1140, 150+p.rng.Float64()*20, 30+p.rng.IntN(15))
	}},
	{"three columns", .98, func(p *paper) {
		gap := p.size * (0.8 + p.rng.Float64())
		w := (1040 - 2*gap) / 3
		for i := range floats(3) {
			x := 100 + i*(w+gap)
			p.column(x, x+w, 200+p.rng.Float64()*10, 25+p.rng.IntN(15))
		}
	}},
	{"title, abstract, two columns", .98, func(p *paper) {
		y := p.title(100)
		y = p.column(200, 1040, y, 6) + p.size
		p.column(100, 600, y, 25)
		p.column(640, 1140, y, 25)
	}},
	{"columns, heading across, columns", .97, func(p *paper) {
		y := max(p.column(100, 600, 120, 15), 0)
		y = max(y, p.column(640, 1140, 120, 15))
		y = p.title(y + p.size)
		p.column(100, 600, y, 18)
		p.column(640, 1140, y, 18)
	}},
	{"two above three columns", .96, func(p *paper) {
		y := p.column(100, 600, 120, 14)
		y = max(y, p.column(640, 1140, 120, 14))
		y = p.title(y + p.size)
		for i := range floats(3) {
			p.column(100+i*355, 430+i*355, y, 16)
		}
	}},
	{"sidebar on the right", .97, func(p *paper) {
		p.column(100, 800, 150, 40)
		p.column(860, 1140, 150+p.rng.Float64()*60, 12)
	}},
	{"sidebar on the left", .97, func(p *paper) {
		p.column(100, 330, 150+p.rng.Float64()*60, 12)
		p.column(400, 1140, 150, 40)
	}},
	{"two columns and footnotes", .97, func(p *paper) {
		p.column(100, 600, 120, 30)
		size := p.size
		p.size *= 0.8
		p.column(100, 600, 1300, 4)
		p.size = size
		p.column(640, 1140, 120, 36)
	}},
	{"list of contents", .99, func(p *paper) {
		for i := range floats(25) {
			y := 150 + i*p.size*1.4
			p.line(120, y, 200+500*p.rng.Float64(), p.size)
			p.line(1080, y, p.size, p.size)
		}
	}},
	{"form", .99, func(p *paper) {
		for i := range floats(15) {
			y := 150 + i*p.size*1.6
			p.line(120, y, p.size*(3+3*p.rng.Float64()), p.size)
			p.line(120+p.size*8, y, p.size*(3+8*p.rng.Float64()), p.size)
		}
	}},
	{"letter with addresses side by side", .97, func(p *paper) {
		for range 5 {
			p.line(120, 120+float64(len(p.lines))*p.size*1.1, p.size*(5+4*p.rng.Float64()), p.size)
		}
		for i := range floats(5) {
			p.line(800, 120+i*p.size*1.1, p.size*(5+4*p.rng.Float64()), p.size)
		}
		p.column(120, 1120, 120+10*p.size, 25)
	}},
	{"justified text in several boxes a row", .99, func(p *paper) {
		for i := range floats(30) {
			x := 120.0
			for x < 1000 {
				w := min(p.size*(4+10*p.rng.Float64()), 1120-x)
				p.line(x, 150+i*p.size*1.15, w, p.size)
				x += w + 0.8*p.size
			}
		}
	}},
	{"two pages of a book", .97, func(p *paper) {
		p.w = 2400
		p.column(120, 1080, 150, 40)
		p.column(1320, 2280, 150, 40)
	}},
}

// floats counts from 0 to n-1.
func floats(n int) iter.Seq[float64] {
	return func(yield func(float64) bool) {
		for i := range n {
			if !yield(float64(i)) {
				return
			}
		}
	}
}

// TestOrder reads hundreds of worsened pages and counts how many neighbours in
// the result are neighbours on paper.
func TestOrder(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			var sum, worst float64
			worst = 1
			for i := range uint64(variants) {
				p := newPaper(rand.New(rand.NewPCG(7, i)))
				k.make(p)
				p.worsen(0.03, 0.05)
				share := followed(p.lines, detect(t, p.shuffled(), document.TaskText))
				sum += share
				if share < worst {
					worst = share
				}
			}
			if mean := sum / variants; mean < k.best {
				t.Errorf("%.3f of the neighbours follow each other (worst page %.3f), want %.3f", mean, worst, k.best)
			} else {
				t.Logf("mean %.3f, worst page %.3f", mean, worst)
			}
		})
	}
}

// TestColumnsNeverInterleave counts how often the reading goes from one column to the other.
func TestColumnsNeverInterleave(t *testing.T) {
	for i := range uint64(5 * variants) {
		p := newPaper(rand.New(rand.NewPCG(11, i)))
		columns := 2 + p.rng.IntN(2)
		gap := p.size * (0.8 + p.rng.Float64())
		w := (1040 - gap*float64(columns-1)) / float64(columns)
		column := map[string]int{}
		for c := range columns {
			n := len(p.lines)
			x := 100 + float64(c)*(w+gap)
			p.column(x, x+w, 150, 30)
			for _, l := range p.lines[n:] {
				column[l.Text] = c
			}
		}
		p.worsen(0.03, 0.05)
		at := 0
		for _, text := range detect(t, p.shuffled(), document.TaskDocument) {
			c := column[strings.TrimSuffix(text, "b")]
			if c < at {
				t.Fatalf("page %d with %d columns goes back from column %d to %d", i, columns, at, c)
			}
			at = c
		}
	}
}

// detect gives the texts of a page in reading order.
func detect(t testing.TB, p *paper, task document.Task) []string {
	t.Helper()
	var texts []string
	for _, r := range regions(t, p, task) {
		for _, l := range r.Lines {
			texts = append(texts, l.Text)
		}
	}
	return texts
}

func regions(t testing.TB, p *paper, task document.Task) []document.Region {
	t.Helper()
	rs, err := geometry.New(p).Detect(t.Context(), p.page(), document.Options{Task: task})
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// detectOn finds the regions of p on a page that was drawn before.
func detectOn(t testing.TB, p *paper, page *document.Page) []document.Region {
	t.Helper()
	rs, err := geometry.New(p).Detect(t.Context(), page, document.Options{Task: document.TaskText})
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// followed is the share of lines that come right after the line they follow on paper.
func followed(lines []document.Line, texts []string) float64 {
	rank := func(text string) float64 {
		n, half := strings.CutSuffix(text, "b")
		v, err := strconv.Atoi(n)
		if err != nil {
			panic(fmt.Sprintf("text %q", text))
		}
		if half {
			return float64(v) + 0.5
		}
		return float64(v)
	}
	next := map[string]string{} // what follows on paper, among the lines that are left
	sorted := make([]string, 0, len(lines))
	for _, l := range lines {
		sorted = append(sorted, l.Text)
	}
	sortBy(sorted, rank)
	for i := 1; i < len(sorted); i++ {
		next[sorted[i-1]] = sorted[i]
	}
	hits := 0
	for i := 1; i < len(texts); i++ {
		if next[texts[i-1]] == texts[i] {
			hits++
		}
	}
	return float64(hits) / float64(max(1, len(sorted)-1))
}

func sortBy(texts []string, rank func(string) float64) {
	slices.SortFunc(texts, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
}
