package script_test

import (
	"testing"

	"ocr-gateway/engine/embedded/script"
)

func TestMost(t *testing.T) {
	for text, want := range map[string]string{
		"Harbor 27": "Latin", "Станция 7:00": "Cyrillic", "ด้านเหนือ": "Thai", "हिन्दी": "Devanagari", "7:00 – 19:00": "",
		"Ship to: Анна": "Latin", "강한 바람": "Hangul", "灯台": "Han", "ნავსადგური": "Georgian", "μ": "Greek", "": "",
	} {
		if got, _ := script.Most(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestOneInEachWord(t *testing.T) {
	for text, c := range map[string]struct {
		want  string
		mixed bool
	}{
		"plain text, обычный текст":    {"plain text, обычный текст", false},
		"send to p\u0430yp\u0430l":     {"send to paypal", false},               // Cyrillic а
		"Cтанция":                      {"Станция", false},                      // Latin C
		"TV-программа":                 {"TV-программа", false},                 // two words
		"wordщ":                        {"wordщ", true},                         // not drawn as a Latin letter
		"5μm and βcarotene":            {"5μm and βcarotene", true},             // as units and formulas have them
		"\u0391thens":                  {"Athens", false},                       // Greek Α
		"漢字かな交じり":                      {"漢字かな交じり", false},                      //
		"e\u0301t\u00e9":               {"e\u0301t\u00e9", false},               // a mark of no script of its own
		"\u0440\u0430\u0441\u0435 car": {"\u0440\u0430\u0441\u0435 car", false}, // all letters Cyrillic
	} {
		got, mixed := script.OneInEachWord(text)
		if got != c.want || mixed != c.mixed {
			t.Errorf("%q becomes %q, mixed %v; want %q, %v", text, got, mixed, c.want, c.mixed)
		}
	}
}

func TestLooksLike(t *testing.T) {
	for text, want := range map[string]bool{"MOCKBA": true, "MOCKBA 2026": true, "Report": false, "2026": false} {
		if got := script.LooksLike(text, "Cyrillic"); got != want {
			t.Errorf("%q looks like Cyrillic: %v, want %v", text, got, want)
		}
	}
}

func TestVietnamese(t *testing.T) {
	for text, want := range map[string]bool{"Trạm nằm trên sườn đồi": true, "Trm năm trên sưn đi, gn bn cng cũ. Mi ngưi": true, "năm români, đak": false, "Nguyễn came to Harbor": false, "Harbor": false} {
		if got := script.Vietnamese(text); got != want {
			t.Errorf("%q is Vietnamese: %v, want %v", text, got, want)
		}
	}
}
