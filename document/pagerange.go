package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// PageRange is a set of pages as a client writes it: "1-5,8", "-3" (the first
// three), "7-" (from the seventh), "r2-r1" (the last two; rN counts from the
// end). The zero value means every page.
type PageRange struct{ spans []span }

// span is first..last; each end counts from the document's start or its end.
type span struct{ first, last position }

// position is a page number from 1; fromEnd counts backwards, r1 being the last.
// An open end is {1, false} or {1, true}.
type position struct {
	n       int
	fromEnd bool
}

// Limits on foreign input: a longer range is a mistake or an attack.
const (
	maxRangeText = 4096
	maxPage      = 1_000_000
)

const rangeHelp = `write pages as "1-5", "1-5,8", "-3" (first three), "7-" (from 7 on) or "r2-r1" (last two)`

// ParsePageRange reads a page range. The empty string means every page. The error is a *Problem with
// CodePagesOutOfRange. "-1" is refused: it can mean the first page or the last, and a wrong guess would go
// unnoticed.
func ParsePageRange(s string) (PageRange, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return PageRange{}, nil
	}
	if len(s) > maxRangeText {
		return PageRange{}, rangeProblem("the page range is longer than %d characters", maxRangeText)
	}
	var r PageRange
	for part := range strings.SplitSeq(s, ",") {
		sp, err := parseSpan(strings.TrimSpace(part))
		if err != nil {
			return PageRange{}, err
		}
		r.spans = append(r.spans, sp)
	}
	return r, nil
}

// PagesOf returns the range of ascending page numbers.
func PagesOf(pages []int) PageRange {
	var r PageRange
	for _, n := range pages {
		if last := len(r.spans) - 1; last >= 0 && r.spans[last].last.n == n-1 {
			r.spans[last].last.n = n
			continue
		}
		r.spans = append(r.spans, span{position{n: n}, position{n: n}})
	}
	return r
}

func parseSpan(s string) (span, error) {
	first, last, ranged := strings.Cut(s, "-")
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	switch {
	case !ranged:
		p, err := parsePosition(first)
		return span{p, p}, err
	case first == "" && last == "":
		return span{}, rangeProblem("%q in the page range names no page", clip(s))
	case first == "" && last == "1":
		return span{}, rangeProblem(`"-1" in the page range can mean the first page ("1") or the last ("r1")`)
	}
	sp := span{position{n: 1}, position{n: 1, fromEnd: true}}
	var err error
	if first != "" {
		if sp.first, err = parsePosition(first); err != nil {
			return span{}, err
		}
	}
	if last != "" {
		if sp.last, err = parsePosition(last); err != nil {
			return span{}, err
		}
	}
	if sp.first.fromEnd == sp.last.fromEnd && sp.backwards() {
		return span{}, rangeProblem("%q in the page range runs backwards", clip(s))
	}
	return sp, nil
}

// backwards compares ends that count from the same side.
func (s span) backwards() bool {
	if s.first.fromEnd {
		return s.first.n < s.last.n
	}
	return s.first.n > s.last.n
}

func parsePosition(s string) (position, error) {
	digits, fromEnd := strings.CutPrefix(s, "r")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > maxPage || digits[0] == '+' {
		return position{}, rangeProblem("%q in the page range is not a page number from 1 to %d", clip(s), maxPage)
	}
	return position{n, fromEnd}, nil
}

func rangeProblem(format string, args ...any) *Problem {
	return Problemf(CodePagesOutOfRange, PhaseAdmission, "%s; %s", fmt.Sprintf(format, args...), rangeHelp)
}

// clip keeps foreign text in messages short.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Resolve returns the pages of a document with total pages, ascending, each once. A range that goes beyond
// the document is cut to it, and notice says so. A range without any page of the document, or one that runs
// backwards in it, is a *Problem that says how many pages there are.
func (r PageRange) Resolve(total int) (pages []int, notice string, err error) {
	if len(r.spans) == 0 {
		pages = make([]int, total)
		for i := range pages {
			pages[i] = i + 1
		}
		return pages, "", nil
	}
	wanted := make([]bool, total+1)
	cut := false
	for _, s := range r.spans {
		first, last := s.first.in(total), s.last.in(total)
		if first > last && first <= total && last >= 1 {
			return nil, "", r.outside(s.String(), total)
		}
		cut = cut || first < 1 || last > total || first > last
		for p := max(first, 1); p <= min(last, total); p++ {
			wanted[p] = true
		}
	}
	for p := 1; p <= total; p++ {
		if wanted[p] {
			pages = append(pages, p)
		}
	}
	if len(pages) == 0 {
		return nil, "", r.outside(r.String(), total)
	}
	if cut {
		notice = fmt.Sprintf("page range %s goes beyond the document, which has %s: only those within it are read", r, plural(total, "page"))
	}
	return slices.Clip(pages), notice, nil
}

func (r PageRange) outside(what string, total int) *Problem {
	return Problemf(CodePagesOutOfRange, PhaseAdmission,
		"page range %s is not within the document, which has %s", clip(what), plural(total, "page"))
}

// String is the range in its plain form: "1-3" for "-3".
func (r PageRange) String() string {
	var parts []string
	for _, s := range r.spans {
		parts = append(parts, s.String())
	}
	return clip(strings.Join(parts, ","))
}

func (p position) in(total int) int {
	if p.fromEnd {
		return total + 1 - p.n
	}
	return p.n
}

func (p position) String() string {
	if p.fromEnd {
		return "r" + strconv.Itoa(p.n)
	}
	return strconv.Itoa(p.n)
}

func (s span) String() string {
	if s.first == s.last {
		return s.first.String()
	}
	return s.first.String() + "-" + s.last.String()
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
