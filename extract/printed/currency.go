package printed

import (
	"strings"

	"ocr-gateway/internal/lazyregexp"
)

// currencies are the codes that invoices commonly use (ISO 4217).
const currencies = "EUR USD GBP CHF JPY CNY AUD CAD NZD SEK NOK DKK PLN CZK HUF RON BGN TRY INR BRL MXN ZAR SGD HKD KRW RUB UAH ILS AED SAR THB IDR MYR PHP VND TWD ARS CLP COP PEN EGP NGN KES MAD TND ISK RSD"

// signs are those that stand for exactly one currency.
var signs = []struct{ sign, code string }{
	{"€", "EUR"},
	{"£", "GBP"},
	{"₹", "INR"},
	{"₺", "TRY"},
	{"₽", "RUB"},
	{"₩", "KRW"},
	{"zł", "PLN"},
	{"Kč", "CZK"},
	{"US$", "USD"},
	{"A$", "AUD"},
	{"C$", "CAD"},
	{"CA$", "CAD"},
	{"AU$", "AUD"},
}

var currencyWord = lazyregexp.New(`\b[A-Z]{3}\b`)

// Currency reads a currency by its code or sign and returns its code.
func Currency(s string) (string, bool) {
	for _, code := range currencyWord().FindAllString(s, 10) {
		if strings.Contains(currencies, code) {
			return code, true
		}
	}
	for _, c := range signs {
		if strings.Contains(s, c.sign) && !strings.Contains(s, "$") || s == c.sign {
			return c.code, true
		}
	}
	return "", false
}
