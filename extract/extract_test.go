package extract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/extract"
	"ocr-gateway/extract/extracttest"
)

type line = extracttest.Line

// answeredPage is a page of which a model said something.
func answeredPage(number int, answer string, lines ...line) document.PageResult {
	p := extracttest.Page(number, lines...)
	p.Answer = &document.Answer{Text: answer}
	return p
}

func find(t *testing.T, schema string, pages ...document.PageResult) *document.Extraction {
	t.Helper()
	s, err := extract.New(schema)
	if err != nil {
		t.Fatal(err)
	}
	x, err := s.ExtractOn(&document.Result{Pages: pages}, extracttest.Today)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(x.Data) {
		t.Fatalf("data %s", x.Data)
	}
	return x
}

const order = `{"type":"object","properties":{
	"number":{"type":"string","pattern":"^A-[0-9]+$"},"total":{"type":"number","minimum":0},"count":{"type":"integer"},"paid":{"type":"boolean"},
	"due":{"type":"string","format":"date"},"kind":{"enum":["order","invoice"]},
	"items":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"price":{"type":"number"}}}}},
	"required":["number"]}`

func TestModelAnswersAreTyped(t *testing.T) {
	x := find(t, order, answeredPage(1, `{"number":"A-17","total":"1.234,50 €","count":"3","paid":"yes","due":"7. Mai 2014","kind":"order",
		"items":[{"name":"Bolt","price":"12,50"},{"name":"","price":null},{"name":"Nut","price":"0,10"}],"more":"ignored"}`))
	extracttest.WantJSON(t, x.Data, `{"number":"A-17","total":1234.50,"count":3,"paid":true,"due":"2014-05-07","kind":"order","items":[{"name":"Bolt","price":12.5},{"name":"Nut","price":0.1}]}`)
	if !x.Valid || len(x.SchemaErrors) > 0 || x.Method != document.MethodModel || x.Status != document.StatusOK {
		t.Errorf("%+v", x)
	}
	if !strings.HasPrefix(string(x.Data), `{"number":"A-17","total":1234.50,`) {
		t.Errorf("the schema's order, the printed decimals: %s", x.Data)
	}
}

func TestWrongTypesAreReportedAndNull(t *testing.T) {
	x := find(t, order, answeredPage(1, `{"number":"17","total":"a lot","count":"2.5","paid":"perhaps","due":"03/04/2020","kind":"letter","items":[{"name":{"x":1},"price":"-"}]}`))
	extracttest.WantJSON(t, x.Data, `{"number":null,"total":null,"count":null,"paid":null,"due":null,"kind":null,"items":[{"name":null,"price":null}]}`)
	got := map[string]string{}
	for _, e := range x.SchemaErrors {
		got[e.Path] += e.Detail + " (" + e.Value + ") "
	}
	for path, says := range map[string]string{
		"/number": "pattern", "/total": "not a number (a lot)", "/count": "not a whole number (2.5)", "/paid": "true or false", "/due": "two ways",
		"/kind": "none of the allowed", "/items/0/name": "not a string", "/items/0/price": "not a number (-)",
	} {
		if !strings.Contains(got[path], says) {
			t.Errorf("%s: %q, want %q", path, got[path], says)
		}
	}
	if !strings.Contains(got["/number"], "required") || x.Valid {
		t.Errorf("a required field is now absent: %q, valid %v", got["/number"], x.Valid)
	}
}

func TestAbsentFieldsAreNull(t *testing.T) {
	for _, answer := range []string{`{}`, `{"a":null,"b":{"c":"  "},"l":[]}`, `{"b":{},"l":null}`, `{"l":[{"x":""}]}`} {
		x := find(t, `{"a":"","b":{"c":0},"l":[{"x":""}]}`, answeredPage(1, answer))
		extracttest.WantJSON(t, x.Data, `{"a":null,"b":{"c":null},"l":[]}`)
		if !x.Valid {
			t.Errorf("%s: %+v", answer, x.SchemaErrors)
		}
	}
}

func TestPagesAreMergedFieldByField(t *testing.T) {
	x := find(t, `{"name":"","total":0,"lines":[""]}`,
		answeredPage(1, `{"name":"Müller GmbH","lines":["a","b"]}`),
		answeredPage(2, `{"name":"MÜLLER GMBH","total":"12.50","lines":["c"]}`),
		answeredPage(3, `{"name":"Meier AG","total":"12,5"}`))
	extracttest.WantJSON(t, x.Data, `{"name":"Müller GmbH","total":12.50,"lines":["a","b","c"]}`)
	want := []document.Conflict{{Path: "/name", Chosen: 1, Values: []document.PageValue{{Page: 1, Value: "Müller GmbH"}, {Page: 2, Value: "MÜLLER GMBH"}, {Page: 3, Value: "Meier AG"}}}}
	if !reflect.DeepEqual(x.Conflicts, want) {
		t.Errorf("conflicts %+v", x.Conflicts)
	}
}

func TestEvidence(t *testing.T) {
	x := find(t, `{"name":"","total":0,"address":"","code":"","invented":"","items":[{"price":0}]}`,
		answeredPage(1, `{"name":"MULLER & SOHNE","invented":"Nobody Ltd","code":"AG"}`, line{100, 100, "Müller & Söhne"}, line{100, 400, "Tagung"}, line{100, 500, "in AG"}),
		answeredPage(2, `{"total":"1234.5","address":"Hauptstr. 5, 10115 Berlin","items":[{"price":"7"}]}`,
			line{100, 100, "Hauptstr. 5"}, line{100, 130, "10115 Berlin"}, line{600, 300, "Summe 1.234,50 EUR"}, line{600, 500, "7,00"}))
	got := map[string]string{}
	for path, e := range x.Evidence {
		got[path] = fmt.Sprintf("%d %s %s", e.Page, e.Region, e.Text)
	}
	want := map[string]string{
		"/name": "1 p1r1 Müller & Söhne", "/code": "1 p1r3 in AG", "/total": "2 p2r2 Summe 1.234,50 EUR",
		"/address": "2 p2r1 Hauptstr. 5\n10115 Berlin", "/items/0/price": "2 p2r3 7,00",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("evidence %v", got)
	}
	if box := x.Evidence["/address"].BBox; box != (document.BBox{100, 100, 232, 154}) {
		t.Errorf("box %v", box)
	}
}

func TestEveryPageIsAccountedFor(t *testing.T) {
	failed := document.PageResult{Number: 2, Status: document.StatusFailed, Error: document.Problemf(document.CodePageFailed, document.PhaseRaster, "damaged")}
	refused := extracttest.Page(3)
	refused.Answer = &document.Answer{Error: document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "refused")}
	cut := answeredPage(4, `{"a":"four","b":"fo`)
	cut.Answer.Error = document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "cut")
	x := find(t, `{"a":"","b":""}`, answeredPage(1, `nonsense`), failed, refused, cut, answeredPage(5, `{"b":"five"}`), extracttest.Page(6, line{100, 100, "b: six"}))
	extracttest.WantJSON(t, x.Data, `{"a":"four","b":"five"}`)
	var statuses []string
	for _, p := range x.Pages {
		statuses = append(statuses, fmt.Sprintf("%d %s %s %v", p.Number, p.Status, p.Method, p.Error != nil))
	}
	want := []string{"1 failed model true", "2 failed heuristic true", "3 failed model true", "4 partial model true", "5 ok model false", "6 ok heuristic false"}
	if !slices.Equal(statuses, want) {
		t.Errorf("pages %q", statuses)
	}
	if x.Status != document.StatusPartial || x.Method != document.MethodMixed {
		t.Errorf("status %s, method %s", x.Status, x.Method)
	}
	s, err := extract.New(`{"a":""}`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Extract(&document.Result{Pages: []document.PageResult{refused}})
	var p *document.Problem
	if !errors.As(err, &p) || p.Detail != "refused" {
		t.Errorf("nothing was searched: %v", err)
	}
}

// TestTextStandsInForTheAnswer: where the model's answer for a page is of no use, its
// fields are looked for in the text that was read.
func TestTextStandsInForTheAnswer(t *testing.T) {
	refusal := document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "refused").Retry()
	refused := extracttest.Page(1, line{100, 100, "Invoice No: A-17"}, line{100, 400, "Total due: 12.50"})
	refused.Answer = &document.Answer{Error: refusal}
	garbled := answeredPage(1, "no JSON at all", line{100, 100, "Invoice No: A-17"}, line{100, 400, "Total due: 12.50"})
	const schema = `{"invoice_number":"","total":0}`
	for name, page := range map[string]document.PageResult{"refused": refused, "garbled": garbled} {
		x := find(t, schema, page)
		extracttest.WantJSON(t, x.Data, `{"invoice_number":"A-17","total":12.50}`)
		if x.Status != document.StatusPartial || x.Method != document.MethodHeuristic || x.Evidence["/total"].Text != "Total due: 12.50" {
			t.Errorf("%s: %+v", name, x)
		}
		if p := x.Pages[0]; p.Status != document.StatusPartial || p.Method != document.MethodHeuristic || p.Error == nil {
			t.Errorf("%s: page %+v", name, p)
		}
	}
	x := find(t, schema, refused, answeredPage(2, `{"total":"12.50"}`))
	extracttest.WantJSON(t, x.Data, `{"invoice_number":"A-17","total":12.50}`)
	if x.Method != document.MethodMixed || x.Pages[0].Error != refusal || x.Pages[1].Method != document.MethodModel || len(x.Conflicts) != 0 {
		t.Errorf("%+v", x)
	}
}

func TestNamesOfAnswersAreMatchedLoosely(t *testing.T) {
	x := find(t, `{"date of issue":"","n":""}`, answeredPage(1, `{"Date_of_Issue":"2020","n":1.50}`))
	extracttest.WantJSON(t, x.Data, `{"date of issue":"2020","n":"1.50"}`)
}

// TestConflictsOfLabels has two pages that say different things with the same
// words, and one value that stands on both.
func TestConflictsOfLabels(t *testing.T) {
	x := find(t, `{"invoice_number":"","total":0}`,
		extracttest.Page(1, line{100, 100, "Invoice number: 17"}, line{100, 140, "Total: 5.00"}),
		extracttest.Page(2, line{100, 100, "Invoice number: 18"}, line{100, 140, "Grand total: 9.00"}))
	extracttest.WantJSON(t, x.Data, `{"invoice_number":"17","total":9.00}`)
	if len(x.Conflicts) != 1 || x.Conflicts[0].Path != "/invoice_number" || x.Conflicts[0].Chosen != 1 {
		t.Errorf("conflicts %+v", x.Conflicts)
	}
}

// TestItemsKeepTheirPagesOrder when one page was answered by a model.
func TestItemsKeepTheirPagesOrder(t *testing.T) {
	answered := answeredPage(2, `{"items":[{"description":"Nut","amount":"4.00"}]}`)
	refused := extracttest.Grid(1, []string{"Item", "Amount"}, []string{"Bolt", "2.00"})
	refused.Answer = &document.Answer{Error: document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "refused")}
	x := find(t, `{"items":[{"description":"","amount":0}]}`, refused, answered)
	extracttest.WantJSON(t, x.Data, `{"items":[{"description":"Bolt","amount":2.00},{"description":"Nut","amount":4.00}]}`)
}

// FuzzFill fills any schema from any answer of a model: there is data of every
// field, and it satisfies the schema or the breaches are listed.
func FuzzFill(f *testing.F) {
	f.Add(card, `{"id_number":"7","address":{"street":[1]},"items":[{"name":"x","price":"1.234,50"},null,3],"tags":"a"}`)
	f.Add(`{"type":"object","properties":{"a":{"type":"integer","minimum":3},"b":{"enum":["x"]}},"required":["a"]}`, `{"a":"2","b":"y"}`)
	f.Add(`{"a":[[{"b":1e9}]]}`, `{"a":[[{"b":"-1e400"}],{"b":"\\ud83d"}]}`)
	f.Add(`{"when":{"type":"string","format":"date"}}`, "```json\n{when: '1.2.2024',}")
	f.Fuzz(func(t *testing.T, source, answer string) {
		s, err := extract.New(source)
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
