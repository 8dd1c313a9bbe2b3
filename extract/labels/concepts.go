package labels

// concepts are what documents state in single values.
var concepts = []Concept{
	{
		"total", Amount,
		"amount|total|total amount|grand total|amount due|total due|invoice total|gross amount|total gross|amount incl tax|amount payable|invoice amount|bill amount|amount to pay|gesamtbetrag|rechnungsbetrag|bruttobetrag|betrag|montant ttc|total ttc|montant total|importe total|importo totale|totale|totaal|totaalbedrag|bedrag|total a pagar|valor total|kwota|razem brutto|do zaplaty",
		"grand total|total amount due|amount due|total due|invoice total|invoice amount|bill amount|amount payable|total payable|total amount payable|total incl vat|total including vat|total inc vat|total incl tax|gross total|gross amount|total amount|total to pay|amount to pay|total amt|total amt payable|total sales|total sale|total inclusive of gst|total incl gst|total inc gst|total including gst|total sales inclusive of gst|total sales incl gst|total sales inclusive gst|total amount incl gst|total sales rm|total amount rm|rounded total|rounded total rm|total rounded|total after rounding|total after adj|net total rm|nett total|total paid|total charge|total factura|total facture|total de la facture|total for this invoice|gesamtbetrag|rechnungsbetrag|rechnungssumme|endbetrag|endsumme|zahlbetrag|bruttobetrag|zu zahlen|zu zahlender betrag|gesamtsumme|gesamt brutto|summe brutto|gesamtbetrag brutto|total ttc|montant ttc|montant total|montant total ttc|net a payer|total a payer|montant a payer|total a pagar|importe total|total factura|total con iva|totale fattura|totale da pagare|totale documento|importo totale|totale complessivo|netto a pagare|totaal incl btw|totaal inclusief btw|totaalbedrag|te betalen|te betalen bedrag|factuurbedrag|total com iva|valor total|valor a pagar|total da fatura|do zaplaty|razem do zaplaty|kwota do zaplaty|razem brutto|wartosc brutto;" +
			"total|total eur|total usd|total gbp|total chf|total rm|total inr|total rs|totaal|totaal eur|totale|totale eur|totale euro|gesamt|gesamt eur|summe|summe eur|balance due|balance to pay|to pay|a payer;" +
			"betrag|amount|montant|importe|importo|bedrag",
	},
	{
		"net", Amount,
		"net|amount untaxed|untaxed amount|taxable base|taxable|taxable amount|tax base|net amount|amount net|net total|total net|subtotal|sub total|amount excl tax|amount excl vat|total excl vat|nettobetrag|netto|montant ht|total ht|base imponible|imponibile|nettobedrag|valor sem iva|razem netto|wartosc netto",
		"net amount|net total|total net|amount excl vat|total excl vat|total excluding vat|total ex vat|total excluding gst|total excl gst|total ex gst|total sales excluding gst|total sales excl gst|total amount excl gst|total excl tax|total before tax|total before gst|amount before tax|taxable amount|taxable value|net value|exclusief btw|excl btw|totaal excl btw|totaal exclusief btw|bedrag excl btw|nettobetrag|netto betrag|gesamt netto|summe netto|gesamtbetrag netto|warenwert netto|total ht|montant ht|total hors taxe|montant total ht|base imponible|imponibile|totale imponibile|nettobedrag|total sem iva|valor sem iva|base tributavel|total iliquido|razem netto|suma netto|wartosc netto;" +
			"subtotal|sub total|subtotaal|zwischensumme|sous total|subtotale|netto|net|net pay|nettoverdienst|nettolohn",
	},
	{
		"tax", Amount,
		"tax|tax amount|vat amount|amount tax|total tax|vat|sales tax|mwst|ust|umsatzsteuer|btw|tva|iva|montant tva|valor iva|kwota vat",
		"vat amount|tax amount|total vat|total tax|total gst|gst amount|total sst|service tax|sales tax|mwst betrag|umsatzsteuer|mehrwertsteuer|montant tva|total tva|importe iva|totale iva|importo iva|btw bedrag|totaal btw|valor do iva|valor iva|total do iva|kwota vat|podatek vat;" +
			"vat|tax|gst|mwst|ust|btw|tva|iva",
	},
	{
		// Other totals, so that they are not taken for that of a bill.
		"count", Amount, "total quantity|total items|item count|total discount|discount|total savings",
		"total qty|total quantity|total items|total item|total no of items|total discount|total disc|total savings|total saving|total rounding|total points|total tender|total tendered|total cash|total change|qty total|items total|discount total|total remise|total articles|total artikel|total articulos",
	},
	{
		"taxrate", Percent, "vat rate|tax rate|rate|steuersatz|taux tva",
		"vat rate|tax rate|steuersatz|mwst satz|ust satz|taux tva|tipo iva|aliquota iva|aliquota|btw tarief;vat|tax|mwst|ust|btw|tva|iva|zzgl mwst|inkl mwst",
	},
	{
		"invoicedate", Date,
		"date|invoice date|date invoice|issue date|date issued|date of issue|bill date|document date|receipt date|rechnungsdatum|datum|date facture|fecha|fecha factura|data fattura|data|factuurdatum|data da fatura|data emissao|data wystawienia",
		"invoice date|date of invoice|bill date|billing date|tax point|date of issue|issue date|date issued|receipt date|document date|rechnungsdatum|belegdatum|ausstellungsdatum|date de facture|date de la facture|date facture|date de facturation|date d emission|fecha de factura|fecha factura|fecha de emision|fecha de expedicion|data fattura|data documento|data emissione|data di emissione|factuurdatum|data da fatura|data de emissao|data de faturacao|data wystawienia|data wystawienia faktury;" +
			"date|datum|fecha|data|dated",
	},
	{
		"duedate", Date,
		"due date|date due|payment due date|payment date|faelligkeit|faelligkeitsdatum|zahlungsziel|echeance|vencimiento|scadenza|vervaldatum|data de vencimento|data limite pagamento|termin platnosci",
		"due date|date due|payment due|payment due date|pay by|payable by|due|faellig am|fallig am|falligkeit|falligkeitsdatum|zahlbar bis|zahlbar bis zum|zahlbar bis spatestens|fallig zum|zu zahlen bis|zahlungsziel|a regler avant le|a payer avant le|date limite de paiement|date d echeance|echeance|fecha de vencimiento|vencimiento|data scadenza|scadenza|vervaldatum|uiterste betaaldatum|data de vencimento|data limite de pagamento|data limite pagamento|pagar ate|vencimento|termin platnosci|date limite de reglement|date limite",
	},
	{
		"invoicenumber", ID,
		"invoice number|invoice no|invoice id|invoice|bill number|bill no|receipt number|document no|reference number|rechnungsnummer|rechnungsnr|numero facture|facture|numero factura|numero fattura|factuurnummer|numero fatura|fatura|numer faktury|nr faktury",
		"invoice number|invoice no|invoice nr|invoice num|invoice id|invoice ref|tax invoice no|tax invoice number|bill number|bill no|receipt number|receipt no|rechnungsnummer|rechnungsnr|rechnung nr|rechnung nummer|rechnungs nr|re nr|belegnummer|beleg nr|facture no|facture numero|no de facture|no facture|numero de facture|numero facture|n de facture|factura no|no de factura|no factura|numero de factura|numero factura|fattura no|fattura n|numero fattura|no fattura|n fattura|numero documento|factuurnummer|factuurnr|factuur nr|factuur nummer|fatura n|fatura no|fatura numero|n da fatura|no da fatura|numero da fatura|n fatura|fatura recibo|fatura recibo n|fatura simplificada|faktura nr|faktura vat nr|nr faktury|numer faktury;" +
			"invoice|rechnung|facture|factura|fattura|factuur",
	},
	{
		"ordernumber", ID, "order number|order no|order id|purchase order|po number|po|bestellnummer|auftragsnummer|numero commande|ordernummer",
		"order number|order no|order nr|order id|purchase order|purchase order number|po number|po no|your order|bestellnummer|bestellnr|bestell nr|auftragsnummer|auftragsnr|auftrag nr|no de commande|numero de commande|commande no|numero de pedido|no pedido|pedido|numero ordine|ordine n|ordernummer|bestelnummer",
	},
	{
		"orderdate", Date, "order date|bestelldatum|orderdatum|date commande",
		"order date|date of order|bestelldatum|auftragsdatum|date de commande|fecha de pedido|data ordine|orderdatum|besteldatum",
	},
	{
		"deliverydate", Date, "delivery date|ship date|lieferdatum|leistungsdatum",
		"delivery date|date of delivery|ship date|shipping date|lieferdatum|leistungsdatum|date de livraison|fecha de entrega|data consegna|leverdatum",
	},
	{
		"customernumber", ID, "customer number|customer no|customer id|client number|account number|kundennummer|klantnummer|numero client|kundennr|numero de cliente|numer klienta|nr klienta|referencia cliente",
		"customer number|customer no|customer id|customer nr|client number|client no|client id|account number|account no|kundennummer|kundennr|kunden nr|no client|numero client|code client|reference client|ref client|n client|numero de cliente|codigo de cliente|codigo cliente|no cliente|n cliente|codice cliente|klantnummer|klantnr|debiteurnummer|customer reference|customer ref|n de cliente|n do cliente|numero do cliente|codigo do cliente|nr klienta|numer klienta|klient nr",
	},
	{"contractnumber", ID, "contract number|contract no|vertragsnummer", "contract number|contract no|vertragsnummer|vertrag nr|no de contrat|contratto n|contractnummer"},
	{
		"bookingnumber", ID, "booking id|booking number|booking reference|reservation number|confirmation number",
		"booking id|booking number|booking no|booking reference|reservation number|confirmation number|buchungsnummer|no de reservation|boekingsnummer",
	},
	{"reference", ID, "reference|payment reference|ref", "payment reference|your reference|our reference|reference number|reference no|reference|ref|verwendungszweck|zahlungsreferenz|betalingskenmerk|referenz|referencia|riferimento"},
	{
		"vatid", VAT,
		"vat|vat id|vat number|vat no|vat reg no|vat registration number|tax id|ust id|ustid|ustidnr|umsatzsteuer id|numero tva|tva|nif|cif|partita iva|piva|btw nummer|btw|nip|nipc|contribuinte",
		"vat id|vat number|vat no|vat reg no|vat registration number|vat registration no|vat reg|vat|tax id|ust id|ust idnr|ust id nr|ust ident nr|umsatzsteuer id|umsatzsteuer identifikationsnummer|uid|mwst nr|no tva|numero tva|tva intracommunautaire|no tva intracommunautaire|n tva|nif|cif|nif iva|partita iva|p iva|piva|btw nummer|btw nr|btw id|btw|nip|nipc|contribuinte|n contribuinte|no contribuinte",
	},
	{"taxnumber", ID, "tax number|tax no|steuernummer|steuer nr|codice fiscale", "tax number|tax no|steuernummer|steuer nr|st nr|numero fiscal|codice fiscale"},
	{
		"register", ID, "coc|coc number|company number|registration number|register number|company registration|kvk|hrb|siret|siren|registry",
		"kvk nummer|kvk nr|kvk|coc number|coc|chamber of commerce|company number|company no|company registration number|company reg no|registered number|registration number|registration no|handelsregister|hrb|hra|registergericht|siret|siren|rcs|registro mercantil|rea",
	},
	{"gstin", ID, "gstin|gst number|gst no", "gstin|gst no|gst number|gstin no"},
	{"cin", ID, "cin", "cin|cin no"},
	{"iban", IBAN, "iban|account|bank account|konto", "iban"},
	{"bic", BIC, "bic|swift|swift code|bic swift|swift bic", "bic|swift|swift code|bic code|bic swift|swift bic"},
	{
		"accountholder", Text, "account holder|account owner|account name|kontoinhaber|titulaire|titulaire compte|titular|intestatario|rekeninghouder",
		"account holder|account owner|account name|kontoinhaber|kontoinhaberin|titulaire du compte|titulaire|titular de la cuenta|titular|intestatario|intestatario del conto|rekeninghouder",
	},
	{
		"statementnumber", ID, "statement number|statement no|auszugsnummer|kontoauszug nr|numero releve|afschriftnummer",
		"statement number|statement no|sheet number|sheet no|auszugsnummer|auszug nr|kontoauszug nr|kontoauszug nummer|kontoauszug|releve no|releve de compte no|extracto no|numero de extracto|estratto conto n|afschriftnummer|volgnummer",
	},
	{
		"openingbalance", Amount, "opening balance|previous balance|starting balance|start balance|alter kontostand|anfangssaldo|solde initial|ancien solde|saldo inicial|saldo anterior|saldo iniziale|beginsaldo|vorig saldo",
		"opening balance|previous balance|starting balance|alter kontostand|alter saldo|anfangssaldo|anfangsbestand|solde initial|ancien solde|solde precedent|saldo inicial|saldo anterior|saldo iniziale|saldo precedente|beginsaldo|vorig saldo|oud saldo|saldo poczatkowe;balance brought forward|brought forward|saldovortrag|ubertrag",
	},
	{
		"closingbalance", Amount, "closing balance|new balance|ending balance|end balance|final balance|neuer kontostand|endsaldo|solde final|nouveau solde|saldo final|saldo finale|eindsaldo|nieuw saldo",
		"closing balance|new balance|ending balance|neuer kontostand|neuer saldo|endsaldo|schlusssaldo|solde final|nouveau solde|saldo final|nuevo saldo|saldo finale|nuovo saldo|eindsaldo|nieuw saldo|saldo koncowe;balance carried forward|carried forward",
	},
	{
		"meternumber", ID, "meter number|meter no|meter id|zahlernummer|zaehlernummer|numero compteur|numero contador|numero contatore|meternummer|numer licznika",
		"meter number|meter no|meter serial number|meter serial no|meter id|zahlernummer|zahler nr|zahlernr|numero de compteur|no de compteur|n de compteur|no compteur|numero de contador|no de contador|no contador|numero contatore|matricola contatore|numero do contador|n do contador|meternummer|numer licznika|nr licznika;meter|zahler|compteur|contador|contatore|meter|licznik",
	},
	{
		"consumption", Measure, "consumption|usage|energy usage|energy used|verbrauch|consommation|consumo|verbruik|zuzycie",
		"total consumption|consumption|energy used|energy usage|units consumed|verbrauch|gesamtverbrauch|jahresverbrauch|consommation|consommation totale|consumo|consumo total|consumo totale|verbruik|totaal verbruik|zuzycie",
	},
	{
		"policynumber", ID, "policy number|policy no|versicherungsnummer|policennummer|numero police|numero contrat assurance|numero poliza|numero polizza|polisnummer|numer polisy",
		"policy number|policy no|certificate number|versicherungsnummer|versicherungsscheinnummer|versicherungsschein nr|policennummer|police nr|no de police|numero de police|police no|numero de poliza|no de poliza|poliza no|numero polizza|polizza n|numero da apolice|apolice n|polisnummer|numer polisy",
	},
	{
		"premium", Amount, "premium|total premium|annual premium|beitrag|jahresbeitrag|praemie|prime|prime annuelle|prima|prima total|premio|premie|totale premie",
		"total premium|annual premium|premium payable|gesamtbeitrag|jahresbeitrag|bruttobeitrag|gesamtpramie|jahrespramie|prime totale|prime annuelle|prime ttc|prima total|prima anual|premio totale|premio annuo|premio total|totale premie|jaarpremie;premium|beitrag|pramie|prime|prima|premio|premie",
	},
	{"bankname", Text, "bank|bank name|bankname", "bank name|bank|bankverbindung|banque|banco|banca"},
	{"accountnumber", ID, "bank account number|account no bank", "account no|account number|kontonummer|konto nr|kto nr|kto|rekeningnummer"},
	{"routing", ID, "ifsc|ifsc code|sort code|routing number|blz|bankleitzahl", "ifsc code|ifsc|sort code|routing number|blz|bankleitzahl"},
	{"currency", Currency, "currency|currency code|waehrung|wahrung|devise|moneda|valuta", "currency|wahrung|waehrung|devise|moneda|valuta"},
	{
		"paymentmethod", Text, "payment method|payment mode|payment type|method payment|zahlungsart|zahlungsform|zahlungsweise|mode paiement|forma pago|betaalmethode|betaalwijze|metodo pagamento|forma de pagamento|meio de pagamento|sposob zaplaty|forma platnosci",
		"payment method|payment mode|mode of payment|method of payment|payment type|paid by|zahlungsart|zahlungsform|zahlungsweise|zahlungsmethode|mode de paiement|mode de reglement|moyen de paiement|forma de pago|metodo de pago|metodo di pagamento|modalita di pagamento|betaalmethode|betaalwijze|forma de pagamento|meio de pagamento|modo de pagamento|sposob zaplaty|sposob platnosci|forma platnosci",
	},
	{"paymentterms", Text, "payment terms|terms|zahlungsbedingungen|zahlungsbedingung", "payment terms|terms of payment|terms|zahlungsbedingungen|zahlungsbedingung|conditions de paiement|conditions de reglement|condiciones de pago|condizioni di pagamento|betalingsvoorwaarden|betalingscondities"},
	{
		"phone", Phone, "phone|telephone|phone number|telephone number|tel|telefon|telefonnummer|telefono|telefoon|numero telephone",
		"phone|telephone|tel|telefon|telefonnummer|telefono|telefoon|phone number|telephone number|telephone no|tel no|tel nr|rufnummer;mobile|mobil",
	},
	{
		"mobile", Phone, "mobile|mobile phone|mobile number|cell|cell phone|handy|mobil|mobiltelefon|portable|movil|cellulare|mobiel",
		"mobile|mobile phone|mobile no|mobile number|cell|cell phone|mobil|mobiltelefon|mob|handy|gsm|portable|movil|cellulare|mobiel",
	},
	{"fax", Phone, "fax|telefax|fax number", "fax|telefax|fax number|fax no|fax nr"},
	{"email", Email, "email|e mail|mail|email address|mailadresse|courriel|correo|correo electronico", "email|e mail|mail|email address|mailadresse|courriel|correo electronico|correo"},
	{"website", Website, "website|web|url|homepage|site web|sitio web|sito web", "website|web|internet|im internet|homepage|site web|sitio web|sito web"},

	{
		"grosspay", Amount, "gross|gross pay|gross salary|gross wages|bruttolohn|gesamtbrutto|bruttogehalt|salaire brut|salario bruto|brutoloon",
		"gross pay|total gross pay|gross salary|gross wages|total gross|gesamtbrutto|gesamt brutto|bruttolohn|bruttogehalt|bruttoentgelt|bruttobezuge|salaire brut|total brut|salario bruto|total devengado|retribuzione lorda|totale competenze|brutoloon|bruto salaris;brutto|bruto|brut|gross",
	},
	{
		"netpay", Amount, "net pay|net salary|net wages|take home pay|nettolohn|nettoverdienst|nettogehalt|salaire net|salario neto|nettoloon",
		"net pay|net salary|net wages|take home pay|nettoverdienst|nettolohn|nettogehalt|nettoentgelt|gesetzliches netto|salaire net|net paye|salario neto|liquido a percibir|liquido total a percibir|netto in busta|nettoloon|netto salaris",
	},
	{
		"payout", Amount, "payout|amount paid out|auszahlungsbetrag|auszahlung|uberweisungsbetrag|net payable",
		"auszahlungsbetrag|auszahlung|uberweisungsbetrag|payout|bank transfer|net payable|net a payer|importe liquido|uit te betalen",
	},
	{
		"paydate", Date, "pay date|payday|paid on|zahltag|date paiement|fecha pago|betaaldatum",
		"pay date|pay day|payment date|date paid|paid on|zahltag|date de paiement|date de virement|fecha de pago|data di pagamento|betaaldatum",
	},
	{
		"employeenumber", ID, "employee number|employee no|employee id|personnel number|staff number|payroll number|personalnummer|personal nr|matricule|matricola|personeelsnummer",
		"employee number|employee no|employee id|staff number|staff no|payroll number|payroll no|personnel number|personnel no|works number|personalnummer|personal nr|pers nr|personalnr|matricule|no matricule|numero de empleado|matricola|personeelsnummer|personeelsnr",
	},
	{
		"employee", Text, "employee|employee name|mitarbeiter|arbeitnehmer|salarie|empleado|trabajador|dipendente|werknemer",
		"employee|employee name|mitarbeiter|mitarbeiterin|arbeitnehmer|arbeitnehmerin|salarie|nom du salarie|empleado|trabajador|dipendente|werknemer;name",
	},
	{"employer", Party, "employer|employer name|arbeitgeber|employeur|empresa|datore lavoro|werkgever", "employer|arbeitgeber|arbeitgeberin|employeur|empresa|datore di lavoro|werkgever"},
	{
		"cash", Amount, "cash|cash paid|cash tendered|cash received|tendered|amount tendered|gegeben|bargeld|bar|especes|efectivo|contanti|contant|entregue|gotowka",
		"cash|cash tendered|cash received|cash paid|amount tendered|tendered|gegeben|gegeben bar|geg bar|bar gegeben|bar|barzahlung|especes|entregado|efectivo|contanti|contante|contant|entregue|entregue numerario|numerario|gotowka",
	},
	{
		"change", Amount, "change|change due|change given|ruckgeld|rueckgeld|wechselgeld|rendu|monnaie|cambio|resto|wisselgeld|troco|reszta",
		"change|change due|change given|your change|ruckgeld|rueckgeld|wechselgeld|rendu|rendu monnaie|monnaie rendue|a rendre|cambio|su cambio|resto|wisselgeld|troco|reszta",
	},

	{
		"surname", Text, "surname|last name|family name|lastname|familienname|nachname|nom|apellidos|cognome|achternaam",
		"surname|last name|family name|familienname|nachname|nom|nom de famille|apellidos|apellido|cognome|achternaam;name",
	},
	{
		"givennames", Text, "given names|given name|first name|first names|firstname|forename|vorname|vornamen|prenom|prenoms|nombre|nome|voornaam",
		"given names|given name|first name|first names|forename|forenames|vorname|vornamen|prenom|prenoms|prenom s|nombre|nombres|nome|voornaam|voornamen",
	},
	{"fullname", Text, "full name|holder name|cardholder name", "full name|name|guest name|holder|inhaber|titulaire|titular"},
	{
		"documentnumber", ID, "document number|passport number|passport no|id number|card number|licence number|license number|document no|ausweisnummer|identity number|number",
		"document number|document no|passport number|passport no|card number|card no|id number|identity card number|licence number|license number|licence no|ausweisnummer|ausweisnr|passnummer|pass nr|no de passeport|no du document|numero de documento|no pasaporte|numero documento|passaporto n|documentnummer|paspoortnummer",
	},
	{
		"birthdate", Date, "birth date|date of birth|dob|birthdate|geburtsdatum|date naissance|fecha nacimiento|data nascita|geboortedatum",
		"date of birth|birth date|birthdate|dob|born|geburtsdatum|geburtstag|geboren am|date de naissance|fecha de nacimiento|data di nascita|geboortedatum",
	},
	{
		"birthplace", Text, "birth place|place of birth|birthplace|geburtsort|lieu naissance",
		"place of birth|birth place|birthplace|geburtsort|lieu de naissance|lugar de nacimiento|luogo di nascita|geboorteplaats",
	},
	{
		"expirydate", Date, "expiry date|date of expiry|expiration date|date expiry|valid until|gueltig bis|expires|expiry",
		"date of expiry|expiry date|expiration date|date of expiration|expires|valid until|valid thru|valid to|expiry|gultig bis|gueltig bis|ablaufdatum|date d expiration|valable jusqu au|fecha de caducidad|valido hasta|data di scadenza|scadenza|geldig tot",
	},
	{"issuedate", Date, "date of issue|issuing date", "date of issue|issue date|issued on|issued|ausstellungsdatum|ausgestellt am|date de delivrance|date d emission|fecha de expedicion|data di rilascio|datum van afgifte|afgiftedatum"},
	{
		"nationality", Text, "nationality|citizenship|staatsangehoerigkeit|nationalite|nacionalidad|cittadinanza|nationaliteit",
		"nationality|citizenship|staatsangehorigkeit|nationalitat|nationalite|nacionalidad|cittadinanza|nazionalita|nationaliteit",
	},
	{"sex", Text, "sex|gender|geschlecht|sexe|sexo|sesso|geslacht", "sex|gender|geschlecht|sexe|sexo|sesso|geslacht"},
	{"authority", Text, "authority|issuing authority|behoerde|autorite", "authority|issuing authority|issued by|behorde|ausstellende behorde|autorite|autoridad|autorita|autoriteit"},
	{"doctype", Text, "type|document type|doc type", "type|document type"},
	{"country", Text, "country|country code|issuing country|issuing state|issuing state code", "country code|country|issuing country|issuing state|code of issuing state|code du pays"},
	{"personalnumber", ID, "personal number|personal no|national number", "personal number|personal no|national number|personnummer|numero personnel|no personnel"},

	{
		"party", Party, "issuer|vendor|seller|supplier|company|merchant|sender|partner|issuer name|vendor name|seller name|supplier name|company name|merchant name|partner name|lieferant|verkaeufer|rechnungssteller|fournisseur|vendeur|emetteur|proveedor|vendedor|fornitore|leverancier|loja|sprzedawca|fornecedor|emitente",
		"service provider|seller|vendor|supplier|sold by|issued by|invoice from|bill from|merchant|beneficiary|lieferant|verkaufer|rechnungssteller|fournisseur|vendeur|emetteur|proveedor|vendedor|emisor|fornitore|venditore|leverancier|verkoper|sprzedawca|fornecedor|emitente",
	},
	{
		"recipient", Text, "customer|buyer|client|recipient|bill to|customer name|buyer name|client name|recipient name|kunde|kundenname|acheteur|cliente|klant|guest name|nabywca|adquirente",
		"bill to|billed to|invoice to|sold to|customer name|customer|buyer|client|client name|bill to address|rechnungsempfanger|rechnung an|kunde|facture a|destinataire|acheteur|facturado a|cliente|destinatario|intestatario|factuur aan|klant|guest name|rechnungsadresse|rechnungsanschrift|invoice address|adresse de facturation|a l attention de|spett le|spettabile|nabywca|adquirente|kupujacy;to|an|aan",
	},
	{
		"address", Address,
		"address|full address|company address|store address|shop address|vendor address|merchant address|seller address|issuer address|supplier address|adresse|anschrift|direccion|indirizzo|adres",
		"address|store address|adresse|anschrift|direccion|domicilio|indirizzo|adres",
	},
	{"street", Street, "street|street address|address street|partner street|vendor street|issuer street|strasse|rue|calle|via|straat", "street|street address|strasse|rue|calle|straat"},
	{"zip", ZIP, "zip|zip code|postal code|postcode|partner zip|vendor zip|issuer zip|plz|postleitzahl|code postal|codigo postal|cap", "zip|zip code|postal code|postcode|plz|postleitzahl|code postal|codigo postal|cap"},
	{"city", City, "city|town|partner city|vendor city|issuer city|stadt|ort|ville|ciudad|citta|plaats", "city|town|stadt|ort|ville|ciudad|citta|plaats|woonplaats"},
}
