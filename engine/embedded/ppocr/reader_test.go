package ppocr

import (
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/stages"
)

// TestOtherLettersAreSeen: Romanian and Azerbaijani have letters that the tiny network does not know.
func TestOtherLettersAreSeen(t *testing.T) {
	r := loadModels(t).recognizers[0]
	for text, want := range map[string]bool{
		"Prețul total": true, "ȘI": true, "Məbləğ": true,
		"Příliš žluťoučký kůň": false, "İstanbul ığdır": false, "Forêt, œuvre": false, "第三章 №": false, "": false,
	} {
		for confidence, want := range map[float64]bool{.9: want, .6: false, 0: false} {
			if got := r.otherLetters(strip{read: reading{text: text, confidence: confidence}}); got != want {
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
