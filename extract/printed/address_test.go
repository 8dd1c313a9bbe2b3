package printed_test

import (
	"testing"

	"ocr-gateway/extract/printed"
)

func TestTownsOfAddresses(t *testing.T) {
	for line, want := range map[string][2]string{
		"80331 München":        {"80331", "München"},
		"D-10115 Berlin":       {"10115", "Berlin"},
		"1012 AB Amsterdam":    {"1012 AB", "Amsterdam"},
		"Seattle, WA 98109":    {"98109", "Seattle"},
		"London, SW1A 2AA":     {"SW1A 2AA", "London"},
		"SW1A 2AA":             {"SW1A 2AA", ""},
		"Invoice 4711":         {},
		"Total due 12345 EUR.": {},
	} {
		zip, town, ok := printed.FindTown(line)
		if got := [2]string{zip, town}; got != want || ok != (zip != "") {
			t.Errorf("FindTown(%q) = %q, %v, want %q", line, got, ok, want)
		}
	}
}

func TestLinesOfAddresses(t *testing.T) {
	for line, want := range map[string]bool{
		"12 Main Street": true, "Musterstraße 5": true, "80331 München": true, "Lot 7, Bandar Baru": true,
		"Main Street": false, "Corner Coffee Company": false, "": false,
	} {
		if got := printed.IsAddress(line); got != want {
			t.Errorf("IsAddress(%q) = %v, want %v", line, got, want)
		}
	}
}
