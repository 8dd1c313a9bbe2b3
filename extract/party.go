package extract

import (
	"slices"
	"strings"
)

// partyBlock is a name with the lines under it.
type partyBlock struct {
	name  string
	score float64
	at    *span
	lines []string
	spans []*span // of lines
}

var (
	// legalForm ends the name of a company.
	legalForm = lazily(`^\p{Lu}[\p{L}\d&.,'’+\- ]*?[ ,](?:GmbH(?: ?& ?Co\.? ?KG)?|AG|KG|OHG|UG(?: \(haftungsbeschränkt\))?|e\.? ?K\.?|SE|Ltd\.?|Limited|LLP|LLC|L\.L\.C\.|Inc\.?|Corp\.?|Corporation|PLC|plc|S\.?A\.?|S\.?A\.?S\.?|SASU|SARL|S\.à r\.l\.|EURL|S\.?L\.?U?\.?|S\.?p\.?A\.?|S\.?r\.?l\.?|SRL|B\.?V\.?|N\.?V\.?|V\.?O\.?F\.?|Oy|AB|A/S|ApS|AS|Sdn\.? Bhd\.?|SDN\.? BHD\.?|Sp\. z o\.o\.|s\.r\.o\.|Kft\.?|Lda\.?|Ltda\.?)$`)
	domain    = lazily(`(?i)\b(?:[a-z0-9\-]+\.)*([a-z0-9\-]{3,})\.(?:com|net|org|eu|io|info|biz|de|at|ch|nl|be|lu|fr|es|it|pt|pl|dk|se|no|fi|ie|uk|us|ca|au|in|cz)\b`)
	contact   = lazily(`(?i)\b(?:tel|telefon|telefono|phone|fax|e-?mail|www\.)|@`)

	zipCity  = lazily(`^(?:[A-Z]{1,3}[- ])?(\d{4} ?[A-Z]{2}|\d{4,5})[ ,]+(\p{Lu}[\p{L}'’.\- ]+?)(?: [A-Z]{2})?(?:,.*)?$`)
	cityZip  = lazily(`^(\p{Lu}[\p{L}'’.\- ]+?),? (?:[A-Z]{2} )(\d{5}(?:-\d{4})?)(?:,.*)?$`)
	ukZip    = lazily(`^(?:(\p{Lu}[\p{L}'’.\- ]+?),? )?([A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})$`)
	ofNobody = strings.Fields("gmail googlemail outlook hotmail yahoo gmx web icloud live")
)

const (
	maxNameWords = 7
	maxNames     = 200 // looked at in a document
)

// separators stand between the parts of a sender's line.
var separators = lazily(`\s+[-–—]\s+|\s*[|·•]\s*`)

// issuerOf finds who a document comes from when no label says so. It looks for
// names of companies and weighs what stands with them; a line at the top that the
// document's own web or mail address repeats is a name too.
func (s *search) issuerOf() *partyBlock {
	domains := s.domains()
	places := map[string]map[int]bool{} // where on its page a name stands
	var all []partyBlock
	for i := range s.spans {
		sp := &s.spans[i]
		if len(all) >= maxNames {
			break
		}
		for _, name := range names(sp.text) {
			key := letters(name)
			if places[key] == nil {
				places[key] = map[int]bool{}
			}
			places[key][sp.box[1]/max(1, 2*sp.height())] = true
			b := s.blockUnder(sp)
			b.name, b.score = name, 0.6
			if parts := separators().Split(sp.text, 6); len(parts) > 1 { // the address stands in the line itself
				b.lines, b.spans = parts, slices.Repeat([]*span{sp}, len(parts))
			}
			if slices.ContainsFunc(domains, func(d string) bool { return strings.HasPrefix(key, d) }) {
				b.score += 0.15
			}
			if slices.ContainsFunc(b.lines, contact().MatchString) || slices.ContainsFunc(b.lines, isIdentity) {
				b.score += 0.1
			}
			if s.addressed(sp) {
				b.score -= 0.4
			}
			all = append(all, b)
		}
		if b, ok := s.logo(sp, domains); ok {
			all = append(all, b)
		}
	}
	var best *partyBlock
	for i := range all {
		if len(places[letters(all[i].name)]) > 1 {
			all[i].score += 0.05
		}
		if all[i].score >= 0.6 && (best == nil || all[i].score > best.score) {
			best = &all[i]
		}
	}
	if best == nil {
		return nil
	}
	for i := range all { // its address may stand under another mention of it
		if b := &all[i]; b != best && letters(b.name) == letters(best.name) {
			best.lines, best.spans = append(best.lines, b.lines...), append(best.spans, b.spans...)
		}
	}
	return best
}

// names are the parts of a line that are names of companies.
func names(text string) []string {
	var found []string
	for _, part := range separators().Split(text, 6) {
		if len(strings.Fields(part)) <= maxNameWords && legalForm().MatchString(part) {
			found = append(found, part)
		}
	}
	return found
}

// domains are the names before the ending in the web and mail addresses.
func (s *search) domains() []string {
	var found []string
	for i := range s.spans {
		for _, m := range domain().FindAllStringSubmatch(s.spans[i].text, 5) {
			if d := letters(m[1]); !slices.Contains(ofNobody, d) && !slices.Contains(found, d) {
				found = append(found, d)
			}
		}
	}
	return found
}

// logo accepts a short line at the top of the first page that begins a domain, or
// begins with one.
func (s *search) logo(sp *span, domains []string) (partyBlock, bool) {
	if sp.page != s.spans[0].page || len(sp.key) < 3 || len(sp.words) > 4 {
		return partyBlock{}, false
	}
	bottom := 0
	for _, o := range s.pages[sp.page] {
		bottom = max(bottom, o.box[3])
	}
	names := func(d string) bool {
		return strings.HasPrefix(d, sp.key) && 3*len(sp.key) >= len(d) || len(d) > 3 && strings.HasPrefix(sp.key, d) && 3*len(d) >= len(sp.key)
	}
	if 5*sp.box[1] > bottom || strings.ContainsAny(sp.text, "@/") || domain().MatchString(sp.text) || !slices.ContainsFunc(domains, names) {
		return partyBlock{}, false
	}
	b := s.blockUnder(sp)
	b.name, b.score = sp.text, 0.68
	return b, true
}

// isIdentity reports whether a line has a number that a company gives of itself.
func isIdentity(line string) bool {
	_, vat := findVAT(line)
	_, iban := findIBAN(line)
	return vat || iban
}

// blockUnder takes the lines under a name, as long as they follow closely.
func (s *search) blockUnder(sp *span) partyBlock {
	b := partyBlock{at: sp}
	last := sp
	for range 6 {
		var next *span
		for _, o := range s.pages[sp.page] {
			gap := o.box[1] - last.box[3]
			if o.box[1] > last.box[1] && gap > -last.height()/2 && gap < last.height() && abs(o.box[0]-sp.box[0]) < 2*sp.height() &&
				(next == nil || o.box[1] < next.box[1]) {
				next = o
			}
		}
		if next == nil {
			break
		}
		b.lines, b.spans = append(b.lines, next.text), append(b.spans, next)
		last = next
	}
	return b
}

// addressed reports whether a line stands under a label such as "Bill to".
func (s *search) addressed(sp *span) bool {
	for _, o := range s.pages[sp.page] {
		if o.box[1] >= sp.box[1] || sp.box[1]-o.box[3] > 3*sp.height() || abs(o.box[0]-sp.box[0]) > 3*sp.height() {
			continue
		}
		for _, l := range lexicon[o.key] {
			if l.concept.name == "recipient" {
				return true
			}
		}
	}
	return false
}

// address finds street, postcode and city in the lines under a name. The street
// is the line before the one with the postcode.
func (b *partyBlock) address(want sort) (string, *span) {
	for i, line := range b.lines {
		zip, city := "", ""
		if m := zipCity().FindStringSubmatch(line); m != nil {
			zip, city = m[1], m[2]
		} else if m := cityZip().FindStringSubmatch(line); m != nil {
			zip, city = m[2], m[1]
		} else if m := ukZip().FindStringSubmatch(line); m != nil {
			zip, city = m[2], m[1]
		} else {
			continue
		}
		switch want {
		case sortZIP:
			return zip, b.spans[i]
		case sortCity:
			return city, b.spans[i]
		case sortStreet:
			if i > 0 && strings.ContainsAny(b.lines[i-1], "0123456789") {
				return b.lines[i-1], b.spans[i-1]
			}
		}
		return "", nil
	}
	return "", nil
}
