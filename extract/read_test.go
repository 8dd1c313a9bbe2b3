package extract_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/extract"
)

func TestNumbers(t *testing.T) {
	const comma, point = "Summe 12,50", "total 12.50"
	for _, tc := range []struct{ printed, document, want string }{
		{"0", "", "0"},
		{"007", "", "7"},
		{"1939", "", "1939"},
		{"1,234.50", "", "1234.50"},
		{"1.234,50", "", "1234.50"},
		{"1 234,50", "", "1234.50"},
		{"1'234.50", "", "1234.50"},
		{"3`949.75", "", "3949.75"},
		{"1,234,567", "", "1234567"},
		{"1.234.567", "", "1234567"},
		{"717,97", "", "717.97"},
		{"3,5", "", "3.5"},
		{"4.11", "", "4.11"},
		{"0,125", "", "0.125"},
		{"1,234", "", "1234"},
		{"1.234", "", "1.234"},
		{"1.234", comma, "1234"},
		{"1.234", point, "1.234"},
		{"€ 717,97", "", "717.97"},
		{"$4.11", "", "4.11"},
		{"Rs 1939", "", "1939"},
		{"Rs. 1,939", "", "1939"},
		{"CHF 3`360.00", "", "3360.00"},
		{"34,73 EUR", "", "34.73"},
		{"€ -9,32", "", "-9.32"},
		{"-9,32 €", "", "-9.32"},
		{"(3.10)", "", "-3.10"},
		{"3.10-", "", "-3.10"},
		{"−5", "", "-5"},
		{"-0.00", "", "0.00"},
		{"21 %", "", "21"},
		{"US$ 12.00", "", "12.00"},
		{"15,-", "", "15"},
		{"", "", ""},
		{"-", "", ""},
		{"abc", "", ""},
		{"12 Std.", "", ""},
		{"1 Night x 2", "", ""},
		{"12.34.5", "", ""},
		{"1,23,456", "", ""},
		{"1.234,567,890", "", ""},
		{"5,", "", ""},
		{",5", "", ""},
		{"--5", "", ""},
		{"(5", "", ""},
		{"5)", "", ""},
		{"2014-08-03", "", ""},
		{"19.04.2014", "", ""},
		{"1e5", "", ""},
		{"0x10", "", ""},
		{"NaN", "", ""},
	} {
		got, ok := extract.ParseNumber(tc.printed, tc.document)
		if ok != (tc.want != "") || ok && string(got) != tc.want {
			t.Errorf("%q in %q = %q, %v; want %q", tc.printed, tc.document, got, ok, tc.want)
		}
	}
}

func TestDates(t *testing.T) {
	const days, months = "vom 31/12/2017", "due 12/31/2017"
	for _, tc := range []struct{ printed, document, iso string }{
		{"2014-08-03", "", "2014-08-03"},
		{"August 3 , 2014", "", "2014-08-03"},
		{"Aug. 3rd, 2014", "", "2014-08-03"},
		{"7. Mai 2014", "", "2014-05-07"},
		{"19 april 2014", "", "2014-04-19"},
		{"1er février 2020", "", "2020-02-01"},
		{"le 3 août 2021", "", "2021-08-03"},
		{"5 de enero de 2022", "", "2022-01-05"},
		{"12 gennaio 2019", "", "2019-01-12"},
		{"16 APR/AVR 07", "", "2007-04-16"},
		{"12 AUGUST/AOUT 74", "", "1974-08-12"},
		{"03-Feb-21", "", "2021-02-03"},
		{"31/12/2017", "", "2017-12-31"},
		{"12/31/2017", "", "2017-12-31"},
		{"01/01/2018", "", "2018-01-01"},
		{"21.05.14", "", "2014-05-21"},
		{"01.07.2020", "", "2020-07-01"},
		{"03/04/2020", "", ""},
		{"03/04/2020", days, "2020-04-03"},
		{"03/04/2020", months, "2020-03-04"},
		{"2020年3月4日", "", "2020-03-04"},
	} {
		printed, iso, ok := extract.FindDate("am: "+tc.printed+" (x)", tc.document)
		if !ok || iso != tc.iso {
			t.Errorf("%q in %q = %q %q, %v; want %q", tc.printed, tc.document, printed, iso, ok, tc.iso)
		}
	}
	for _, s := range []string{"", "32.01.2020", "30.02.2020", "13/13/2020", "1.2.3", "3 apples 2014", "Version 10.2", "2014-13-01"} {
		if printed, iso, ok := extract.FindDate(s, ""); ok {
			t.Errorf("%q is no date, got %q %q", s, printed, iso)
		}
	}
}

func TestAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		answer string
		cut    bool
		want   string // JSON; empty means an error
	}{
		"bare":                 {`{"a": "x"}`, false, `{"a":"x"}`},
		"fenced":               {"```json\n{\"a\": \"x\"}\n```", false, `{"a":"x"}`},
		"fence without name":   {"```\n{\"a\": \"x\"}\n```\n", false, `{"a":"x"}`},
		"fence not closed":     {"```json\n{\"a\": \"x\"}", false, `{"a":"x"}`},
		"with words":           {"Here it is: {\"a\": \"x\"} Done.", false, `{"a":"x"}`},
		"one in a list":        {`[{"a": "x"}]`, false, `{"a":"x"}`},
		"valid is not touched": {`{"a": "C:\\temp \\u0041", "b": 1.50}`, false, `{"a":"C:\\temp \\u0041","b":1.50}`},
		"a name twice":         {`{"a": "x", "a": "y"}`, false, `{"a":"x"}`},
		"trailing comma":       {`{"a": "x", "b": [1, 2,],}`, false, `{"a":"x","b":[1,2]}`},
		"single quotes":        {`{'a': 'x'}`, false, `{"a":"x"}`},
		"latex":                {`{"a": "\frac{1}{2} \alpha \times \rho", "b": "x\ny"}`, false, `{"a":"\\frac{1}{2} \\alpha \\times \\rho","b":"x\ny"}`},
		"latex and a comma":    {`{"a": "\(x\) \beta",}`, false, `{"a":"\\(x\\) \\beta"}`},
		"not closed":           {`{"a": "x", "b": {"c": "y"`, false, `{"a":"x","b":{"c":"y"}}`},
		"cut in a value":       {`{"a": "x", "b": "12`, true, `{"a":"x"}`},
		"cut in a list":        {`{"a": [{"n": "1"}, {"n": "2`, true, `{"a":[{"n":"1"},{}]}`},
		"text":                 {"I see a cat.", false, ""},
		"empty":                {"", false, ""},
		"a number":             {"12", false, ""},
		"a list":               {`["a", "b"]`, false, ""},
		"deep":                 {strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300), false, ""},
		"deep and broken":      {strings.Repeat(`[{"a":`, 300), false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := extract.ParseAnswer(tc.answer, tc.cut)
			if tc.want == "" {
				if err == nil {
					t.Fatalf("got %v", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var want any
			dec := json.NewDecoder(strings.NewReader(tc.want))
			dec.UseNumber()
			if err := dec.Decode(&want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func FuzzAnswer(f *testing.F) {
	for _, s := range []string{`{"a":"x"}`, "```json\n{'a': \\frac,}\n```", `{"a": [1, {"b": "\u12`, `[{"a":}]`, "{\"a\":\"\\", `{"a" 1 "b"}`} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, answer string, cut bool) {
		got, err := extract.ParseAnswer(answer, cut)
		if err == nil {
			if _, err := json.Marshal(got); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzFill fills any schema from any answer of a model: there is data of every
// field, and it satisfies the schema or the breaches are listed.
func FuzzFill(f *testing.F) {
	f.Add(card, `{"id_number":"7","address":{"street":[1]},"items":[{"name":"x","price":"1.234,50"},null,3],"tags":"a"}`)
	f.Add(`{"type":"object","properties":{"a":{"type":"integer","minimum":3},"b":{"enum":["x"]}},"required":["a"]}`, `{"a":"2","b":"y"}`)
	f.Add(`{"a":[[{"b":1e9}]]}`, `{"a":[[{"b":"-1e400"}],{"b":"\\ud83d"}]}`)
	f.Add(`{"when":{"type":"string","format":"date"}}`, "```json\n{when: '1.2.2024',}")
	f.Fuzz(func(t *testing.T, source, answer string) {
		s, err := extract.Parse(source)
		if err != nil {
			return
		}
		x, err := s.Extract(&document.Result{Pages: []document.PageResult{answeredPage(1, answer)}})
		if err != nil {
			if _, ok := errors.AsType[*document.Problem](err); !ok {
				t.Fatalf("%v is no problem", err)
			}
			return
		}
		if !json.Valid(x.Data) || x.Valid != (len(x.SchemaErrors) == 0) {
			t.Fatalf("data %s, valid %v, %+v", x.Data, x.Valid, x.SchemaErrors)
		}
	})
}

// today of the MRZ tests.
var today = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// The specimens of ICAO Doc 9303 parts 4, 5 and 6.
var (
	td3 = []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}
	td1 = []string{"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"}
	td2 = []string{"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"}
)

func TestMRZ(t *testing.T) {
	anna := func(kind, number, personal string) []string {
		return []string{kind, "UTO", "ERIKSSON", "ANNA MARIA", number, "UTO", "1974-08-12", "F", "2012-04-15", personal}
	}
	for name, tc := range map[string]struct {
		lines []string
		want  []string
	}{
		"TD3":                                 {td3, anna("P", "L898902C3", "ZE184226B")},
		"TD1":                                 {td1, anna("I", "D23145890", "")},
		"TD2":                                 {td2, anna("I", "D23145890", "")},
		"spaces, a zero for O, a filler lost": {[]string{"P<UT0ERIKSSON <<ANNA<MARIA<<<<<<<<<<<<<<<<<<", "L898902C36UT074O8122F1204159ZE184226B<<<<10"}, anna("P", "L898902C3", "ZE184226B")},
		"fillers too many":                    {[]string{td3[0] + "<<", td3[1]}, anna("P", "L898902C3", "ZE184226B")},
		"guillemets":                          {[]string{"P<UTOERIKSSON«ANNA<MARIA«««««««««<", td3[1]}, anna("P", "L898902C3", "ZE184226B")},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := extract.MRZ(tc.lines, today)
			if !ok || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %q, %v", got, ok)
			}
		})
	}
}

// TestMRZChecksItsDigits changes one character at a time in every place that a
// check digit covers.
func TestMRZChecksItsDigits(t *testing.T) {
	for at, c := range td3[1] {
		if at >= 10 && at < 13 || at == 20 || c == '<' {
			continue // nationality and sex have no digit; fillers count as nothing
		}
		other := "7"
		if c == '7' {
			other = "4"
		}
		line := td3[1][:at] + other + td3[1][at+1:]
		if got, ok := extract.MRZ([]string{td3[0], line}, today); ok {
			t.Errorf("%s passed as %q", line, got)
		}
	}
	for name, lines := range map[string][]string{
		"none": nil, "one line": td3[:1], "text": {"Dear Sir or Madam,", "thank you for your letter"}, "short": {"P<UTO", "L89"},
		"month 13": {td3[0], "L898902C36UTO7413128F1204159ZE184226B<<<<<10"},
	} {
		if got, ok := extract.MRZ(lines, today); ok {
			t.Errorf("%s passed as %q", name, got)
		}
	}
}

func FuzzMRZ(f *testing.F) {
	for _, z := range [][]string{td1, td2, td3} {
		f.Add(strings.Join(z, "\n"))
	}
	f.Add("<\n<")
	f.Add("P<«««\n\xff")
	f.Fuzz(func(t *testing.T, zone string) {
		got, ok := extract.MRZ(strings.Split(zone, "\n"), today)
		if ok && (len(got[6]) != 10 || got[6] > today.Format(time.DateOnly)) {
			t.Fatalf("born %q", got[6])
		}
	})
}

func TestCodes(t *testing.T) {
	for s, want := range map[string]string{
		"IBAN DE30507500940000048567": "DE30507500940000048567", "CH58 0079 1123 0008 8901 2": "CH58 0079 1123 0008 8901 2",
		"IBAN: GB82 WEST 1234 5698 7654 32 BIC WESTGB22": "GB82 WEST 1234 5698 7654 32", "IBAN DE30507500940000048568": "", "": "", "DE": "",
	} {
		if got, ok := extract.FindIBAN(s); got != want || ok != (want != "") {
			t.Errorf("IBAN in %q = %q", s, got)
		}
	}
	for s, want := range map[string]string{
		"UStId DE 232 446 240": "DE 232 446 240", "BTW NL810433941B01": "NL810433941B01", "USt-IdNr.: DE123456789 Steuer-Nr. 12": "DE123456789",
		"TVA FR 40 303 265 045": "FR 40 303 265 045", "CHE-123.456.789 MWST": "CHE-123.456.789 MWST", "DE12345678": "", "VAT 20%": "", "IT 12345678901": "IT 12345678901",
	} {
		if got, ok := extract.FindVAT(s); got != want || ok != (want != "") {
			t.Errorf("VAT number in %q = %q", s, got)
		}
	}
}
