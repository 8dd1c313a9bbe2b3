package heuristic

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/internal/lazyregexp"
)

// letterhead is the name at the top of a receipt.
type letterhead struct {
	name string
	at   *pagetext.Line
}

const (
	headLines    = 14  // at the top of a page, in which a name is looked for
	addressLines = 8   // below a name, in which its address is looked for
	addressGap   = 2.5 // heights of a line, at most, between two lines of an address
)

var (
	// registration is a line with a number of a company, in a register or for taxes.
	registration = lazyregexp.New(`(?i)^\W*(?:(?:co|comp(?:any)?|business|biz|roc|reg(?:istration)?)\b\.?\W*(?:reg(?:istration)?|no)|reg(?:istration)?|roc|gst|sst|abn|acn|vat|mwst|ust|uid|tax|st\.?-? ?nr|steuer\S*|siret|siren|rcs|tva|kvk|btw|cif|nif|rfc|p\.? ?iva|partita iva|c\.?f|cnpj|tin|npwp|brn|uen|ein|hrb|gstin)\b.*\d`)
	registered   = lazyregexp.New(`(?i)\s*\((?:co\.?|comp(?:any)?|reg|roc|no)?[^()]*\d{4,}[^()]*\)?$`)
	onlyNumber   = lazyregexp.New(`^\W*[A-Z]{0,3}[ -]?\d{4,}[\d\- ]*(?:-?[A-Z]{1,2})?\W*$`)
	telephone    = lazyregexp.New(`(?i)\b(?:tel\w*|phone|fax|mobile?|hand ?phone|h/?p|whatsapp|call|cell|gsm)\b[^a-z]*\d|\(?\b\d{2,4}\)?[ -]\d{3,4}[ -]\d{3,4}\b|www\.|@|https?:|\.com\b`)
	headings     = lazyregexp.New(`(?i)^\W*(?:welcome(?: to)?|(?:sales |official |cash |tax |simplified |customer )?(?:receipt|invoice|bill|copy|slip|memo)|cash sales?|duplicate|original|reprint\w*|quittung|rechnung|kassenbon|kassenbeleg|bon|beleg|ticket(?: de caisse)?|facture|factura(?: simplificada)?|scontrino\w*|documento commerciale|bonnetje|kassabon|thank you.*|vielen dank.*|merci.*|gracias.*|grazie.*|bedankt.*|bienvenue.*|willkommen.*)\W*$`)
	owner        = lazyregexp.New(`(?i)^(?:inh\.?|inhaber(?:in)?|prop\.?|proprietor|owner|di|de|by|formerly|managed by|operated by|\(formerly)\b`)
	onlyForm     = lazyregexp.New(`(?i)^(?:sdn\.? ?bhd\.?|s/b|pte\.? ?ltd\.?|pty\.? ?ltd\.?|ltd\.?|limited|llc|inc\.?|gmbh(?: & co\.? kg)?|s\.?a\.?(?:r\.?l\.?)?|s\.?r\.?l\.?|s\.?l\.?|b\.?v\.?|enterprise|trading)$`)
)

// findLetterhead finds the name at the top of the first page: the line with a legal form, or else the
// first one that is not a greeting, a label, a number or an address.
func (s *search) findLetterhead() *letterhead {
	if len(s.lines) == 0 || len(s.matches(labels.OfConcept("total"))) == 0 { // no bill
		return nil
	}
	top := slices.Clone(s.pages[s.lines[0].Page])
	slices.SortStableFunc(top, func(a, b *pagetext.Line) int { return cmp.Compare(a.Box[1], b.Box[1]) })
	top = top[:min(len(top), headLines)]
	var first *letterhead
	for i, l := range top {
		if s.endsHead(l) && first != nil {
			break
		}
		if s.endsHead(l) || !isName(l) || isScribble(l, top[i+1:]) {
			continue
		}
		head := &letterhead{strings.TrimSpace(registered().ReplaceAllString(l.Text, "")), l}
		if i+1 < len(top) && onlyForm().MatchString(strings.TrimSpace(registered().ReplaceAllString(top[i+1].Text, ""))) {
			head.name += " " + strings.TrimSpace(registered().ReplaceAllString(top[i+1].Text, ""))
			return head
		}
		if legalForm().MatchString(head.name) {
			return head
		}
		if first == nil {
			first = head
		}
	}
	return first
}

// endsHead reports whether a line stands below the head of a receipt, or is part of neither its name
// nor its address.
func (s *search) endsHead(l *pagetext.Line) bool {
	_, dated := printed.FindDate(l.Text, printed.UnknownOrder)
	return dated || telephone().MatchString(l.Text) || registration().MatchString(l.Text) || headings().MatchString(l.Text) || clock().MatchString(l.Text) ||
		s.isLabel(l) || cents().MatchString(l.Text)
}

var (
	clock = lazyregexp.New(`\b\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\b)?`)
	cents = lazyregexp.New(`(?:^|\s)\D{0,3}\d+[.,]\d{2}(?:\s?[A-Z]{1,3})?$`)
)

// isName reports whether a line can be the name of a shop.
func isName(l *pagetext.Line) bool {
	letters := 0
	for _, r := range l.Text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	text := strings.TrimSpace(l.Text)
	return letters >= 3 && 2*letters > len([]rune(strings.ReplaceAll(text, " ", "")))-4 && len(l.Words) <= 2*maxNameWords &&
		!onlyNumber().MatchString(text) && !printed.IsAddress(text) && !strings.HasSuffix(text, ":")
}

// isScribble reports whether a line is all in lower case above one in capitals: handwriting on a
// receipt, not the printed name.
func isScribble(l *pagetext.Line, below []*pagetext.Line) bool {
	capitals := func(s string) bool { return strings.ToUpper(s) == s && strings.ToLower(s) != s }
	return strings.ToLower(l.Text) == l.Text && len(below) > 0 && capitals(below[0].Text)
}

// addressBelow returns the lines of the address under a name.
func (s *search) addressBelow(name *pagetext.Line) []*pagetext.Line {
	var below []*pagetext.Line
	for _, o := range s.pages[name.Page] {
		if o.Box[1] > name.Box[1] && o != name && aligned(name, o) {
			below = append(below, o)
		}
	}
	slices.SortStableFunc(below, func(a, b *pagetext.Line) int { return cmp.Compare(a.Box[1], b.Box[1]) })
	var address []*pagetext.Line
	last, sure := name, 0
	below = below[:min(len(below), addressLines)]
	for i, l := range below {
		if float64(l.Box[1]-last.Box[3]) > addressGap*float64(last.Height()) {
			break
		}
		last = l
		aside := registration().MatchString(l.Text) || onlyNumber().MatchString(l.Text) || owner().MatchString(l.Text) ||
			onlyForm().MatchString(strings.TrimSpace(registered().ReplaceAllString(l.Text, "")))
		street := i+1 < len(below) && strings.ContainsAny(l.Text, "0123456789") && printed.IsTown(below[i+1].Text)
		if len(address) == 0 && (aside || !street && !printed.IsAddress(l.Text) && !s.endsHead(l)) {
			continue // a registration, an owner or a slogan between the name and the address
		}
		if s.endsHead(l) && !printed.IsAddress(l.Text) || telephone().MatchString(l.Text) || registration().MatchString(l.Text) || headings().MatchString(l.Text) {
			break
		}
		if onlyNumber().MatchString(l.Text) && printed.FindPostcode(l.Text) == "" {
			break
		}
		if address = append(address, l); printed.IsAddress(l.Text) || strings.HasSuffix(strings.TrimSpace(last.Text), ",") {
			sure = len(address)
		}
	}
	// One more line, such as a state, may end an address.
	return address[:min(len(address), sure+1)]
}

// aligned reports whether two lines have the same left edge or the same middle.
func aligned(a, b *pagetext.Line) bool {
	reach := 2 * a.Height()
	return abs(a.Box[0]-b.Box[0]) < reach || abs(a.Box[0]+a.Box[2]-b.Box[0]-b.Box[2]) < 2*reach
}
