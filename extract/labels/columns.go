package labels

// columns are the concepts of columns of tables; their labels are headings.
var columns = []Concept{
	{
		"description", Text,
		"description|item|name|product|article|service|item name|item description|product name|product description|service description|details|designation|title|text|bezeichnung|beschreibung|artikel|leistung|position|descripcion|concepto|producto|descrizione|prodotto|libelle|produit|omschrijving|product naam",
		"description|item|items|name|product|products|article|service|services|item name|item description|description of goods|description of services|goods|product name|product description|details|particulars|designation|bezeichnung|artikelbezeichnung|beschreibung|artikel|leistung|text|produkt|descripcion|concepto|articulo|producto|descrizione|articolo|prodotto|libelle|produit|prestation|omschrijving|artikelomschrijving",
	},
	{
		"quantity", Text, // "2 pcs"
		"quantity|qty|count|units|pieces|hours|menge|anzahl|stueck|quantite|qte|cantidad|quantita|aantal",
		"quantity|qty|units|pcs|pieces|hours|qty hrs|hrs qty|menge|anzahl|stuck|stk|std|quantite|qte|qty delivered|cantidad|cant|unidades|quantita|qta|aantal|stuks|uren",
	},
	{"unit", Text, "unit|uom|unit of measure|einheit|unite|unidad|unita|eenheid", "unit|uom|unit of measure|me|einheit|unite|unidad|unita|um|eenheid"},
	{
		"unitprice", Amount,
		"unit price|price|rate|unit cost|cost|price per unit|price each|einzelpreis|preis|stueckpreis|prix unitaire|prix|pu|precio unitario|precio|prezzo unitario|prezzo|stukprijs|prijs",
		"unit price|price|rate|unit cost|cost|price per unit|price each|individual price|each|unit price excl vat|einzelpreis|einzelpr|e preis|ep|preis|stuckpreis|preis stuck|einheitspreis|prix unitaire|prix|prix unit|prix u|pu|pu ht|p u|p u ht|prix unitaire ht|precio unitario|precio|precio unit|p unitario|prezzo unitario|prezzo|prezzo unit|stukprijs|prijs|eenheidsprijs|prijs per stuk",
	},
	{
		"amount", Amount,
		"amount|total|line total|line amount|total price|total amount|item total|net amount|net total|subtotal|sum|value|betrag|gesamt|gesamtpreis|summe|montant|total ht|montant ht|importe|importo|totale|bedrag|totaal",
		"amount|total|line total|line amount|total price|price total|total amount|net amount|net total|subtotal|sum|value|ext price|extended price|betrag|gesamt|gesamtpreis|gesamtpr|g preis|gp|summe|gesamtbetrag|nettobetrag|netto|montant|total ht|montant ht|total|prix total|importe|importo|totale|prezzo totale|bedrag|totaal|totaalprijs|regeltotaal",
	},
	{"taxrate", Percent, "tax rate|vat rate|vat percent|tax percent|vat|tax|mwst|ust|tva|iva|btw", "tax rate|vat rate|vat|tax|gst|mwst|ust|mwst satz|ust satz|tva|taux tva|iva|tipo iva|aliquota|aliquota iva|btw|btw tarief"},
	{"taxamount", Amount, "tax amount|vat amount|tax|vat|mwst|ust|tva|iva|btw", "tax amount|vat amount|vat|tax|gst|mwst|mwst betrag|ust|tva|montant tva|iva|importe iva|btw|btw bedrag"},
	{"discount", Amount, "discount|rebate|rabatt|remise|descuento|sconto|korting", "discount|disc|rebate|rabatt|nachlass|remise|descuento|dto|sconto|korting"},
	{"line", ID, "no|number|line|line number|pos|position|item no|item number|index|nr|numero", "no|nr|line|line no|pos|position|item no|item number|sl no|s no|sr no|lfd nr|numero|num|regel"},
	{
		"code", Text,
		"sku|code|item code|product code|article number|article no|part number|product number|product id|item id|reference|ref|artikelnummer|artikelnr|codigo|codice|artikelcode",
		"sku|code|item code|product code|article number|article no|art no|part number|part no|product number|product no|product id|item id|item no|item number|reference|ref|hsn|hsn sac|hsn code|artikelnummer|artikelnr|artikel nr|art nr|code article|codigo|referencia|codice|cod|cod articolo|artikelcode",
	},
	{
		"date", Date, "date|day|transaction date|booking date|service date|datum|buchungstag|fecha|data",
		"date|day|transaction date|booking date|service date|value date|datum|buchungstag|buchungsdatum|leistungsdatum|fecha|data|jour",
	},
	{"debit", Amount, "debit|withdrawal|money out|paid out|soll|debito", "debit|debits|withdrawal|withdrawals|money out|paid out|soll|belastung|cargo|addebiti|af"},
	{"credit", Amount, "credit|deposit|money in|paid in|haben|credito", "credit|credits|deposit|deposits|money in|paid in|haben|gutschrift|abono|accrediti|bij"},
	{"balance", Amount, "balance|saldo|solde", "balance|saldo|kontostand|solde"},
}
