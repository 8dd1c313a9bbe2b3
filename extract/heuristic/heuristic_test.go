package heuristic_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/extract/extracttest"
	"ocr-gateway/extract/heuristic"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/extract/schema"
	"ocr-gateway/extract/values"
)

type line = extracttest.Line

// extraction is what was found, as people get it.
type extraction struct {
	Data      json.RawMessage
	Evidence  map[string]document.Evidence
	Conflicts []document.Conflict
}

func find(t *testing.T, source string, pages ...document.PageResult) *extraction {
	t.Helper()
	s, err := schema.Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	x := search(s, pages...)
	if !json.Valid(x.Data) {
		t.Fatalf("data %s", x.Data)
	}
	return x
}

func search(s *schema.Schema, pages ...document.PageResult) *extraction {
	var lines []pagetext.Line
	var tables []pagetext.Table
	var text strings.Builder
	block := 0
	for i := range pages {
		of, _ := pagetext.Lines(&pages[i], &block)
		found, _ := pagetext.Tables(&pages[i])
		lines, tables = append(lines, of...), append(tables, found...)
	}
	for _, l := range lines {
		text.WriteString(l.Text + "\n")
	}
	found := heuristic.Find(lines, tables, printed.LocaleOf(text.String()), s.Root, extracttest.Today)
	x := &extraction{Evidence: map[string]document.Evidence{}}
	found.Walk("", func(path string, v *values.Tree) {
		if r := v.Best(); r != nil {
			x.Evidence[path] = *r.At
		}
		if c := v.Conflict(path); c != nil {
			x.Conflicts = append(x.Conflicts, *c)
		}
	})
	var data bytes.Buffer
	found.WriteJSON(&data)
	x.Data = data.Bytes()
	return x
}

// invoice is a schema in the words of many systems.
const invoice = `{"type":"object","properties":{"invoice_number":{"type":"string"},"invoice_date":{"type":"string"},"due_date":{"type":"string"},
	"total_amount":{"type":"number"},"net_amount":{"type":"number"},"tax_amount":{"type":"number"},"currency":{"type":"string"},
	"vendor":{"type":"object","properties":{"name":{"type":"string"},"vat_id":{"type":"string"},"iban":{"type":"string"},"zip":{"type":"string"},"city":{"type":"string"},"street":{"type":"string"}}},
	"customerName":{"type":"string"}}}`

func TestInvoices(t *testing.T) {
	for name, tc := range map[string]struct {
		lines []line
		want  string
	}{
		"English, labels left": {[]line{
			{100, 60, "Northwind Traders Ltd"},
			{100, 90, "12 High Street"},
			{100, 120, "Leeds LS1 4AP"},
			{100, 150, "www.northwind-traders.co.uk"},
			{700, 60, "INVOICE"},
			{700, 130, "Invoice No:"},
			{960, 130, "NW-2024-0815"},
			{700, 160, "Invoice Date:"},
			{960, 160, "14 March 2024"},
			{700, 190, "Due Date:"},
			{960, 190, "13 April 2024"},
			{100, 300, "Bill to:"},
			{100, 330, "Contoso LLC"},
			{100, 360, "1 Main Street"},
			{700, 900, "Subtotal"},
			{1000, 900, "£1,000.00"},
			{700, 930, "VAT (20%)"},
			{1000, 930, "£200.00"},
			{700, 960, "Total due"},
			{1000, 960, "£1,200.00"},
			{100, 1500, "VAT No. GB 123 4567 89"},
			{100, 1530, "IBAN GB82 WEST 1234 5698 7654 32"},
		}, `{"invoice_number":"NW-2024-0815","invoice_date":"2024-03-14","due_date":"2024-04-13","total_amount":1200.00,"net_amount":1000.00,"tax_amount":200.00,"currency":"GBP",
			"vendor":{"name":"Northwind Traders Ltd","vat_id":"GB 123 4567 89","iban":"GB82 WEST 1234 5698 7654 32","zip":"LS1 4AP","city":"Leeds","street":"12 High Street"},"customerName":"Contoso LLC"}`},
		"German, inline": {[]line{
			{100, 80, "Muster Werkzeuge GmbH · Industriestr. 5 · 70565 Stuttgart"},
			{100, 160, "Firma"},
			{100, 190, "Beispiel AG"},
			{100, 220, "Hafenweg 1"},
			{100, 250, "20457 Hamburg"},
			{100, 400, "Rechnung"},
			{100, 450, "Rechnungs-Nr.: 2023/4711"},
			{100, 480, "Rechnungsdatum: 02.11.2023"},
			{100, 510, "Fällig am 16.11.2023"},
			{700, 900, "Nettobetrag"},
			{1000, 900, "1.050,00 €"},
			{700, 930, "MwSt. 19 %"},
			{1000, 930, "199,50 €"},
			{700, 960, "Gesamtbetrag"},
			{1000, 960, "1.249,50 €"},
			{100, 1600, "Muster Werkzeuge GmbH"},
			{100, 1630, "USt-IdNr. DE123456789"},
			{100, 1660, "IBAN DE89 3704 0044 0532 0130 00"},
		}, `{"invoice_number":"2023/4711","invoice_date":"2023-11-02","due_date":"2023-11-16","total_amount":1249.50,"net_amount":1050.00,"tax_amount":199.50,"currency":"EUR",
			"vendor":{"name":"Muster Werkzeuge GmbH","vat_id":"DE123456789","iban":"DE89 3704 0044 0532 0130 00","zip":"70565","city":"Stuttgart","street":"Industriestr. 5"},"customerName":null}`},
		"French, headings over values": {[]line{
			{100, 60, "Les Jardins de Provence SARL"},
			{100, 90, "8 rue des Lilas"},
			{100, 120, "13001 Marseille"},
			{100, 150, "Tél. 04 91 00 00 00"},
			{100, 300, "Facture N°"},
			{400, 300, "Date de facture"},
			{700, 300, "Échéance"},
			{100, 330, "F-2022-118"},
			{400, 330, "05/06/2022"},
			{700, 330, "20/06/2022"},
			{700, 900, "Total HT"},
			{1000, 900, "80,00 €"},
			{700, 930, "TVA 20 %"},
			{1000, 930, "16,00 €"},
			{700, 960, "Total TTC"},
			{1000, 960, "96,00 €"},
			{100, 1600, "N° TVA FR40303265045"},
		}, `{"invoice_number":"F-2022-118","invoice_date":"2022-06-05","due_date":"2022-06-20","total_amount":96.00,"net_amount":80.00,"tax_amount":16.00,"currency":"EUR",
			"vendor":{"name":"Les Jardins de Provence SARL","vat_id":"FR40303265045","iban":null,"zip":"13001","city":"Marseille","street":"8 rue des Lilas"},"customerName":null}`},
		"nothing of the kind": {[]line{
			{100, 60, "Minutes of the meeting"}, {100, 120, "The total of the discussion was that the amount of work is too large."}, {100, 150, "Invoice handling is due to be changed by the vendor."},
		}, `{"invoice_number":null,"invoice_date":null,"due_date":null,"total_amount":null,"net_amount":null,"tax_amount":null,"currency":null,
			"vendor":{"name":null,"vat_id":null,"iban":null,"zip":null,"city":null,"street":null},"customerName":null}`},
	} {
		t.Run(name, func(t *testing.T) {
			x := find(t, invoice, extracttest.Page(1, tc.lines...))
			extracttest.WantJSON(t, x.Data, tc.want)
			onThePage(t, x, tc.lines)
		})
	}
}

// onThePage checks that nothing was invented: the evidence of every value is a
// line of the page.
func onThePage(t *testing.T, x *extraction, lines []line) {
	t.Helper()
	for path, e := range x.Evidence {
		found := false
		for _, l := range lines {
			found = found || l.Text == e.Text
		}
		if !found || e.Page != 1 || !strings.HasPrefix(e.Region, "p1r") {
			t.Errorf("%s: evidence %+v", path, e)
		}
	}
}

func TestOwnWordsOfASchema(t *testing.T) {
	lines := []line{
		{100, 100, "Patient:"},
		{300, 100, "Jane Doe"},
		{100, 140, "Blood group"},
		{300, 140, "AB+"},
		{100, 180, "Check In"},
		{400, 180, "Check Out"},
		{100, 208, "31/12/2017"},
		{400, 208, "02/01/2018"},
		{100, 300, "Room No. 214"},
		{100, 340, "Nights: 2"},
		{100, 380, "Remarks (if any)"},
		{100, 500, "Weight 72,5 kg"},
	}
	x := find(t, `{"patient":"","bloodGroup":"","date_check_in":"","check_out_date":"","room_number":"","nights":0,"remarks":"","height":0}`, extracttest.Page(1, lines...))
	extracttest.WantJSON(t, x.Data, `{"patient":"Jane Doe","bloodGroup":"AB+","date_check_in":"2017-12-31","check_out_date":"2018-01-02","room_number":"214","nights":2,"remarks":null,"height":null}`)
	onThePage(t, x, lines)
}

func TestDateBesideTheNumber(t *testing.T) {
	x := find(t, `{"invoice_number":"","invoice_date":"","amount":0}`, extracttest.Page(1, line{100, 100, "Facture n°562044387 du 2 Juillet 2015"},
		line{100, 200, "Date limite : 12 août 2015"}, line{100, 300, "Total facture"}, line{600, 300, "29,99 €"}))
	extracttest.WantJSON(t, x.Data, `{"invoice_number":"562044387","invoice_date":"2015-07-02","amount":29.99}`)
}

func TestIssuerByItsOwnAddress(t *testing.T) {
	for name, lines := range map[string][]line{
		"a logo that begins the domain": {{100, 60, "OYO"}, {100, 800, "Total 5.00"}, {100, 1500, "contactus@oyorooms.com"}},
		"a name that goes on":           {{100, 60, "OYO Rooms"}, {100, 800, "Total 5.00"}, {100, 1500, "www.oyorooms.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			x := find(t, `{"issuer":""}`, extracttest.Page(1, lines...))
			extracttest.WantJSON(t, x.Data, `{"issuer":"`+lines[0].Text+`"}`)
		})
	}
	x := find(t, `{"issuer":""}`, extracttest.Page(1, line{100, 60, "OYO"}, line{100, 800, "oyo is at the top"}, line{100, 1500, "info@gmail.com"}))
	extracttest.WantJSON(t, x.Data, `{"issuer":null}`)
}

func TestTitlesAreLabelsToo(t *testing.T) {
	x := find(t, `{"type":"object","properties":{"f1":{"type":"string","title":"Membership number"}}}`, extracttest.Page(1, line{100, 100, "Membership number: M 1234"}))
	extracttest.WantJSON(t, x.Data, `{"f1":"M 1234"}`)
}

const identity = `{"type":"","country":"","surname":"","given_names":"","document_number":"","nationality":"","date_of_birth":"","sex":"","date_of_expiry":""}`

func TestIdentityCardsByTheirZone(t *testing.T) {
	want := `{"type":"I","country":"UTO","surname":"ERIKSSON","given_names":"ANNA MARIA","document_number":"D23145890","nationality":"UTO","date_of_birth":"1974-08-12","sex":"F","date_of_expiry":"2012-04-15"}`
	lines := []line{{300, 100, "Surname"}, {300, 130, "EriKson"}, {100, 600, extracttest.TD1[0]}, {100, 640, extracttest.TD1[1]}, {100, 680, extracttest.TD1[2]}}
	extracttest.WantJSON(t, find(t, identity, extracttest.Page(1, lines...)).Data, want)
}

func TestIdentityCardsByTheirLabels(t *testing.T) {
	x := find(t, identity, extracttest.Page(1,
		line{300, 100, "Surname/ Nom"}, line{300, 130, "DUPONT"}, line{300, 180, "Given names/ Prénoms"}, line{300, 210, "Marie Claire"},
		line{300, 260, "Nationality / Nationalité"}, line{300, 290, "FRANÇAISE"}, line{300, 340, "Date of birth"}, line{300, 370, "13 07 1990"},
		line{600, 340, "Sex"}, line{600, 370, "F"}, line{300, 420, "Document No."}, line{300, 450, "X4RTBPFW4"}, line{600, 420, "Expiry date"}, line{600, 450, "11.07.2030"}))
	extracttest.WantJSON(t, x.Data, `{"type":null,"country":null,"surname":"DUPONT","given_names":"Marie Claire","document_number":"X4RTBPFW4","nationality":"FRANÇAISE","date_of_birth":"1990-07-13","sex":"F","date_of_expiry":"2030-07-11"}`)
}

// FuzzPage searches pages of anything for anything.
func FuzzPage(f *testing.F) {
	f.Add(invoice, "Invoice No: 12\nTotal\n€ 5,00")
	f.Add(identity, strings.Join(extracttest.TD3, "\n"))
	f.Add(`{"a":{"b":[{"c":0}]}}`, "A:\n\xff°º/|")
	f.Fuzz(func(t *testing.T, source, text string) {
		var lines []line
		for i, s := range strings.Split(text, "\n") {
			lines = append(lines, line{100 + 300*(i%3), 100 + 20*i, s})
		}
		searchAnything(t, source, extracttest.Page(1, lines...))
	})
}

// searchAnything must end with valid data, whatever stands on the page.
func searchAnything(t *testing.T, source string, page document.PageResult) {
	s, err := schema.Parse(source)
	if err != nil {
		return
	}
	if x := search(s, page); !json.Valid(x.Data) {
		t.Fatalf("data %s", x.Data)
	}
}
