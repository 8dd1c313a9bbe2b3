package ppocr

import "testing"

func TestRates(t *testing.T) {
	m := loadModels(t)
	rates, err := m.Rates(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if rates.Full <= 0 || (rates.Whole > 0) != wholeNumbers() {
		t.Errorf("measured %+v", rates)
	}
}
