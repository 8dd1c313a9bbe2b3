package host

import "testing"

func TestLikeness(t *testing.T) {
	if l := similarity("delivery  NOTE 4711\nThree boxes of type B arrived on Monday. Total weight: 12.5kg", sampleText); l != 1 {
		t.Errorf("case and blanks count: %v", l)
	}
	if l := similarity("Invoice No. 2024-0417", sampleText); l > 0.5 {
		t.Errorf("another text is %v alike", l)
	}
}
