package document_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
)

func TestPageRangeResolves(t *testing.T) {
	for _, tc := range []struct {
		in    string
		total int
		want  []int
	}{
		{"", 3, []int{1, 2, 3}},
		{"", 0, []int{}},
		{"2", 3, []int{2}},
		{"1-2", 3, []int{1, 2}},
		{" 1 - 2 , 5 ", 5, []int{1, 2, 5}},
		{"5,1-2", 5, []int{1, 2, 5}},
		{"1-3,2-4,3", 5, []int{1, 2, 3, 4}},
		{"-3", 5, []int{1, 2, 3}},
		{"4-", 5, []int{4, 5}},
		{"r1", 5, []int{5}},
		{"r2-r1", 5, []int{4, 5}},
		{"3-r2", 5, []int{3, 4}},
		{"r5-2", 5, []int{1, 2}},
		{"-r2", 5, []int{1, 2, 3, 4}},
		{"r2-", 5, []int{4, 5}},
		{"1-", 1, []int{1}},
	} {
		t.Run(tc.in, func(t *testing.T) {
			r, err := document.ParsePageRange(tc.in)
			if err != nil {
				t.Fatal(err)
			}
			got, notice, err := r.Resolve(tc.total)
			if err != nil || notice != "" {
				t.Fatal(notice, err)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%q of %d pages = %v, want %v", tc.in, tc.total, got, tc.want)
			}
		})
	}
}

// TestPageRangeIsCut is about ranges that go beyond the document.
func TestPageRangeIsCut(t *testing.T) {
	for _, tc := range []struct {
		in    string
		total int
		want  []int
		says  string
	}{
		{"1-5", 3, []int{1, 2, 3}, "1-5 goes beyond the document, which has 3 pages"},
		{"-3", 1, []int{1}, "1-3 goes beyond the document, which has 1 page:"},
		{"1-5,8", 3, []int{1, 2, 3}, "1-5,8 goes beyond"},
		{"1-5,8", 6, []int{1, 2, 3, 4, 5}, "1-5,8 goes beyond"},
		{"2,9-", 3, []int{2}, "2,9-r1 goes beyond"},
		{"r5-r1", 3, []int{1, 2, 3}, "r5-r1 goes beyond"},
		{"3-1000000", 3, []int{3}, "3-1000000 goes beyond"},
		{strings.Repeat("1-9,", 50) + "2", 3, []int{1, 2, 3}, "… goes beyond"},
	} {
		t.Run(tc.in, func(t *testing.T) {
			r, err := document.ParsePageRange(tc.in)
			if err != nil {
				t.Fatal(err)
			}
			got, notice, err := r.Resolve(tc.total)
			if err != nil || !slices.Equal(got, tc.want) || !strings.Contains(notice, tc.says) {
				t.Errorf("%q of %d pages = %v, %q, %v, want %v", tc.in, tc.total, got, notice, err, tc.want)
			}
		})
	}
}

func TestPageRangeRefuses(t *testing.T) {
	for _, tc := range []struct {
		in    string
		total int // of the document, when the text alone is well formed
		says  string
	}{
		{"0", 3, "not a page number"},
		{"-1", 3, "first page"},
		{"-", 3, "names no page"},
		{"abc", 3, `"abc"`},
		{"1,,2", 3, "not a page number"},
		{"5-1", 9, "runs backwards"},
		{"r1-r2", 9, "runs backwards"},
		{"1-99999999999999999999", 3, "not a page number"},
		{"1-2;rm -rf", 3, "not a page number"},
		{"%00", 3, "not a page number"},
		{"+1", 3, "not a page number"},
		{"1--2", 3, "not a page number"},
		{"rr1", 3, "not a page number"},
		{strings.Repeat("1,", 5000), 3, "longer than"},
		{strings.Repeat("x", 400), 3, "xxx…"},
		{"4", 3, "has 3 pages"},
		{"5-8", 3, "5-8 is not within the document, which has 3 pages"},
		{"4-5,r9,8", 3, "4-5,r9,8 is not within the document, which has 3 pages"},
		{"1,3-r3", 4, "3-r3 is not within"},
		{"1-3", 0, "has 0 pages"},
		{"2", 1, "has 1 page"},
		{"r4", 3, "has 3 pages"},
		{"4-", 3, "has 3 pages"},
		{"3-r3", 4, "3-r3 is not within"},
	} {
		t.Run(tc.in, func(t *testing.T) {
			r, err := document.ParsePageRange(tc.in)
			if err == nil {
				_, _, err = r.Resolve(tc.total)
			}
			var p *document.Problem
			if !errors.As(err, &p) || p.Code != document.CodePagesOutOfRange {
				t.Fatalf("%q gave %v, want a %s problem", tc.in, err, document.CodePagesOutOfRange)
			}
			if !strings.Contains(p.Detail, tc.says) {
				t.Errorf("%q says %q, want it to say %q", tc.in, p.Detail, tc.says)
			}
		})
	}
}

func FuzzPageRange(f *testing.F) {
	for _, s := range []string{"", "1-5,8", "-3", "7-", "r2-r1", "1-99999999999999999999", "%00", "-1", "1,,2"} {
		f.Add(s, 12)
	}
	f.Fuzz(func(t *testing.T, s string, total int) {
		r, err := document.ParsePageRange(s)
		if err != nil {
			return
		}
		total = max(0, total%10_000)
		pages, _, err := r.Resolve(total)
		if err != nil {
			return
		}
		for i, p := range pages {
			if p < 1 || p > total || i > 0 && p <= pages[i-1] {
				t.Fatalf("%q of %d pages gave %v", s, total, pages)
			}
		}
	})
}
