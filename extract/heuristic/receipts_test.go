package heuristic_test

import (
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/extract/extracttest"
)

// till makes a receipt from its rows: "|" stands for white between two pieces of a row,
// of which the last ends at the right margin, and "^" at the beginning for the middle.
func till(rows ...string) document.PageResult {
	const left, right, char, pitch = 60, 620, 11, 34
	var lines []line
	for i, row := range rows {
		y := 40 + i*pitch
		if text, centered := strings.CutPrefix(row, "^"); centered {
			lines = append(lines, line{X: (left+right)/2 - char*len([]rune(text))/2, Y: y, Text: text})
			continue
		}
		pieces := strings.Split(row, "|")
		for k, text := range pieces {
			if text == "" {
				continue
			}
			x := left
			switch {
			case k == 0:
			case k == len(pieces)-1:
				x = right - char*len([]rune(text))
			default:
				x = left + (right-left)*k/len(pieces)
			}
			lines = append(lines, line{X: x, Y: y, Text: text})
		}
	}
	return extracttest.Page(1, lines...)
}

const shopSchema = `{"company":"","address":"","date":"","total":""}`

// TestReceipts has receipts of made-up shops in several countries.
func TestReceipts(t *testing.T) {
	for name, c := range map[string]struct {
		schema string
		page   document.PageResult
		want   string
	}{
		"Malaysia: a legal form, a registration number, tax codes, rounding": {shopSchema, till(
			"^KEDAI BUKU PELITA SDN. BHD.", "^(Co. Reg. No : 778812-K)", "^NO. 14 & 16, JALAN BAYU 3/2,", "^TAMAN BAYU PERDANA,", "^41200 KLANG, SELANGOR",
			"^TEL : 03-3323 5566", "^GST ID : 000811112345", "^TAX INVOICE", "Invoice No : CS00045123", "Date : 14-03-2017 11:02:45 AM",
			"Item|Qty|Price|Amount", "Ruler 30cm|2|1.90|3.80 SR", "Ink blue|1|12.20|12.20 SR", "Total Qty : 3",
			"Total Sales (Excluding GST)|15.09", "Total GST|0.91", "Rounding Adj|0.00", "TOTAL (RM) :|16.00", "CASH|20.00", "CHANGE|4.00", "Thank you, please come again",
		), `{"company":"KEDAI BUKU PELITA SDN. BHD.","address":"NO. 14 & 16, JALAN BAYU 3/2, TAMAN BAYU PERDANA, 41200 KLANG, SELANGOR","date":"2017-03-14","total":"16.00"}`},
		"Malaysia: no legal form, a scribble above, a date with a time alone": {shopSchema, till(
			"tan chay yee", "^RESTORAN SELERA UTARA", "^(002153322-M)", "^67, JALAN MERANTI 5,", "^BANDAR SERI ALAM, 81750 MASAI, JOHOR.",
			"Table 12|Pax 2", "Bill # 00317", "05/06/18 13:42", "Nasi lemak|1|7.50", "Teh tarik|2|4.40", "Sub Total :|11.90", "GST 6% :|0.71", "Rounding :|-0.01", "Total :|12.60", "Cash :|50.00", "Change :|37.40",
		), `{"company":"RESTORAN SELERA UTARA","address":"67, JALAN MERANTI 5, BANDAR SERI ALAM, 81750 MASAI, JOHOR.","date":"05/06/18","total":"12.60"}`},
		"Malaysia: a name over two lines, a branch, a total for cash only": {shopSchema, till(
			"^PASARAYA HARMONI", "^SDN BHD (44120-T)", "^LOT 3, GROUND FLOOR, PLAZA INTAN", "^JALAN INTAN, 36000 TELUK INTAN", "^PERAK DARUL RIDZUAN",
			"^GST NO: 001122334455", "CASHIER : AINA|12-08-16 18:30", "RICE 5KG|1|25.90", "EGGS|1|11.20", "TOTAL DISCOUNT|-1.10", "TOTAL|RM36.00", "CASH|RM50.00", "CHANGE|RM14.00", "ITEMS SOLD|2",
		), `{"company":"PASARAYA HARMONI SDN BHD","address":"LOT 3, GROUND FLOOR, PLAZA INTAN JALAN INTAN, 36000 TELUK INTAN PERAK DARUL RIDZUAN","date":"12-08-16","total":"RM36.00"}`},
		"Germany: a baker": {shopSchema, till(
			"^Bäckerei Kornblum", "^Inh. Petra Kornblum", "^Lindenallee 7", "^04177 Leipzig", "^Tel. 0341/445566", "^St.-Nr. 231/133/01234",
			"Roggenbrot|3,80 A", "4 x Brezel|3,60 A", "Kaffee|2,50 B", "Summe EUR|9,90", "Bar EUR|20,00", "Rückgeld EUR|10,10", "A 7,0 %|netto 6,92|7,40", "B 19,0 %|netto 2,10|2,50", "03.05.2024 08:12|Bon 4711",
		), `{"company":"Bäckerei Kornblum","address":"Lindenallee 7 04177 Leipzig","date":"2024-05-03","total":"9,90"}`},
		"France: a total beside a card": {shopSchema, till(
			"^SUPERETTE DES HALLES", "^12 RUE DU MARCHE", "^35000 RENNES", "^TEL 02 99 11 22 33", "^SIRET 404 833 048 00022", "Le 21/11/2023 a 17:45", "PAIN COMPLET|2,10", "LAIT 1L|1,15", "TOTAL TTC|3,25 EUR", "CB|3,25 EUR", "TVA 5,5%|0,17", "MERCI DE VOTRE VISITE",
		), `{"company":"SUPERETTE DES HALLES","address":"12 RUE DU MARCHE 35000 RENNES","date":"2023-11-21","total":"3,25 EUR"}`},
		"United States: a diner": {shopSchema, till(
			"^WELCOME TO", "^Blue Heron Diner", "^418 Harbor Ave", "^Portland, OR 97209", "^(503) 555-0142", "Server: Kim|Table 7", "Sep 14, 2022|6:05 PM", "2 Clam Chowder|17.00", "1 Iced Tea|3.25", "Subtotal|20.25", "Tax|1.62", "Total|$21.87", "VISA XXXX1234|$21.87", "Tip: ______",
		), `{"company":"Blue Heron Diner","address":"418 Harbor Ave Portland, OR 97209","date":"2022-09-14","total":"$21.87"}`},
		"Britain: balance due, pounds": {shopSchema, till(
			"^HOLLOWAY HARDWARE", "^22-24 Mill Lane", "^Derby DE1 3QY", "^VAT No 123 4567 89", "^www.hollowayhardware.co.uk", "SCREWS 4X40|£2.49", "HAMMER|£11.00", "BALANCE DUE|£13.49", "CASH|£20.00", "CHANGE|£6.51", "19/01/2021 10:22 Till 2",
		), `{"company":"HOLLOWAY HARDWARE","address":"22-24 Mill Lane Derby DE1 3QY","date":"2021-01-19","total":"£13.49"}`},
		"Spain: a legal form, importe total": {shopSchema, till(
			"^FERRETERIA LA ESQUINA, S.L.", "^C/ Mayor, 45", "^28013 Madrid", "^CIF B12345674", "Factura simplificada: T-00312", "Fecha: 07/10/2022 Hora: 19:03", "1 Taladro|49,90", "2 Broca|7,00", "IMPORTE TOTAL|56,90", "ENTREGADO|60,00", "CAMBIO|3,10",
		), `{"company":"FERRETERIA LA ESQUINA, S.L.","address":"C/ Mayor, 45 28013 Madrid","date":"07/10/2022","total":"56,90"}`},
		"Italy: scontrino": {shopSchema, till(
			"^ALIMENTARI DA GINO", "^di Bianchi Luigi", "^Via Roma 18", "^50123 FIRENZE", "^P.IVA 01234567897", "PANE|2,40", "OLIO|9,80", "TOTALE EURO|12,20", "CONTANTI|15,00", "RESTO|2,80", "16-02-2020 12:55",
		), `{"company":"ALIMENTARI DA GINO","address":"Via Roma 18 50123 FIRENZE","date":"2020-02-16","total":"12,20"}`},
		"Singapore: the label above its amount": {shopSchema, till(
			"^ORCHID STATIONERS PTE LTD", "^BLK 210 TAMPINES ST 21", "^#01-1234 SINGAPORE 520210", "^Tel: 6785 1122", "Receipt No: A-2210|Date: 30 Nov 2019", "PAPER A4|2|9.00", "GRAND TOTAL", "|9.00", "NETS|9.00",
		), `{"company":"ORCHID STATIONERS PTE LTD","address":"BLK 210 TAMPINES ST 21 #01-1234 SINGAPORE 520210","date":"2019-11-30","total":"9.00"}`},
		"Netherlands: no company form, te betalen": {shopSchema, till(
			"^Fietsen Jansen", "^Havenstraat 9", "^1211 KL Hilversum", "^KvK 32098765", "Datum: 11-04-2023", "Binnenband|7,95", "Montage|12,50", "Totaal|20,45", "BTW 21%|3,55", "Te betalen|20,45", "PIN|20,45",
		), `{"company":"Fietsen Jansen","address":"Havenstraat 9 1211 KL Hilversum","date":"11-04-2023","total":"20,45"}`},
		"Australia: an ABN, total including tax beside savings": {shopSchema, till(
			"^GUM TREE GROCERS PTY LTD", "^ABN 51 824 753 556", "^Shop 4, 120 Station St", "^Newtown NSW 2042", "MILK 2L|3.10", "BREAD|4.50", "TOTAL SAVINGS|1.20", "TOTAL (inc GST)|$7.60", "EFTPOS|$7.60", "GST included|$0.28", "08/12/2021 09:15 REG 03",
		), `{"company":"GUM TREE GROCERS PTY LTD","address":"Shop 4, 120 Station St Newtown NSW 2042","date":"08/12/2021","total":"$7.60"}`},
		"labels and amounts in one line, quantities before totals": {shopSchema, till(
			"^KLINIK HAIWAN MESRA", "^(PJ BRANCH)", "^NO 8-G, JALAN SS 21/60,", "^DAMANSARA UTAMA,", "^47400 PETALING JAYA", "^TEL:0377288199", "DATE: 27/02/18|TIME: 11:24",
			"VACCINE 1 45.00", "SHAMPOO 2 30.00", "TOTAL 3 75.00", "TOTAL INCL. GST@6% RM 79.50", "CASH RM 100.00", "CHANGE RM 20.50",
		), `{"company":"KLINIK HAIWAN MESRA","address":"NO 8-G, JALAN SS 21/60, DAMANSARA UTAMA, 47400 PETALING JAYA","date":"2018-02-27","total":"RM 79.50"}`},
		"a receipt headed by its kind, a printed date and time in one": {shopSchema, till(
			"^RECEIPT", "^LIM HARDWARE TRADING", "^CO REG : 345678-D", "^LOT 889 JALAN BESAR", "^SUNGAI BULOH", "^47000 SELANGOR", "DOC NO : R0021", "27 FEB 2018 06:27PM", "PIPE|12.00", "GLUE|3.50", "TOTAL AMOUNT :|RM 15.50", "PAYMENT :|RM 20.00", "CHANGE DUE :|RM 4.50",
		), `{"company":"LIM HARDWARE TRADING","address":"LOT 889 JALAN BESAR SUNGAI BULOH 47000 SELANGOR","date":"2018-02-27","total":"RM 15.50"}`},
		"whole rupiah, a grand total over a service charge": {shopSchema, till(
			"^WARUNG SARI RASA", "^Jl. Kenanga No. 12", "^Bandung 40115", "^Telp 022-4201234", "12/04/2019 19:20", "2 Nasi goreng|50.000", "1 Es jeruk|12.000", "Subtotal|62.000", "Service 5%|3.100", "Pajak 10%|6.510", "Grand Total|71.610", "Tunai|100.000", "Kembali|28.390",
		), `{"company":"WARUNG SARI RASA","address":"Jl. Kenanga No. 12 Bandung 40115","date":"12/04/2019","total":"71.610"}`},
		"a date glued to its time, a rounded total": {shopSchema, till(
			"^SEGAR FRUIT MART SDN BHD", "^(1120047-P)", "^15, JALAN TIMUR 2, TAMAN TIMUR", "^53300 KUALA LUMPUR", "^GST REG NO : 000445566778", "19/09/201712:44:10", "Durian|18.02", "Total (Incl. GST)|18.02", "Rounding|-0.02", "Rounded Total (RM)|18.00", "Cash|18.00", "Change|0.00",
		), `{"company":"SEGAR FRUIT MART SDN BHD","address":"15, JALAN TIMUR 2, TAMAN TIMUR 53300 KUALA LUMPUR","date":"2017-09-19","total":"18.00"}`},
		"a utility bill with a due date": {`{"vendor":"","date":"","due_date":"","total_amount":0}`, till(
			"North Fjord Energy AS|Bill 88213", "12 Dock Street, Bergen", "Bill date|4 June 2023", "Meter reading|12 May 2023", "Energy 120 kWh|96.00", "Network|41.50", "Amount due|137.50", "Due date|25 June 2023",
		), `{"vendor":"North Fjord Energy AS","date":"2023-06-04","due_date":"2023-06-25","total_amount":137.50}`},
		"a taxi slip": {shopSchema, till(
			"^TAXI CENTRAAL UTRECHT", "^Stationsplein 3", "^3511 ED Utrecht", "Rit 4412", "Datum 09-10-2021 23:51", "Ritprijs|21,10", "Wachttijd|3,40", "Totaal|24,50", "BTW 9%|2,02",
		), `{"company":"TAXI CENTRAAL UTRECHT","address":"Stationsplein 3 3511 ED Utrecht","date":"09-10-2021","total":"24,50"}`},
		"a hotel folio: a subtotal above the total": {shopSchema, till(
			"^Hotel Zum Anker OHG", "^Seestraße 22", "^88131 Lindau", "^USt-IdNr. DE 123456789", "Rechnung Nr. 5501|Datum: 02.08.2022", "Übernachtung|178,00", "Frühstück|24,00", "Zwischensumme|202,00", "Rabatt|-20,20", "Gesamtbetrag|181,80", "EC-Karte|181,80",
		), `{"company":"Hotel Zum Anker OHG","address":"Seestraße 22 88131 Lindau","date":"2022-08-02","total":"181,80"}`},
		"an untaxed amount beside line totals": {`{"vendor":"","amount":0,"amount_untaxed":0,"tax":0,"date":""}`, till(
			"Delta Print GmbH|Rechnung", "Werkstr. 2, 70565 Stuttgart|Datum: 12.09.2023", "Pos|Menge|Netto|Betrag", "1|10|4,00|40,00", "2|5|3,20|16,00", "Netto|56,00", "MwSt 19%|10,64", "Gesamt|66,64",
		), `{"vendor":"Delta Print GmbH","amount":66.64,"amount_untaxed":56.00,"tax":10.64,"date":"2023-09-12"}`},
		"no tax at all": {`{"issuer":"","amount":0,"amount_untaxed":0}`, till(
			"^Yarrow Hosting Ltd", "^3 Quay Road", "Server, May|12.00", "Backup, May|4.50", "Total|16.50",
		), `{"issuer":"Yarrow Hosting Ltd","amount":16.50,"amount_untaxed":16.50}`},
	} {
		t.Run(name, func(t *testing.T) {
			extracttest.WantJSON(t, find(t, c.schema, c.page).Data, c.want)
		})
	}
}
