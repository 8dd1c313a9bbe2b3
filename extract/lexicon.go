package extract

import (
	"slices"
	"strings"
)

// sort of value a concept has, which says what a value must look like.
type sort int

const (
	sortText sort = iota
	sortAmount
	sortDate
	sortID // has a digit
	sortIBAN
	sortBIC
	sortVAT
	sortCurrency
	sortPercent
	sortParty  // a name that may stand without a label
	sortStreet // of a party
	sortZIP
	sortCity
)

// concept is something that documents commonly say, by the names that fields for
// it have and the labels it is printed under, the surest first. Languages: en,
// de, fr, es, it, nl.
type concept struct {
	name   string
	sort   sort
	fields string // names of fields, their words in any order
	labels string // groups by ";", labels within by "|"
}

var concepts = []concept{
	{
		"total", sortAmount,
		"amount|total|total amount|grand total|amount due|total due|invoice total|gross amount|total gross|amount incl tax|amount payable|invoice amount|bill amount|amount to pay|gesamtbetrag|rechnungsbetrag|bruttobetrag|betrag|montant ttc|total ttc|montant total|importe total|importo totale|totale|totaal|totaalbedrag|bedrag",
		"grand total|total amount due|amount due|total due|invoice total|invoice amount|bill amount|amount payable|total payable|total amount payable|total incl vat|total including vat|total inc vat|total incl tax|gross total|gross amount|total amount|total to pay|amount to pay|total amt|total amt payable|total sales|total inclusive of gst|total incl gst|rounded total|total rounded|nett total|total paid|total charge|total factura|total facture|total de la facture|total for this invoice|gesamtbetrag|rechnungsbetrag|rechnungssumme|endbetrag|endsumme|zahlbetrag|bruttobetrag|zu zahlen|zu zahlender betrag|gesamtsumme|gesamt brutto|summe brutto|gesamtbetrag brutto|total ttc|montant ttc|montant total|montant total ttc|net a payer|total a payer|montant a payer|total a pagar|importe total|total factura|total con iva|totale fattura|totale da pagare|totale documento|importo totale|totale complessivo|netto a pagare|totaal incl btw|totaal inclusief btw|totaalbedrag|te betalen|te betalen bedrag|factuurbedrag;" +
			"total|total eur|total usd|total gbp|total chf|total rm|total inr|total rs|totaal|totaal eur|totale|totale eur|gesamt|gesamt eur|summe|balance due;" +
			"betrag|amount|montant|importe|importo|bedrag",
	},
	{
		"net", sortAmount,
		"amount untaxed|untaxed amount|net amount|amount net|net total|total net|subtotal|sub total|amount excl tax|amount excl vat|total excl vat|nettobetrag|netto|montant ht|total ht|base imponible|imponibile|nettobedrag",
		"net amount|net total|total net|amount excl vat|total excl vat|total excluding vat|total ex vat|total before tax|amount before tax|taxable amount|taxable value|net value|exclusief btw|excl btw|totaal excl btw|totaal exclusief btw|bedrag excl btw|nettobetrag|netto betrag|gesamt netto|summe netto|gesamtbetrag netto|warenwert netto|total ht|montant ht|total hors taxe|montant total ht|base imponible|imponibile|totale imponibile|nettobedrag;" +
			"subtotal|sub total|subtotaal|zwischensumme|sous total|subtotale|netto|net",
	},
	{
		"tax", sortAmount,
		"tax|tax amount|vat amount|amount tax|total tax|vat|sales tax|mwst|ust|umsatzsteuer|btw|tva|iva|montant tva",
		"vat amount|tax amount|total vat|total tax|sales tax|mwst betrag|umsatzsteuer|mehrwertsteuer|montant tva|total tva|importe iva|totale iva|importo iva|btw bedrag|totaal btw;" +
			"vat|tax|gst|mwst|ust|btw|tva|iva",
	},
	{
		"taxrate", sortPercent, "vat rate|tax rate|rate|steuersatz|taux tva",
		"vat rate|tax rate|steuersatz|mwst satz|ust satz|taux tva|tipo iva|aliquota iva|aliquota|btw tarief;vat|tax|mwst|ust|btw|tva|iva|zzgl mwst|inkl mwst",
	},
	{
		"invoicedate", sortDate,
		"date|invoice date|date invoice|issue date|date issued|date of issue|bill date|document date|receipt date|rechnungsdatum|datum|date facture|fecha|fecha factura|data fattura|data|factuurdatum",
		"invoice date|date of invoice|bill date|billing date|tax point|date of issue|issue date|date issued|receipt date|document date|rechnungsdatum|belegdatum|ausstellungsdatum|date de facture|date de la facture|date facture|date de facturation|date d emission|fecha de factura|fecha factura|fecha de emision|fecha de expedicion|data fattura|data documento|data emissione|data di emissione|factuurdatum;" +
			"date|datum|fecha|data|dated",
	},
	{
		"duedate", sortDate,
		"due date|date due|payment due date|payment date|faelligkeit|faelligkeitsdatum|zahlungsziel|echeance|vencimiento|scadenza|vervaldatum",
		"due date|date due|payment due|payment due date|pay by|payable by|due|faellig am|fallig am|falligkeit|falligkeitsdatum|zahlbar bis|zahlungsziel|date d echeance|echeance|fecha de vencimiento|vencimiento|data scadenza|scadenza|vervaldatum|uiterste betaaldatum",
	},
	{
		"invoicenumber", sortID,
		"invoice number|invoice no|invoice id|invoice|bill number|bill no|receipt number|document no|reference number|rechnungsnummer|rechnungsnr|numero facture|facture|numero factura|numero fattura|factuurnummer",
		"invoice number|invoice no|invoice nr|invoice num|invoice id|invoice ref|tax invoice no|tax invoice number|bill number|bill no|receipt number|receipt no|rechnungsnummer|rechnungsnr|rechnung nr|rechnung nummer|rechnungs nr|re nr|belegnummer|beleg nr|facture no|facture numero|no de facture|no facture|numero de facture|numero facture|n de facture|factura no|no de factura|no factura|numero de factura|numero factura|fattura no|fattura n|numero fattura|no fattura|n fattura|numero documento|factuurnummer|factuurnr|factuur nr|factuur nummer;" +
			"invoice|rechnung|facture|factura|fattura|factuur",
	},
	{
		"ordernumber", sortID, "order number|order no|order id|purchase order|po number|po|bestellnummer|auftragsnummer|numero commande|ordernummer",
		"order number|order no|order nr|order id|purchase order|purchase order number|po number|po no|your order|bestellnummer|bestellnr|bestell nr|auftragsnummer|auftragsnr|auftrag nr|no de commande|numero de commande|commande no|numero de pedido|no pedido|pedido|numero ordine|ordine n|ordernummer|bestelnummer",
	},
	{
		"orderdate", sortDate, "order date|bestelldatum|orderdatum|date commande",
		"order date|date of order|bestelldatum|auftragsdatum|date de commande|fecha de pedido|data ordine|orderdatum|besteldatum",
	},
	{
		"deliverydate", sortDate, "delivery date|ship date|lieferdatum|leistungsdatum",
		"delivery date|date of delivery|ship date|shipping date|lieferdatum|leistungsdatum|date de livraison|fecha de entrega|data consegna|leverdatum",
	},
	{
		"customernumber", sortID, "customer number|customer no|customer id|client number|account number|kundennummer|klantnummer|numero client",
		"customer number|customer no|customer id|customer nr|client number|client no|client id|account number|account no|kundennummer|kundennr|kunden nr|no client|numero client|code client|numero de cliente|no cliente|codice cliente|klantnummer|debiteurnummer",
	},
	{"contractnumber", sortID, "contract number|contract no|vertragsnummer", "contract number|contract no|vertragsnummer|vertrag nr|no de contrat|contratto n|contractnummer"},
	{
		"bookingnumber", sortID, "booking id|booking number|booking reference|reservation number|confirmation number",
		"booking id|booking number|booking no|booking reference|reservation number|confirmation number|buchungsnummer|no de reservation|boekingsnummer",
	},
	{"reference", sortID, "reference|payment reference|ref", "payment reference|your reference|our reference|reference number|reference no|reference|ref|verwendungszweck|zahlungsreferenz|betalingskenmerk|referenz|referencia|riferimento"},
	{
		"vatid", sortVAT,
		"vat|vat id|vat number|vat no|vat reg no|vat registration number|tax id|ust id|ustid|ustidnr|umsatzsteuer id|numero tva|tva|nif|cif|partita iva|piva|btw nummer|btw",
		"vat id|vat number|vat no|vat reg no|vat registration number|vat registration no|vat reg|vat|tax id|ust id|ust idnr|ust id nr|ust ident nr|umsatzsteuer id|umsatzsteuer identifikationsnummer|uid|mwst nr|no tva|numero tva|tva intracommunautaire|no tva intracommunautaire|n tva|nif|cif|nif iva|partita iva|p iva|piva|btw nummer|btw nr|btw id|btw",
	},
	{"taxnumber", sortID, "tax number|tax no|steuernummer|steuer nr|codice fiscale", "tax number|tax no|steuernummer|steuer nr|st nr|numero fiscal|codice fiscale"},
	{
		"register", sortID, "coc|coc number|company number|registration number|register number|company registration|kvk|hrb|siret|siren|registry",
		"kvk nummer|kvk nr|kvk|coc number|coc|chamber of commerce|company number|company no|company registration number|company reg no|registered number|registration number|registration no|handelsregister|hrb|hra|registergericht|siret|siren|rcs|registro mercantil|rea",
	},
	{"gstin", sortID, "gstin|gst number|gst no", "gstin|gst no|gst number|gstin no"},
	{"cin", sortID, "cin", "cin|cin no"},
	{"iban", sortIBAN, "iban|account|bank account|konto", "iban"},
	{"bic", sortBIC, "bic|swift|swift code|bic swift|swift bic", "bic|swift|swift code|bic code|bic swift|swift bic"},
	{"bankname", sortText, "bank|bank name|bankname", "bank name|bank|bankverbindung|banque|banco|banca"},
	{"accountnumber", sortID, "bank account number|account no bank", "account no|account number|kontonummer|konto nr|kto nr|kto|rekeningnummer"},
	{"routing", sortID, "ifsc|ifsc code|sort code|routing number|blz|bankleitzahl", "ifsc code|ifsc|sort code|routing number|blz|bankleitzahl"},
	{"currency", sortCurrency, "currency|currency code|waehrung|wahrung|devise|moneda|valuta", "currency|wahrung|waehrung|devise|moneda|valuta"},
	{
		"paymentmethod", sortText, "payment method|payment mode|payment type|method payment|zahlungsart|zahlungsform|zahlungsweise|mode paiement|forma pago|betaalmethode|betaalwijze|metodo pagamento",
		"payment method|payment mode|mode of payment|method of payment|payment type|paid by|zahlungsart|zahlungsform|zahlungsweise|zahlungsmethode|mode de paiement|mode de reglement|moyen de paiement|forma de pago|metodo de pago|metodo di pagamento|modalita di pagamento|betaalmethode|betaalwijze",
	},
	{"paymentterms", sortText, "payment terms|terms|zahlungsbedingungen|zahlungsbedingung", "payment terms|terms of payment|terms|zahlungsbedingungen|zahlungsbedingung|conditions de paiement|conditions de reglement|condiciones de pago|condizioni di pagamento|betalingsvoorwaarden|betalingscondities"},
	{"phone", sortID, "phone|telephone|phone number|tel|telefon|mobile", "phone|telephone|tel|telefon|telefono|telefoon|mobile|mobil|phone number"},
	{"fax", sortID, "fax", "fax|telefax"},
	{"email", sortText, "email|e mail|mail|email address", "email|e mail|mail|email address"},
	{"website", sortText, "website|web|url|homepage", "website|web|internet|im internet|homepage|site web"},

	{
		"surname", sortText, "surname|last name|family name|lastname|familienname|nachname|nom|apellidos|cognome|achternaam",
		"surname|last name|family name|familienname|nachname|nom|nom de famille|apellidos|apellido|cognome|achternaam;name",
	},
	{
		"givennames", sortText, "given names|given name|first name|first names|firstname|forename|vorname|vornamen|prenom|prenoms|nombre|nome|voornaam",
		"given names|given name|first name|first names|forename|forenames|vorname|vornamen|prenom|prenoms|prenom s|nombre|nombres|nome|voornaam|voornamen",
	},
	{"fullname", sortText, "full name|holder name|cardholder name", "full name|name|guest name|holder|inhaber|titulaire|titular"},
	{
		"documentnumber", sortID, "document number|passport number|passport no|id number|card number|licence number|license number|document no|ausweisnummer|identity number|number",
		"document number|document no|passport number|passport no|card number|card no|id number|identity card number|licence number|license number|licence no|ausweisnummer|ausweisnr|passnummer|pass nr|no de passeport|no du document|numero de documento|no pasaporte|numero documento|passaporto n|documentnummer|paspoortnummer",
	},
	{
		"birthdate", sortDate, "birth date|date of birth|dob|birthdate|geburtsdatum|date naissance|fecha nacimiento|data nascita|geboortedatum",
		"date of birth|birth date|birthdate|dob|born|geburtsdatum|geburtstag|geboren am|date de naissance|fecha de nacimiento|data di nascita|geboortedatum",
	},
	{
		"birthplace", sortText, "birth place|place of birth|birthplace|geburtsort|lieu naissance",
		"place of birth|birth place|birthplace|geburtsort|lieu de naissance|lugar de nacimiento|luogo di nascita|geboorteplaats",
	},
	{
		"expirydate", sortDate, "expiry date|date of expiry|expiration date|date expiry|valid until|gueltig bis|expires|expiry",
		"date of expiry|expiry date|expiration date|date of expiration|expires|valid until|valid thru|valid to|expiry|gultig bis|gueltig bis|ablaufdatum|date d expiration|valable jusqu au|fecha de caducidad|valido hasta|data di scadenza|scadenza|geldig tot",
	},
	{"issuedate", sortDate, "date of issue|issuing date", "date of issue|issue date|issued on|issued|ausstellungsdatum|ausgestellt am|date de delivrance|date d emission|fecha de expedicion|data di rilascio|datum van afgifte|afgiftedatum"},
	{
		"nationality", sortText, "nationality|citizenship|staatsangehoerigkeit|nationalite|nacionalidad|cittadinanza|nationaliteit",
		"nationality|citizenship|staatsangehorigkeit|nationalitat|nationalite|nacionalidad|cittadinanza|nazionalita|nationaliteit",
	},
	{"sex", sortText, "sex|gender|geschlecht|sexe|sexo|sesso|geslacht", "sex|gender|geschlecht|sexe|sexo|sesso|geslacht"},
	{"authority", sortText, "authority|issuing authority|behoerde|autorite", "authority|issuing authority|issued by|behorde|ausstellende behorde|autorite|autoridad|autorita|autoriteit"},
	{"doctype", sortText, "type|document type|doc type", "type|document type"},
	{"country", sortText, "country|country code|issuing country|issuing state|issuing state code", "country code|country|issuing country|issuing state|code of issuing state|code du pays"},
	{"personalnumber", sortID, "personal number|personal no|national number", "personal number|personal no|national number|personnummer|numero personnel|no personnel"},

	{
		"party", sortParty, "issuer|vendor|seller|supplier|company|merchant|sender|partner|issuer name|vendor name|seller name|supplier name|company name|merchant name|partner name|lieferant|verkaeufer|rechnungssteller|fournisseur|vendeur|emetteur|proveedor|vendedor|fornitore|leverancier",
		"service provider|seller|vendor|supplier|sold by|issued by|invoice from|bill from|merchant|beneficiary|lieferant|verkaufer|rechnungssteller|fournisseur|vendeur|emetteur|proveedor|vendedor|emisor|fornitore|venditore|leverancier|verkoper",
	},
	{
		"recipient", sortText, "customer|buyer|client|recipient|bill to|customer name|buyer name|client name|recipient name|kunde|kundenname|acheteur|cliente|klant|guest name",
		"bill to|billed to|invoice to|sold to|customer name|customer|buyer|client|client name|bill to address|rechnungsempfanger|rechnung an|kunde|facture a|destinataire|acheteur|facturado a|cliente|destinatario|intestatario|factuur aan|klant|guest name",
	},
	{"street", sortStreet, "street|street address|address street|partner street|vendor street|issuer street|strasse|rue|calle|via|straat", "street|street address|strasse|rue|calle|straat"},
	{"zip", sortZIP, "zip|zip code|postal code|postcode|partner zip|vendor zip|issuer zip|plz|postleitzahl|code postal|codigo postal|cap", "zip|zip code|postal code|postcode|plz|postleitzahl|code postal|codigo postal|cap"},
	{"city", sortCity, "city|town|partner city|vendor city|issuer city|stadt|ort|ville|ciudad|citta|plaats", "city|town|stadt|ort|ville|ciudad|citta|plaats|woonplaats"},
}

// label is one way in which a value is announced.
type label struct {
	concept *concept // nil for the field's own name
	score   float64
}

// lexicon maps the letters of a label to what it may announce.
var lexicon = func() map[string][]label {
	m := map[string][]label{}
	for i := range concepts {
		c := &concepts[i]
		for rank, group := range strings.Split(c.labels, ";") {
			for l := range strings.SplitSeq(group, "|") {
				m[letters(l)] = append(m[letters(l)], label{c, []float64{1, 0.85, 0.7}[rank]})
			}
		}
	}
	return m
}()

// invoiceLabels announce the number of an invoice.
var invoiceLabels = labelsOf("invoicenumber")

// labelsOf are the labels of a concept and how sure they are.
func labelsOf(name string) map[string]float64 {
	found := map[string]float64{}
	for key, all := range lexicon {
		for _, l := range all {
			if l.concept.name == name {
				found[key] = max(found[key], l.score)
			}
		}
	}
	return found
}

// byFieldName finds concepts by the words of a field's name, in any order.
var byFieldName = func() map[string][]*concept {
	m := map[string][]*concept{}
	for i := range concepts {
		for name := range strings.SplitSeq(concepts[i].fields, "|") {
			key := bag(strings.Fields(name))
			m[key] = append(m[key], &concepts[i])
		}
	}
	return m
}()

// bag is a set of words as a key.
func bag(words []string) string {
	words = slices.Clone(words)
	slices.Sort(words)
	return strings.Join(words, " ")
}

// typeWords say only what kind of value a field has: date_check_in is printed
// under "Check in".
var typeWords = map[string]sort{
	"date": sortDate, "datum": sortDate, "amount": sortAmount, "number": sortID, "no": sortID, "nr": sortID, "id": sortID, "total": sortAmount,
}
