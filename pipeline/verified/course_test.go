package verified

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"ocr-gateway/document"
)

// notebook is a ledger that writes down what it is taught, and what it knew when it looked at each page.
type notebook struct {
	Ledger
	known string
	looks []string
}

func (n *notebook) State() [sha256.Size]byte { return sha256.Sum256([]byte(n.known)) }
func (n *notebook) Learn(lessons []byte) error {
	n.known += string(lessons)
	return nil
}

func (n *notebook) Look(page *document.Page) View {
	n.looks = append(n.looks, fmt.Sprintf("%d:%s", page.Number, n.known))
	return nil
}

// want is what must be known of pages, of which those in silent taught nothing and were not looked at.
func want(pages int, silent map[int]bool) string {
	var all []string
	for n := 1; n <= pages; n++ {
		if silent[n] {
			continue
		}
		taught := ""
		for m := 1; m <= known(n); m++ {
			if !silent[m] {
				taught += fmt.Sprintf("%d,", m)
			}
		}
		all = append(all, fmt.Sprintf("%d:%s", n, taught))
	}
	return strings.Join(all, "\n")
}

// TestPagesKnowWhatTheirPlaceSays has pages read side by side, as many as there may be, which end in any order and some
// of which fail, and wants each looked at in its turn with the same knowledge.
func TestPagesKnowWhatTheirPlaceSays(t *testing.T) {
	const pages, atOnce = 300, 100
	silent := map[int]bool{1: true, 5: true, 6: true, 64: true, 200: true, 300: true}
	for run := range 8 {
		book := &notebook{}
		course := NewCourse(book)
		window := make(chan struct{}, atOnce)
		var reading sync.WaitGroup
		order := rand.New(rand.NewPCG(uint64(run), 1))
		for n := 1; n <= pages; n++ {
			window <- struct{}{}
			turn := course.Next()
			spins := order.IntN(50)
			reading.Go(func() {
				defer func() { <-window }()
				defer turn.End()
				if silent[n] { // it could not be drawn
					return
				}
				if err := turn.Look(t.Context(), &document.Page{Number: n}); err != nil {
					t.Error(err)
				}
				for range spins {
					sync.OnceFunc(func() {})()
				}
				turn.Teach(fmt.Appendf(nil, "%d,", n))
			})
		}
		reading.Wait()
		if got := strings.Join(book.looks, "\n"); got != want(pages, silent) {
			t.Fatalf("got\n%s\nwant\n%s", got, want(pages, silent))
		}
	}
}

// TestWaitingForAnswersEndsWithTheRun cancels a document while its pages wait for what others teach.
func TestWaitingForAnswersEndsWithTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	course := NewCourse(&notebook{})
	var turns []*Turn
	for range 10 {
		turns = append(turns, course.Next())
	}
	for n, turn := range turns[:first] { // looked at, and asked about for ever
		if err := turn.Look(ctx, &document.Page{Number: n + 1}); err != nil {
			t.Fatal(err)
		}
	}
	waits := make(chan error)
	for n, turn := range turns[first:] {
		go func() { waits <- turn.Look(ctx, &document.Page{Number: first + n + 1}) }()
	}
	cancel()
	for range turns[first:] {
		if err := <-waits; err == nil {
			t.Error("a page did not wait")
		}
	}
	for _, turn := range turns {
		turn.End()
	}
}

// TestFewPagesAreKept wants a long document to hold the lessons of no more pages than are in work, and lag; and
// none of pages that are not looked at.
func TestFewPagesAreKept(t *testing.T) {
	for _, looks := range []bool{true, false} {
		course := NewCourse(&notebook{})
		var turns []*Turn
		for n := 1; n <= 1000; n++ {
			turn := course.Next()
			if looks {
				if err := turn.Look(t.Context(), &document.Page{Number: n}); err != nil {
					t.Fatal(err)
				}
			}
			turns = append(turns, turn)
			if len(turns) < 3 && looks || len(turns) < 20 && !looks {
				continue
			}
			for _, turn := range slices.Backward(turns) {
				turn.End()
			}
			turns = nil
			if most := map[bool]int{true: mostLag + 3, false: 0}[looks]; len(course.ahead) > most {
				t.Fatalf("page %d, looked at %t: %d turns are kept", n, looks, len(course.ahead))
			}
		}
	}
}
