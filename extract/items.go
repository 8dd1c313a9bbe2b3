package extract

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// columns are what the columns of tables commonly hold, as concepts are what single
// values are: names of fields, and the headings that they are printed under.
var columns = []concept{
	{
		"description", sortText,
		"description|item|name|product|article|service|item name|item description|product name|product description|service description|details|designation|title|text|bezeichnung|beschreibung|artikel|leistung|position|descripcion|concepto|producto|descrizione|prodotto|libelle|produit|omschrijving|product naam",
		"description|item|items|name|product|products|article|service|services|item name|item description|description of goods|description of services|goods|product name|product description|details|particulars|designation|bezeichnung|artikelbezeichnung|beschreibung|artikel|leistung|text|produkt|descripcion|concepto|articulo|producto|descrizione|articolo|prodotto|libelle|produit|prestation|omschrijving|artikelomschrijving",
	},
	{
		"quantity", sortText, // "2 pcs"
		"quantity|qty|count|units|pieces|hours|menge|anzahl|stueck|quantite|qte|cantidad|quantita|aantal",
		"quantity|qty|units|pcs|pieces|hours|qty hrs|hrs qty|menge|anzahl|stuck|stk|std|quantite|qte|qty delivered|cantidad|cant|unidades|quantita|qta|aantal|stuks|uren",
	},
	{"unit", sortText, "unit|uom|unit of measure|einheit|unite|unidad|unita|eenheid", "unit|uom|unit of measure|me|einheit|unite|unidad|unita|um|eenheid"},
	{
		"unitprice", sortAmount,
		"unit price|price|rate|unit cost|cost|price per unit|price each|einzelpreis|preis|stueckpreis|prix unitaire|prix|pu|precio unitario|precio|prezzo unitario|prezzo|stukprijs|prijs",
		"unit price|price|rate|unit cost|cost|price per unit|price each|individual price|each|unit price excl vat|einzelpreis|einzelpr|e preis|ep|preis|stuckpreis|preis stuck|einheitspreis|prix unitaire|prix|prix unit|prix u|pu|pu ht|p u|p u ht|prix unitaire ht|precio unitario|precio|precio unit|p unitario|prezzo unitario|prezzo|prezzo unit|stukprijs|prijs|eenheidsprijs|prijs per stuk",
	},
	{
		"amount", sortAmount,
		"amount|total|line total|line amount|total price|total amount|item total|net amount|net total|subtotal|sum|value|betrag|gesamt|gesamtpreis|summe|montant|total ht|montant ht|importe|importo|totale|bedrag|totaal",
		"amount|total|line total|line amount|total price|price total|total amount|net amount|net total|subtotal|sum|value|ext price|extended price|betrag|gesamt|gesamtpreis|gesamtpr|g preis|gp|summe|gesamtbetrag|nettobetrag|netto|montant|total ht|montant ht|total|prix total|importe|importo|totale|prezzo totale|bedrag|totaal|totaalprijs|regeltotaal",
	},
	{"taxrate", sortPercent, "tax rate|vat rate|vat percent|tax percent|vat|tax|mwst|ust|tva|iva|btw", "tax rate|vat rate|vat|tax|gst|mwst|ust|mwst satz|ust satz|tva|taux tva|iva|tipo iva|aliquota|aliquota iva|btw|btw tarief"},
	{"taxamount", sortAmount, "tax amount|vat amount|tax|vat|mwst|ust|tva|iva|btw", "tax amount|vat amount|vat|tax|gst|mwst|mwst betrag|ust|tva|montant tva|iva|importe iva|btw|btw bedrag"},
	{"discount", sortAmount, "discount|rebate|rabatt|remise|descuento|sconto|korting", "discount|disc|rebate|rabatt|nachlass|remise|descuento|dto|sconto|korting"},
	{"line", sortID, "no|number|line|line number|pos|position|item no|item number|index|nr|numero", "no|nr|line|line no|pos|position|item no|item number|sl no|s no|sr no|lfd nr|numero|num|regel"},
	{
		"code", sortText,
		"sku|code|item code|product code|article number|article no|part number|product number|product id|item id|reference|ref|artikelnummer|artikelnr|codigo|codice|artikelcode",
		"sku|code|item code|product code|article number|article no|art no|part number|part no|product number|product no|product id|item id|item no|item number|reference|ref|hsn|hsn sac|hsn code|artikelnummer|artikelnr|artikel nr|art nr|code article|codigo|referencia|codice|cod|cod articolo|artikelcode",
	},
	{
		"date", sortDate, "date|day|transaction date|booking date|service date|datum|buchungstag|fecha|data",
		"date|day|transaction date|booking date|service date|value date|datum|buchungstag|buchungsdatum|leistungsdatum|fecha|data|jour",
	},
	{"debit", sortAmount, "debit|withdrawal|money out|paid out|soll|debito", "debit|debits|withdrawal|withdrawals|money out|paid out|soll|belastung|cargo|addebiti|af"},
	{"credit", sortAmount, "credit|deposit|money in|paid in|haben|credito", "credit|credits|deposit|deposits|money in|paid in|haben|gutschrift|abono|accrediti|bij"},
	{"balance", sortAmount, "balance|saldo|solde", "balance|saldo|kontostand|solde"},
}

// columnsByName finds columns by the words of a field's name, in any order.
var columnsByName = func() map[string][]*concept {
	m := map[string][]*concept{}
	for i := range columns {
		for name := range strings.SplitSeq(columns[i].fields, "|") {
			key := bag(strings.Fields(name))
			m[key] = append(m[key], &columns[i])
		}
	}
	return m
}()

// columnTarget says under which headings the values of an item's field stand.
func columnTarget(f *field) target {
	words := splitName(f.name)
	t := target{field: f, labels: map[string]float64{}}
	numeric := f.kind == number || f.kind == integer
	for _, c := range columnsByName[bag(words)] {
		counts := c.sort == sortAmount || c.sort == sortPercent
		if t.concept == nil || counts == numeric && numeric != (t.concept.sort == sortAmount || t.concept.sort == sortPercent) {
			t.concept, t.sort = c, c.sort
		}
	}
	if t.concept != nil {
		for l := range strings.SplitSeq(t.concept.labels, "|") {
			t.labels[letters(l)] = 0.9
		}
	}
	t.labels[strings.Join(words, "")] = 1
	if f.title != "" {
		t.labels[letters(f.title)] = 1
	}
	delete(t.labels, "")
	return t
}

// fillList takes the items of a list from the rows of tables: of the table whose
// headings match the most fields, and of those with the same matches, as a table
// has that goes on over pages. An item needs two fields found, unless it has only one.
func (s *search) fillList(v *value) {
	if v.of.item.kind != group {
		return
	}
	w := wantedOf(v.of.item)
	var best heading
	headings := make([]heading, len(s.tables))
	for i := range s.tables {
		headings[i] = s.heading(&s.tables[i], w)
		if headings[i].better(best) {
			best = headings[i]
		}
	}
	if best.found < min(2, len(w.targets)) {
		return
	}
	for i := range s.tables {
		if headings[i].sameFields(best) {
			s.items(v, &s.tables[i], headings[i], w)
		}
	}
}

// wanted are the fields of a list's items, and what they are printed under.
type wanted struct {
	targets []target
	labels  map[string][]pair // by the letters of a heading; without columns
}

func wantedOf(item *field) *wanted {
	w := &wanted{labels: map[string][]pair{}}
	for i, f := range item.fields {
		t := target{field: f}
		if f.kind != group && f.kind != list { // which no cell holds
			t = columnTarget(f)
		}
		w.targets = append(w.targets, t)
		for key, score := range t.labels {
			w.labels[key] = append(w.labels[key], pair{field: i, score: score})
		}
	}
	return w
}

// heading is a row of a table that names fields.
type heading struct {
	row     int
	columns []int // by field, -1 where none has its name
	found   int
	score   float64
}

func (h heading) better(other heading) bool {
	return h.found > other.found || h.found == other.found && h.score > other.score
}

// sameFields reports whether two headings name the same fields.
func (h heading) sameFields(other heading) bool {
	return slices.EqualFunc(h.columns, other.columns, func(a, b int) bool { return (a < 0) == (b < 0) })
}

// maxHeadingRow is how far down a table its headings may stand.
const maxHeadingRow = 5

// heading is the row of the table that names the most fields, the first of equals.
func (s *search) heading(t *table, w *wanted) heading {
	var best heading
	for i, row := range t.rows[:min(len(t.rows), maxHeadingRow)] {
		below := t.rows[i+1 : min(len(t.rows), i+1+maxSample)]
		h := w.headingOf(row, func(i, col int) bool { return s.suits(w.targets[i], below, col) })
		if h.better(best) {
			best, best.row = h, i
		}
	}
	return best
}

// maxSample is how many rows are looked at to tell what a column holds.
const maxSample = 50

// suits reports whether no less than half of what stands in a column can be the
// field's value: under "Amount" may be "28 h" or "3,360.00".
func (s *search) suits(t target, rows [][]cell, col int) bool {
	filled, good := 0, 0
	for _, row := range rows {
		if col < len(row) && row[col].text != "" {
			filled++
			if _, ok := s.accept(t, t.countIn(row[col].text), false); ok {
				good++
			}
		}
	}
	return 2*good >= filled
}

// headingOf gives each field the column with the surest of its headings that suits
// it; each column goes to one field.
func (w *wanted) headingOf(row []cell, suits func(field, column int) bool) heading {
	h := heading{columns: slices.Repeat([]int{-1}, len(w.targets))}
	var pairs []pair
	for col, c := range row {
		for _, key := range headingKeys(c.text) {
			for _, l := range w.labels[key] {
				pairs = append(pairs, pair{l.field, col, l.score})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.score, a.score) })
	taken := make([]bool, len(row))
	for _, p := range pairs {
		if h.columns[p.field] < 0 && !taken[p.column] && suits(p.field, p.column) {
			h.columns[p.field], taken[p.column] = p.column, true
			h.found++
			h.score += p.score
		}
	}
	return h
}

// pair is a field and a column whose heading may mean it.
type pair struct {
	field, column int
	score         float64
}

var (
	bracketed = lazily(`\([^()]*\)|\[[^\[\]]*\]`)
	// inCurrency ends the heading of a column of amounts.
	inCurrency = lazily(`(?i)\s+(?:in\s+)?(?:EUR|USD|GBP|CHF|INR|RM|Rs\.?|Euro)$`)
)

// maxHeading bounds a heading, in bytes.
const maxHeading = 60

// headingKeys are the ways to understand a heading: whole, without its brackets
// and currency, and each of its languages.
func headingKeys(text string) []string {
	if text == "" || len(text) > maxHeading {
		return nil
	}
	if strings.TrimSpace(text) == "#" {
		return []string{"no"}
	}
	keys := []string{letters(text)}
	add := func(s string) {
		if key := letters(inCurrency().ReplaceAllString(strings.TrimSpace(s), "")); key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	plain := bracketed().ReplaceAllString(text, " ")
	add(plain)
	for part := range strings.SplitSeq(plain, "/") {
		add(part)
	}
	return keys
}

// items adds the rows under the heading that hold an item, down to the total.
func (s *search) items(v *value, t *table, h heading, w *wanted) {
	before := len(v.items)
	for _, row := range t.rows[h.row+1:] {
		switch sum := sumOf(row); {
		case sum == "total" && len(v.items) > before:
			return
		case sum != "", w.headingOf(row, anyColumn).found >= min(2, h.found):
			continue // or the headings once more
		}
		item, found := blank(v.of.item), 0
		for i, col := range h.columns {
			if col < 0 || col >= len(row) || row[col].text == "" {
				continue
			}
			if got, ok := s.accept(w.targets[i], w.targets[i].countIn(row[col].text), false); ok {
				item.fields[i].readings = []reading{{page: t.page, value: got, score: 1, at: row[col].at}}
				found++
			}
		}
		if found >= min(2, h.found) {
			v.items = append(v.items, item)
		}
	}
}

func anyColumn(_, _ int) bool { return true }

// counted is a number with its unit.
var counted = lazily(`^(\d[\d.,]*)\s*(?:x|×|\p{L}{1,10}\.?)$`)

// countIn leaves the unit of a quantity out where the field wants a number.
func (t target) countIn(text string) string {
	numeric := t.field.kind == number || t.field.kind == integer
	if m := counted().FindStringSubmatch(text); m != nil && numeric && t.concept != nil && t.concept.name == "quantity" {
		return m[1]
	}
	return text
}

// sums are the concepts that rows below the items speak of.
var sums = map[string]bool{"total": true, "net": true, "tax": true}

// sumOf names the concept by which a row sums up the ones above, "" when it does
// not: it begins with a label of a sum and has no more than a number or rate behind it.
func sumOf(row []cell) string {
	i := slices.IndexFunc(row, func(c cell) bool { return c.text != "" })
	if i < 0 {
		return ""
	}
	first := row[i].text
	words := wordsOf(first)
	key := ""
	for _, w := range words[:min(len(words), maxLabelWords)] {
		key += w.key
		if strings.ContainsFunc(first[w.end:], unicode.IsLetter) {
			continue
		}
		for _, l := range lexicon[key] {
			if sums[l.concept.name] {
				return l.concept.name
			}
		}
	}
	return ""
}
