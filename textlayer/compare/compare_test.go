package compare

import (
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
)

// claimOf is a claim of glyphs that stand for one character each, or for what is between bars.
func claimOf(text string) Claim {
	var glyphs []*document.Character
	for i, part := range strings.Split(text, "|") {
		if i%2 == 1 {
			glyphs = append(glyphs, &document.Character{Text: part})
			continue
		}
		for _, r := range part {
			glyphs = append(glyphs, &document.Character{Text: string(r)})
		}
	}
	return ClaimOf(glyphs)
}

// TestVerdicts shows what a reading says of one glyph of a line.
func TestVerdicts(t *testing.T) {
	for name, tc := range map[string]struct {
		claim, read string
		glyph       int
		form        bool
		want        Verdict
	}{
		"as claimed":                   {"harbour", "harbour", 3, false, Agrees},
		"blanks are no matter":         {"harbour", "har bour", 3, false, Agrees},
		"another dash":                 {"low–tide", "low-tide", 3, false, Agrees},
		"a lookalike":                  {"room 101", "room 1O1", 6, false, Doubts},
		"a syllable like it":           {"항구의 밤은 조용", "항구의 반은 조용", 4, false, Doubts},
		"another syllable":             {"항구의 밤은 조용", "항구의 불은 조용", 4, false, Disagrees},
		"the letter of another script": {"весна пришла", "вeсна пришла", 1, false, Doubts},
		"another letter":               {"harbour", "harxour", 3, false, Disagrees},
		"a mark of form":               {"harbour", "har*our", 3, true, Unclear},
		"a star where none may be":     {"harbour", "har*our", 3, false, Disagrees},
		"left out":                     {"harbour", "harour", 3, false, Unclear},
		"beside what is left out":      {"harbour", "harour", 4, false, Unclear},
		"beside another letter":        {"harbour", "harxour", 4, false, Unclear},
		"little is read as claimed":    {"harbour", "hxrxoxx", 0, false, Unclear},
		"nothing is read":              {"harbour", "", 0, false, Unclear},
		"a ligature":                   {"o|f|f|fi|ce first", "office first", 2, false, Unclear},
		"a line that is far too long":  {strings.Repeat("harbour", 100), strings.Repeat("harbour", 100), 0, false, Unclear},
	} {
		if got := claimOf(tc.claim).Verdicts(tc.read, tc.form)[tc.glyph]; got != tc.want {
			t.Errorf("%s: verdict %d, want %d", name, got, tc.want)
		}
	}
}

func TestLigatures(t *testing.T) {
	for name, tc := range map[string]struct {
		claim, seen string
		want        Verdict
	}{
		"as read":            {"fi", "office first", Agrees},
		"one letter for two": {"fi", "ofce frst", Unclear},
		"another":            {"fl", "office first", Doubts},
	} {
		claim := claimOf("of|" + tc.claim + "|ce|" + tc.claim + "|rst")
		if got := claim.Verdicts(tc.seen, false)[2]; got != tc.want {
			t.Errorf("%s: verdict %d, want %d", name, got, tc.want)
		}
	}
}

// TestLikeness: as much of a line as is read as claimed, of the longer of both.
func TestLikeness(t *testing.T) {
	for read, want := range map[string]float64{"tide": 1, "ti de": 1, "ride": .75, "tidexxxx": .5, "": 0} {
		if got := claimOf("tide").Likeness(read); got != want {
			t.Errorf("%q: %v, want %v", read, got, want)
		}
	}
}

// TestCut shows which part of an answer goes to which line.
func TestCut(t *testing.T) {
	lines := []Claim{claimOf("the tide"), claimOf("runs out"), claimOf("at noon")}
	for answer, want := range map[string][]string{
		"the tide runs out at noon":           {"thetide", "runsout", "atnoon"},
		"the tide\nruns\nout at noon":         {"thetide", "runsout", "atnoon"},
		"the tixe ruxs out at noon":           {"thetixe", "ruxsout", "atnoon"},
		"the tide at noon":                    {"thetide", "", "atnoon"},
		"- the tide - runs out - at noon -":   {"-thetide", "-runsout", "-atnoon-"},
		"":                                    {"", "", ""},
		strings.Repeat("x", longestPassage+1): nil,
		strings.Repeat("x", mostEdits):        nil,
	} {
		if got := Cut(lines, answer); !slices.Equal(got, want) {
			t.Errorf("%.40q: %q, want %q", answer, got, want)
		}
	}
}

// TestEasilyMistaken: what readers take for another takes more readings to prove.
func TestEasilyMistaken(t *testing.T) {
	for text, want := range map[string]bool{"l": true, "0": true, "ß": true, "é": true, "k": true, "밤": true, "ж": true, "λ": true, "H": false, "L": false, "%": false, "山": false} {
		if got := EasilyMistaken(text); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

// FuzzCut wants the parts of an answer to be all of it, in its order.
func FuzzCut(f *testing.F) {
	f.Add("the tide", "runs out", "the tide runs **out**")
	f.Add("ﬁ", "", "fi —")
	f.Fuzz(func(t *testing.T, first, second, answer string) {
		lines := []Claim{claimOf(first), claimOf(second)}
		parts := Cut(lines, answer)
		if parts == nil {
			return
		}
		if got := strings.Join(parts, ""); len(parts) != len(lines) || got != string(plain(answer)) {
			t.Errorf("%q of %q", parts, answer)
		}
		for i, ln := range lines {
			ln.Verdicts(parts[i], true)
		}
	})
}
