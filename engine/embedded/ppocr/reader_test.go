package ppocr

import (
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/stages"
)

func TestTrust(t *testing.T) {
	for name, c := range map[string]struct {
		reading reading
		missed  float64
		want    bool
	}{
		"sure":                    {reading{text: "Prices rose by 40 % in 1987.", confidence: .97}, 0, true},
		"not sure":                {reading{text: "Prices rose", confidence: .95}, 0, false},
		"another text is near":    {reading{text: "Prices rose", confidence: .97, doubt: .2}, 0, false},
		"a part is missed":        {reading{text: "Prices rose", confidence: .97}, .1, false},
		"Chinese":                 {reading{text: "第三章", confidence: .99}, 0, false},
		"a full-width stop":       {reading{text: "Art。", confidence: .99}, 0, false},
		"a letter for a digit":    {reading{text: "I5,890.58", confidence: .99}, 0, false},
		"a letter behind a digit": {reading{text: "o.3", confidence: .99}, 0, false},
		"a comma for a stop":      {reading{text: "in 1862, Its lamp", confidence: .99}, 0, false},
		"ones":                    {reading{text: "0.57 111", confidence: .99}, 0, false},
		"I and l":                 {reading{text: "Ilinois", confidence: .99}, 0, false},
		"Romanian":                {reading{text: "Pretul total fără taxe", confidence: .99}, 0, false},
		"nothing":                 {reading{}, 0, false},
	} {
		if got := trustTiny.keeps(c.reading, "", c.missed); got != c.want {
			t.Errorf("%s: %q is kept: %v", name, c.reading.text, got)
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
		"the same":        {reading{text: "Prices rose", confidence: .85, doubt: .3}, "Prices rose", true},
		"a ligature":      {reading{text: "a fine day", confidence: .85}, "a ﬁne  day", true},
		"dates":           {reading{text: "in 1862, Its 1.11", confidence: .9}, "in 1862, Its 1.11", true},
		"a word more":     {reading{text: "Prices rose", confidence: .9}, "Prices rose again", false},
		"another letter":  {reading{text: "Prices rose", confidence: .9}, "Prices rise", false},
		"blanks":          {reading{text: "Pricesrose", confidence: .9}, "Prices rose", false},
		"a guess":         {reading{text: "Prices rose", confidence: .7}, "Prices rose", false},
		"look-alikes":     {reading{text: "I5,890", confidence: .95}, "I5,890", false},
		"nothing claimed": {reading{text: "Prices rose", confidence: .9}, "", false},
	} {
		if got := trustTiny.keeps(c.reading, c.claim, 0); got != c.want {
			t.Errorf("%s: %q where %q is claimed is kept: %v", name, c.reading.text, c.claim, got)
		}
	}
}

// TestOtherLettersAreSeen: Romanian and Azerbaijani have letters that the tiny network does not know.
func TestOtherLettersAreSeen(t *testing.T) {
	r := loadModels(t).recognizers[0]
	for text, want := range map[string]bool{
		"Prețul total": true, "ȘI": true, "Məbləğ": true,
		"Příliš žluťoučký kůň": false, "İstanbul ığdır": false, "Forêt, œuvre": false, "第三章 №": false, "": false,
	} {
		if got := r.otherLetters(document.Line{Text: text}); got {
			t.Errorf("%q was not read", text)
		}
		for confidence, want := range map[float64]bool{.9: want, .6: false} {
			if got := r.otherLetters(document.Line{Text: text, Confidence: &confidence}); got != want {
				t.Errorf("%q read with %v: %v", text, confidence, got)
			}
		}
	}
}

// TestReadersThatAreNotSureStop sees that a reader which can read none of a sample of the
// lines is not asked for the others.
func TestReadersThatAreNotSureStop(t *testing.T) {
	all := loadModels(t).recognizers[0]
	first, last := all.readers[0], all.last()
	first.column, last.column = stages.Work{Whole: 1}, stages.Work{Full: 1}
	r := &Recognizer{models: all.models, readers: []reader{first, last}}
	lines := make([]document.Line, 16)
	for i := range lines {
		lines[i].Quad = [4]document.Point{{X: 30, Y: 30}, {X: 170, Y: 30}, {X: 170, Y: 70}, {X: 30, Y: 70}}
	}
	var meter stages.Meter
	if _, err := r.Read(meter.Measured(t.Context()), block(), lines); err != nil {
		t.Fatal(err)
	}
	if seen := meter.Costs()[stages.Recognize].Work; seen.Whole*sampleOf != seen.Full {
		t.Errorf("the first reader was asked for %v columns of pixels, the last for %v", seen.Whole, seen.Full)
	}
}
