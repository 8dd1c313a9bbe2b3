package heuristic_test

import (
	"fmt"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/extract/extracttest"
)

const itemSchema = `{"items":[{"description":"","quantity":0,"unit_price":0,"amount":0}]}`

func TestItemsOfTables(t *testing.T) {
	for name, tc := range map[string]struct {
		schema, want string
		pages        []document.PageResult
	}{
		"English, totals below": {itemSchema, `{"items":[
			{"description":"Bolt M8","quantity":40,"unit_price":0.25,"amount":10.00},
			{"description":"Nut M8","quantity":12,"unit_price":0.10,"amount":1.20}]}`, []document.PageResult{extracttest.Grid(1,
			[]string{"Pos.", "Item", "Qty", "Unit Price (EUR)", "Total"},
			[]string{"1", "Bolt M8", "40", "0.25", "10.00"},
			[]string{"2", "Nut M8", "12 pcs", "0.10", "1.20"},
			[]string{"", "Subtotal", "", "", "11.20"},
			[]string{"VAT 20%", "", "", "", "2.24"},
			[]string{"Total", "", "", "", "13.44"},
			[]string{"", "Paid by card", "1", "13.44", "13.44"})}},
		"German, under a title": {itemSchema, `{"items":[{"description":"Beratung","quantity":2,"unit_price":1200.50,"amount":2401.00}]}`, []document.PageResult{extracttest.Grid(1,
			[]string{"Leistungen im März", "", "", ""},
			[]string{"Bezeichnung", "Menge", "Einzelpreis", "Gesamt €"},
			[]string{"Beratung", "2 Std.", "1.200,50", "2.401,00"})}},
		"two languages in a heading": {itemSchema, `{"items":[{"description":"Fromage","quantity":3,"unit_price":null,"amount":9.00}]}`, []document.PageResult{extracttest.Grid(1,
			[]string{"Description / Désignation", "Qté", "Montant"}, []string{"Fromage", "3", "9,00"})}},
		"over two pages": {itemSchema, `{"items":[{"description":"a","quantity":1,"unit_price":null,"amount":1.50},{"description":"b","quantity":2,"unit_price":null,"amount":2.50}]}`, []document.PageResult{
			extracttest.Grid(1, []string{"Item", "Qty", "Amount"}, []string{"a", "1", "1.50"}),
			extracttest.Grid(2, []string{"Item", "Qty", "Amount"}, []string{"b", "2", "2.50"}),
		}},
		"the schema's own names": {`{"stays":[{"guest_name":"","room_no":"","arrival":""}]}`, `{"stays":[{"guest_name":"Ann Lee","room_no":"12","arrival":"3 May"}]}`, []document.PageResult{extracttest.Grid(1,
			[]string{"Room no.", "Guest name", "Arrival"}, []string{"12", "Ann Lee", "3 May"})}},
		"the table that fits best": {itemSchema, `{"items":[{"description":"Bolt","quantity":1,"unit_price":2,"amount":2}]}`, []document.PageResult{
			extracttest.Grid(1, []string{"Description", "Amount"}, []string{"Carried over", "7"}),
			extracttest.Grid(2, []string{"Description", "Qty", "Price", "Amount"}, []string{"Bolt", "1", "2", "2"}),
		}},
		"what a column holds decides": {itemSchema, `{"items":[{"description":"Garden work","quantity":null,"unit_price":120.00,"amount":3360.00}]}`, []document.PageResult{extracttest.Grid(1,
			[]string{"Description", "Amount", "Price", "Total"}, []string{"Garden work", "28 h", "120.00", "3'360.00"})}},
		"from HTML, with spans": {itemSchema, `{"items":[
			{"description":"Bolts & Nuts","quantity":40,"unit_price":null,"amount":10.00},{"description":"Nut","quantity":2,"unit_price":null,"amount":1.00}]}`, []document.PageResult{extracttest.HTML(1,
			`<table><thead><tr><th rowspan="2">No</th><th colspan=2>Item</th><th>Qty</th><th>Amount</th></tr></thead>
			<tr><td>Bolts &amp; <b>Nuts</b></td><td>x</td><td>40</td><td>10.00</td></tr><tr><td>2</td><td colspan="2">Nut</td><td>2</td><td>1.00</td></tr></table>`)}},
		"no headings":            {itemSchema, `{"items":[]}`, []document.PageResult{extracttest.Grid(1, []string{"Bolt", "1", "2.00"}, []string{"Nut", "2", "3.00"})}},
		"one heading is too few": {itemSchema, `{"items":[]}`, []document.PageResult{extracttest.Grid(1, []string{"Item", "Shelf"}, []string{"Bolt", "7"})}},
		"one field is enough for one": {`{"items":[{"description":""}]}`, `{"items":[{"description":"Bolt"}]}`, []document.PageResult{extracttest.Grid(1,
			[]string{"Item", "Shelf"}, []string{"Bolt", "7"})}},
		"rows without an item": {itemSchema, `{"items":[{"description":"Bolt","quantity":1,"unit_price":null,"amount":2.00}]}`, []document.PageResult{extracttest.Grid(1,
			[]string{"Item", "Qty", "Amount"}, []string{"Hardware", "", ""}, []string{"Bolt", "1", "2.00"}, []string{"stainless", "", ""}, nil, []string{"Item", "Qty", "Amount"})}},
		"lists of single values": {`{"items":[""]}`, `{"items":[]}`, []document.PageResult{extracttest.Grid(1, []string{"Item", "Qty"}, []string{"Bolt", "1"})}},
		"no table":               {itemSchema, `{"items":[]}`, []document.PageResult{extracttest.Page(1, line{100, 100, "Item Qty Amount"}, line{100, 130, "Bolt 1 2.00"})}},
	} {
		t.Run(name, func(t *testing.T) {
			x := find(t, tc.schema, tc.pages...)
			extracttest.WantJSON(t, x.Data, tc.want)
			if len(x.Conflicts) != 0 {
				t.Errorf("conflicts %+v", x.Conflicts)
			}
		})
	}
}

// TestItemsHaveEvidence: every value of an item is a text of its cell.
func TestItemsHaveEvidence(t *testing.T) {
	x := find(t, itemSchema, extracttest.Grid(1, []string{"Item", "Qty", "Amount"}, []string{"Bolt", "1", "2.00"}), extracttest.HTML(2, `<table><tr><td>Item<td>Qty<td>Amount<tr><td>Nut<td>3<td>4.00</table>`))
	for path, want := range map[string]document.Evidence{
		"/items/0/description": {Page: 1, Region: "p1r1", BBox: document.BBox{0, 40, 44, 64}, Text: "Bolt"},
		"/items/0/amount":      {Page: 1, Region: "p1r1", BBox: document.BBox{400, 40, 444, 64}, Text: "2.00"},
		"/items/1/quantity":    {Page: 2, Region: "p2r1", BBox: document.BBox{1, 2, 3, 4}, Text: "3"},
	} {
		if got := x.Evidence[path]; got != want {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
	}
	if len(x.Evidence) != 6 {
		t.Errorf("evidence %v", x.Evidence)
	}
}

// TestHugeTables ends soon: tables, up to 1 MB of them in a region, and schemas are
// foreign.
func TestHugeTables(t *testing.T) {
	var schema strings.Builder
	for i := range 500 {
		fmt.Fprintf(&schema, `,"f%d":""`, i)
	}
	row := "<tr>" + strings.Repeat("<td>Item</td><td colspan=9999>Amount</td>", 60) + "</tr>"
	x := find(t, `{"items":[{"description":"","amount":0`+schema.String()+`}]}`, extracttest.HTML(1, "<table>"+strings.Repeat(row, 400)))
	extracttest.WantJSON(t, x.Data, `{"items":[]}`)
}

func FuzzTable(f *testing.F) {
	f.Add(`<table><tr><td>Item<td>Amount<tr><td rowspan=2>Bolt<td colspan="0">2.00</table>`)
	f.Add(`<tr><td>Item</table><table><table><td>Amount<TR><TH ROWSPAN='9999'>`)
	f.Fuzz(func(t *testing.T, content string) {
		searchAnything(t, `{"items":[{"description":"","amount":0}]}`, extracttest.HTML(1, content))
	})
}
