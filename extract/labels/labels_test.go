package labels_test

import (
	"slices"
	"testing"

	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/schema"
)

func TestSplitName(t *testing.T) {
	for name, want := range map[string][]string{
		"invoice_number": {"invoice", "number"}, "customerName": {"customer", "name"}, "VATNumber": {"vat", "number"}, "due-date": {"due", "date"},
		"Fälligkeit 2": {"falligkeit", "2"}, "": nil, "__": nil,
	} {
		if got := labels.SplitName(name); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestTargetOf(t *testing.T) {
	for name, want := range map[string]struct {
		kind    schema.Kind
		parents []string
		concept string
		form    labels.Form
		side    labels.Side
		label   string // one of those it is printed under
	}{
		"invoice_number": {concept: "invoicenumber", form: labels.ID, label: "rechnungsnr"},
		"numberInvoice":  {concept: "invoicenumber", form: labels.ID, label: "factureno"},
		"total":          {kind: schema.Number, concept: "total", form: labels.Amount, label: "totalttc"},
		"vendor_vat_id":  {concept: "vatid", form: labels.VAT, side: labels.Issuer, label: "ustid"},
		"name":           {parents: []string{"customer"}, side: labels.Recipient, concept: "recipient", form: labels.Text, label: "billto"},
		"date_check_in":  {form: labels.Date, label: "checkin"},
		"blood group":    {form: labels.Text, label: "bloodgroup"},
	} {
		got := labels.TargetOf(&schema.Field{Name: name, Kind: want.kind}, want.parents)
		if got.Is(want.concept) != (want.concept != "") || got.Concept != nil && want.concept == "" || got.Form != want.form || got.Side != want.side || got.Labels[want.label] == 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestColumnTarget(t *testing.T) {
	for name, want := range map[string]struct {
		kind    schema.Kind
		concept string
		heading string
	}{
		"tax":        {schema.Number, "taxrate", "mwst"},
		"unit_price": {schema.Number, "unitprice", "einzelpreis"},
		"guest":      {schema.Text, "", "guest"},
	} {
		got := labels.ColumnTarget(&schema.Field{Name: name, Kind: want.kind})
		if got.Is(want.concept) != (want.concept != "") || got.Labels[want.heading] == 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
