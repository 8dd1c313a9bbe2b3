package printed_test

import (
	"testing"

	"ocr-gateway/extract/printed"
)

func TestDates(t *testing.T) {
	const days, months = "vom 31/12/2017", "due 12/31/2017"
	for _, tc := range []struct{ text, document, iso string }{
		{"2014-08-03", "", "2014-08-03"},
		{"03/04/2025", "Portland, OR 97214", "2025-03-04"},
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
		got, ok := printed.FindDate("am: "+tc.text+" (x)", printed.DayOrderOf(tc.document))
		if !ok || got.ISO != tc.iso {
			t.Errorf("%q in %q = %+v, %v; want %q", tc.text, tc.document, got, ok, tc.iso)
		}
	}
	for _, s := range []string{"", "32.01.2020", "30.02.2020", "13/13/2020", "1.2.3", "3 apples 2014", "Version 10.2", "2014-13-01"} {
		if got, ok := printed.FindDate(s, printed.UnknownOrder); ok {
			t.Errorf("%q is no date, got %+v", s, got)
		}
	}
}
