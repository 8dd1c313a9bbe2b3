package printed_test

import (
	"testing"

	"ocr-gateway/extract/printed"
)

func TestCodes(t *testing.T) {
	for s, want := range map[string]string{
		"IBAN DE30507500940000048567": "DE30507500940000048567", "CH58 0079 1123 0008 8901 2": "CH58 0079 1123 0008 8901 2",
		"IBAN: GB82 WEST 1234 5698 7654 32 BIC WESTGB22": "GB82 WEST 1234 5698 7654 32", "IBAN DE30507500940000048568": "", "": "", "DE": "",
	} {
		if got, ok := printed.FindIBAN(s); got != want || ok != (want != "") {
			t.Errorf("IBAN in %q = %q", s, got)
		}
	}
	for s, want := range map[string]string{
		"UStId DE 232 446 240": "DE 232 446 240", "BTW NL810433941B01": "NL810433941B01", "USt-IdNr.: DE123456789 Steuer-Nr. 12": "DE123456789",
		"TVA FR 40 303 265 045": "FR 40 303 265 045", "CHE-123.456.789 MWST": "CHE-123.456.789 MWST", "DE12345678": "", "VAT 20%": "", "IT 12345678901": "IT 12345678901",
	} {
		if got, ok := printed.FindVAT(s); got != want || ok != (want != "") {
			t.Errorf("VAT number in %q = %q", s, got)
		}
	}
}

func TestCurrencies(t *testing.T) {
	for s, want := range map[string]string{
		"12 EUR": "EUR", "USD": "USD", "£ 5": "GBP", "5 zł": "PLN", "CA$": "CAD", "$": "", "$ 5": "", "NET 30": "", "EURO": "", "": "", "€ 5 or £ 4": "EUR", "£ 4 or € 5": "EUR",
	} {
		for range 20 { // two signs: always the same one
			if got, ok := printed.Currency(s); got != want || ok != (want != "") {
				t.Fatalf("currency of %q = %q", s, got)
			}
		}
	}
}
