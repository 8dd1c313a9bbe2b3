package mrz_test

import (
	"strings"
	"testing"
	"time"

	"ocr-gateway/extract/extracttest"
	"ocr-gateway/extract/mrz"
)

func TestMRZ(t *testing.T) {
	anna := func(kind, number, personal string) mrz.Zone {
		return mrz.Zone{
			Kind: kind, Country: "UTO", Surname: "ERIKSSON", GivenNames: "ANNA MARIA", Number: number, Nationality: "UTO",
			Birth: "1974-08-12", Sex: "F", Expiry: "2012-04-15", Personal: personal,
		}
	}
	for name, tc := range map[string]struct {
		lines []string
		want  mrz.Zone
	}{
		"TD3":                                 {extracttest.TD3, anna("P", "L898902C3", "ZE184226B")},
		"TD1":                                 {extracttest.TD1, anna("I", "D23145890", "")},
		"TD2":                                 {extracttest.TD2, anna("I", "D23145890", "")},
		"spaces, a zero for O, a filler lost": {[]string{"P<UT0ERIKSSON <<ANNA<MARIA<<<<<<<<<<<<<<<<<<", "L898902C36UT074O8122F1204159ZE184226B<<<<10"}, anna("P", "L898902C3", "ZE184226B")},
		"fillers too many":                    {[]string{extracttest.TD3[0] + "<<", extracttest.TD3[1]}, anna("P", "L898902C3", "ZE184226B")},
		"guillemets":                          {[]string{"P<UTOERIKSSON«ANNA<MARIA«««««««««<", extracttest.TD3[1]}, anna("P", "L898902C3", "ZE184226B")},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := mrz.Parse(tc.lines, extracttest.Today)
			if !ok || got != tc.want {
				t.Errorf("got %+v, %v", got, ok)
			}
		})
	}
}

// TestMRZChecksItsDigits changes one character at a time in every place that a
// check digit covers.
func TestMRZChecksItsDigits(t *testing.T) {
	for at, c := range extracttest.TD3[1] {
		if at >= 10 && at < 13 || at == 20 || c == '<' {
			continue // nationality and sex have no digit; fillers count as nothing
		}
		other := "7"
		if c == '7' {
			other = "4"
		}
		line := extracttest.TD3[1][:at] + other + extracttest.TD3[1][at+1:]
		if got, ok := mrz.Parse([]string{extracttest.TD3[0], line}, extracttest.Today); ok {
			t.Errorf("%s passed as %+v", line, got)
		}
	}
	for name, lines := range map[string][]string{
		"none": nil, "one line": extracttest.TD3[:1], "text": {"Dear Sir or Madam,", "thank you for your letter"}, "short": {"P<UTO", "L89"},
		"month 13": {extracttest.TD3[0], "L898902C36UTO7413128F1204159ZE184226B<<<<<10"},
	} {
		if got, ok := mrz.Parse(lines, extracttest.Today); ok {
			t.Errorf("%s passed as %+v", name, got)
		}
	}
}

func FuzzMRZ(f *testing.F) {
	for _, z := range [][]string{extracttest.TD1, extracttest.TD2, extracttest.TD3} {
		f.Add(strings.Join(z, "\n"))
	}
	f.Add("<\n<")
	f.Add("P<«««\n\xff")
	f.Fuzz(func(t *testing.T, zone string) {
		got, ok := mrz.Parse(strings.Split(zone, "\n"), extracttest.Today)
		if ok && (len(got.Birth) != 10 || got.Birth > extracttest.Today.Format(time.DateOnly)) {
			t.Fatalf("born %q", got.Birth)
		}
	})
}
