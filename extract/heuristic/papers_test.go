package heuristic_test

import (
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/extract/extracttest"
)

// TestPapersOfEveryday has papers that are no bills.
func TestPapersOfEveryday(t *testing.T) {
	for name, tc := range map[string]struct {
		schema string
		lines  []line
		want   string
	}{
		"a statement of an account": {
			`{"account_holder":"","statement_number":"","opening_balance":0,"closing_balance":0}`,
			[]line{
				{100, 100, "Kontoauszug Nr. 2/2024"},
				{100, 160, "Kontoinhaber: Markus Feldmann"},
				{100, 260, "Alter Kontostand 1.204,17 EUR"},
				{100, 400, "06.02. Kartenzahlung"},
				{900, 400, "-64,90"},
				{100, 700, "Neuer Kontostand"},
				{900, 700, "2.732,10 EUR"},
			},
			`{"account_holder":"Markus Feldmann","statement_number":"2/2024","opening_balance":1204.17,"closing_balance":2732.10}`,
		},
		"a pay slip": {
			`{"employee":"","employee_number":"","gross":0,"net":0,"payout":0}`,
			[]line{
				{100, 100, "Personal-Nr."},
				{400, 100, "Name"},
				{100, 130, "00417"},
				{400, 130, "Feldmann, Markus"},
				{100, 300, "Gesamtbrutto"},
				{900, 300, "3.367,23"},
				{100, 400, "Nettoverdienst"},
				{900, 400, "2.478,82"},
				{100, 460, "Auszahlungsbetrag"},
				{900, 460, "2.438,82"},
			},
			`{"employee":"Feldmann, Markus","employee_number":"00417","gross":3367.23,"net":2478.82,"payout":2438.82}`,
		},
		"what was given at a till": {
			`{"total":0,"cash":0,"change":0}`,
			[]line{
				{100, 100, "SUMME"},
				{600, 100, "10,69"},
				{100, 140, "Geg. BAR"},
				{600, 140, "20,00"},
				{100, 180, "Rückgeld"},
				{600, 180, "9,31"},
			},
			`{"total":10.69,"cash":20.00,"change":9.31}`,
		},
		"a form with numbers, and labels for two things": {
			`{"name":"","geburtsdatum":"","wohnort":""}`,
			[]line{
				{100, 100, "1. Name, Vorname"},
				{100, 130, "Hoffmann, Klaus-Peter"},
				{100, 200, "2. Geburtsdatum"},
				{100, 230, "11.09.1974"},
				{100, 300, "3. PLZ, Wohnort"},
				{100, 330, "37073 Göttingen"},
			},
			`{"name":"Hoffmann, Klaus-Peter","geburtsdatum":"1974-09-11","wohnort":"37073 Göttingen"}`,
		},
		"labels that wrap, in a narrow column": {
			`{"account_number":"","sort_code":""}`,
			[]line{
				{700, 100, "Account"},
				{700, 126, "number"},
				{900, 100, "40718825"},
				{700, 180, "Sort"},
				{700, 206, "code"},
				{900, 180, "60-14-09"},
			},
			`{"account_number":"40718825","sort_code":"60-14-09"}`,
		},
		"a value that wraps": {
			`{"payment_terms":"","holder":""}`,
			[]line{
				{100, 100, "Payment terms: 45 days from receipt of"},
				{100, 126, "goods"},
				{100, 300, "Holder"},
				{300, 300, "De heer P.J. van der"},
				{300, 326, "Meulen"},
			},
			`{"payment_terms":"45 days from receipt of goods","holder":"De heer P.J. van der Meulen"}`,
		},
		"a form whose fields say what belongs there": {
			`{"consignee":"","place_of_delivery":"","wages":0}`,
			[]line{
				{100, 100, "2 Consignee (name, address)"},
				{600, 100, "17 Next carriers (name, address)"},
				{100, 130, "Nordic Interiors AB"},
				{100, 300, "3 Place of delivery of the goods"},
				{100, 330, "Malmö, Sweden"},
				{100, 400, "1 Wages, tips, other compensation"},
				{100, 430, "61248.50"},
			},
			`{"consignee":"Nordic Interiors AB","place_of_delivery":"Malmö, Sweden","wages":61248.50}`,
		},
		"labels with words that the fields leave out": {
			`{"date_limite_paiement":"","numero_compteur":""}`,
			[]line{{100, 100, "Date limite de paiement : 22/02/2025"}, {100, 200, "N° de compteur"}, {400, 200, "D18FA093364"}},
			`{"date_limite_paiement":"2025-02-22","numero_compteur":"D18FA093364"}`,
		},
		"a label within a sentence": {
			`{"due_date":"","ticket_number":""}`,
			[]line{{100, 100, "Der Betrag von 95,17 € ist fällig am 03.03.2025."}, {100, 200, "Gate closes early. Ticket number 657 2418890417"}},
			`{"due_date":"2025-03-03","ticket_number":"657 2418890417"}`,
		},
		"a bill of electricity": {
			`{"meter_number":"","consumption":0,"date":""}`,
			[]line{{100, 100, "Zählernummer 1EMH0012847755"}, {100, 200, "Verbrauch: 2.846 kWh. Zählerstand neu 21.249 kWh"}, {100, 300, "Ihre Rechnung vom 14.02.2025"}, {100, 400, "Summe 876,61"}},
			`{"meter_number":"1EMH0012847755","consumption":2846,"date":"2025-02-14"}`,
		},
		"the date of a letter": {
			`{"date":"","scadenza":""}`,
			[]line{{100, 100, "Roncadelle, 20 febbraio 2025"}, {100, 200, "Scadenza: 31/01/2025"}},
			`{"date":"2025-02-20","scadenza":"2025-01-31"}`,
		},
		"amounts in lakhs": {
			`{"total":0}`,
			[]line{{100, 100, "Total amount"}, {600, 100, "4,88,520.00"}},
			`{"total":488520.00}`,
		},
		"amounts whose digits spaces group, in Polish": {
			`{"razem_brutto":0,"numer_faktury":""}`,
			[]line{{100, 100, "Numer faktury: FV 2025/04/0317"}, {100, 200, "Razem brutto"}, {600, 200, "3 683,85"}},
			`{"razem_brutto":3683.85,"numer_faktury":"FV 2025/04/0317"}`,
		},
		"what a page carries forward beside the balance": {
			`{"closing_balance":0}`,
			[]line{{100, 100, "Balance carried forward"}, {600, 100, "2,532.37"}, {100, 300, "Closing balance"}, {600, 300, "2,497.18"}},
			`{"closing_balance":2497.18}`,
		},
		"a number that labels shorten": {
			`{"member_number":"","locker_nr":""}`,
			[]line{{100, 100, "Member no."}, {400, 100, "M-1187"}, {100, 140, "Locker number: 52"}},
			`{"member_number":"M-1187","locker_nr":"52"}`,
		},
		"a row of headings over values": {
			`{"trabajador":"","numero_licencia":""}`,
			[]line{
				{100, 100, "Empresa"},
				{400, 100, "Trabajador"},
				{700, 100, "Periodo"},
				{100, 130, "Conservas del Norte"},
				{400, 130, "Lucía Ortega"},
				{700, 130, "Mayo 2023"},
				{100, 300, "Número de licencia: FF-552"},
			},
			`{"trabajador":"Lucía Ortega","numero_licencia":"FF-552"}`,
		},
		"a business card": {
			`{"email":"","website":"","phone":"","mobile":""}`,
			[]line{{100, 100, "T +44 1632 960 120"}, {100, 140, "M +44 (0)7700 900-331"}, {100, 180, "nadia@halliday.example"}, {100, 220, "www.halliday.example"}},
			`{"email":"nadia@halliday.example","website":"www.halliday.example","phone":"+44 1632 960 120","mobile":"+44 (0)7700 900-331"}`,
		},
		"whom a bill is sent to": {
			`{"customer":"","vat":0,"vat_id":""}`,
			[]line{
				{100, 60, "Oleificio Marchetti"},
				{100, 90, "Via Roma 45"},
				{100, 120, "06049 Spoleto"},
				{100, 150, "P.IVA 01234567890"},
				{100, 300, "Firma"},
				{100, 330, "Gasthof Zum Hirschen"},
				{100, 360, "Hauptstraße 3"},
				{100, 390, "79286 Glottertal"},
				{700, 900, "zzgl. 19 % MwSt."},
				{1000, 900, "260,87"},
				{700, 940, "Rechnungsbetrag"},
				{1000, 940, "1.633,87"},
				{100, 1700, "Spoleto"},
			},
			`{"customer":"Gasthof Zum Hirschen","vat":260.87,"vat_id":"01234567890"}`,
		},
		"prices of which a head says in three lines that tax is not counted": {
			`{"amount_untaxed":0,"tax":0,"total":0}`,
			[]line{
				{100, 100, "Item"},
				{700, 100, "Price"},
				{700, 124, "without"},
				{700, 148, "VAT"},
				{900, 100, "Amount"},
				{100, 200, "Hosting"},
				{700, 200, "5.39"},
				{900, 200, "5.39"},
				{100, 240, "Mail"},
				{700, 240, "3.89"},
				{900, 240, "3.89"},
				{700, 400, "Total EUR"},
				{900, 400, "9.28"},
			},
			`{"amount_untaxed":9.28,"tax":null,"total":9.28}`,
		},
		"a way to pay beside the total": {
			`{"total":0,"payment_method":""}`,
			[]line{
				{100, 100, "Totaal"},
				{600, 100, "€ 717,97"},
				{100, 140, "\"Bancontact\" op 21 april 2015"},
				{600, 140, "€ 717,97"},
				{100, 180, "\"PayPal\" op 25 mei 2015"},
				{600, 180, "€ 9,32"},
			},
			`{"total":717.97,"payment_method":"Bancontact"}`,
		},
		"rupees of an Indian bill": {
			`{"total":0,"currency":""}`,
			[]line{{100, 100, "Grand Total"}, {600, 100, "Rs 1939"}, {100, 200, "GSTIN"}, {100, 240, "29AAACN4165C1Z5"}},
			`{"total":1939,"currency":"INR"}`,
		},
		"rupees of a bill that does not say whose": {
			`{"total":0,"currency":""}`,
			[]line{{100, 100, "Grand Total"}, {600, 100, "Rs 1939"}},
			`{"total":1939,"currency":"Rs"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			extracttest.WantJSON(t, find(t, tc.schema, extracttest.Page(1, tc.lines...)).Data, tc.want)
		})
	}
}

// TestRowsOfPagesAskew has amounts that stand beside other labels in the pixels of the page.
func TestRowsOfPagesAskew(t *testing.T) {
	page := extracttest.Page(1)
	region := document.Region{ID: "p1r1", Type: document.RegionText}
	add := func(x, y, width float64, text string) {
		const slope, height = 0.05, 24
		y += slope * x
		end := y + slope*width
		region.Lines = append(region.Lines, document.Line{
			Text: text, BBox: document.BBox{int(x), int(y), int(x + width), int(end + height)},
			Quad: [4]document.Point{{X: x, Y: y}, {X: x + width, Y: end}, {X: x + width, Y: end + height}, {X: x, Y: y + height}},
		})
	}
	for i, row := range [][2]string{{"Subtotal", "27.70"}, {"Service", "2.77"}, {"Total", "30.47"}} {
		add(100, 200+40*float64(i), 120, row[0])
		add(900, 200+40*float64(i), 80, row[1])
	}
	page.Regions = append(page.Regions, region)
	x := find(t, `{"subtotal":0,"total":0}`, page)
	extracttest.WantJSON(t, x.Data, `{"subtotal":27.70,"total":30.47}`)
	if got := x.Evidence["/total"].BBox; got != region.Lines[5].BBox {
		t.Errorf("the total stands at %v, want %v", got, region.Lines[5].BBox)
	}
}
