package ppocr

import "testing"

func TestTrust(t *testing.T) {
	for name, c := range map[string]struct {
		reading reading
		missed  float64
		want    bool
	}{
		"sure":                    {reading{text: "Prices rose by 40 % in 1987.", confidence: .97}, 0, true},
		"not sure":                {reading{text: "Prices rose", confidence: .95}, 0, false},
		"another text is near":    {reading{text: "Prices rose", confidence: .97, doubts: []doubt{{20, .2}}}, 0, false},
		"little doubt":            {reading{text: "Prices rose", confidence: .97, doubts: []doubt{{20, .12}}}, 0, true},
		"a part is missed":        {reading{text: "Prices rose", confidence: .97}, .1, false},
		"Chinese":                 {reading{text: "第三章", confidence: .99}, 0, false},
		"a full-width stop":       {reading{text: "Art。", confidence: .99}, 0, false},
		"a letter for a digit":    {reading{text: "I5,890.58", confidence: .99}, 0, false},
		"a letter behind a digit": {reading{text: "o.3", confidence: .99}, 0, false},
		"a comma for a stop":      {reading{text: "in 1862, Its lamp", confidence: .99}, 0, false},
		"ones":                    {reading{text: "0.57 111", confidence: .99}, 0, false},
		"I and l":                 {reading{text: "Ilinois", confidence: .99}, 0, false},
		"a long s":                {reading{text: "ftation, 12", confidence: .99}, 0, false},
		"an f in a word":          {reading{text: "after the fjord, five ft", confidence: .99}, 0, true},
		"Romanian":                {reading{text: "Pretul total fără taxe", confidence: .99}, 0, false},
		"nothing":                 {reading{}, 0, false},
	} {
		if got := trusted(c.reading, "", sure(c.reading, c.missed)); got != c.want {
			t.Errorf("%s: %q is kept: %v", name, c.reading.text, got)
		}
	}
}

// TestLessKnown: where a line has letters beyond those of Western Europe, no line beside it is divided.
func TestLessKnown(t *testing.T) {
	read := func(text string, probability float64) (r reading) {
		for _, c := range text {
			r.characters = append(r.characters, character{string(c), 0, probability})
		}
		return r
	}
	for text, want := range map[string]bool{
		"Où est l’œuvre – 5 €?": false, "Größe, señor, åland; þ": false, "Preſſe": false,
		"Posłowie": true, "Başkan": true, "ıslak": true, "přírodní": true, "Αθήνα": true, "": false,
	} {
		if got := lessKnown(read(text, .9)); got != want {
			t.Errorf("%q: %v", text, got)
		}
		if lessKnown(read(text, .4)) {
			t.Errorf("%q: noise counts as letters", text)
		}
	}
}

// TestSurer: of "110", read for its ones again, the first reading stays where the second is in doubt.
func TestSurer(t *testing.T) {
	first := []strip{{read: reading{text: "110"}, sure: true}, {read: reading{text: "110"}, sure: true}, {read: reading{text: "110"}}}
	last := []strip{{read: reading{text: "1i0", doubts: []doubt{{12, .4}}}}, {read: reading{text: "1.10"}}, {read: reading{text: "1i0", doubts: []doubt{{12, .4}}}}}
	surer(first, last)
	for i, want := range []string{"110", "1.10", "1i0"} {
		if last[i].read.text != want {
			t.Errorf("line %d is %q, want %q", i, last[i].read.text, want)
		}
	}
}

// TestTrustInWhatIsClaimed: a reading of which its reader is not sure is final where the document says just the same.
func TestTrustInWhatIsClaimed(t *testing.T) {
	for name, c := range map[string]struct {
		reading reading
		claim   string
		want    bool
	}{
		"the same":        {reading{text: "Prices rose", confidence: .85, doubts: []doubt{{20, .3}}}, "Prices rose", true},
		"a ligature":      {reading{text: "a fine day", confidence: .85}, "a ﬁne  day", true},
		"dates":           {reading{text: "in 1862, Its 1.11", confidence: .9}, "in 1862, Its 1.11", true},
		"a word more":     {reading{text: "Prices rose", confidence: .9}, "Prices rose again", false},
		"another letter":  {reading{text: "Prices rose", confidence: .9}, "Prices rise", false},
		"blanks":          {reading{text: "Pricesrose", confidence: .9}, "Prices rose", false},
		"a guess":         {reading{text: "Prices rose", confidence: .7}, "Prices rose", false},
		"look-alikes":     {reading{text: "I5,890", confidence: .95}, "I5,890", false},
		"nothing claimed": {reading{text: "Prices rose", confidence: .9}, "", false},
	} {
		if got := trusted(c.reading, c.claim, sure(c.reading, 0)); got != c.want {
			t.Errorf("%s: %q where %q is claimed is kept: %v", name, c.reading.text, c.claim, got)
		}
	}
}
