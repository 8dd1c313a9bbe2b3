package heuristic

import (
	"slices"
	"strings"

	"ocr-gateway/extract/labels"
	"ocr-gateway/extract/pagetext"
	"ocr-gateway/extract/printed"
	"ocr-gateway/internal/lazyregexp"
)

// party is a name with the lines under it.
type party struct {
	name  string
	score float64
	at    *pagetext.Line
	texts []string         // below the name, or beside it in the same line
	lines []*pagetext.Line // of texts
}

var (
	// legalForm ends the name of a company.
	legalForm = lazyregexp.New(`^\p{Lu}[\p{L}\d&.,'’+\- ]*?[ ,](?:GmbH(?: ?& ?Co\.? ?KG)?|AG|KG|OHG|UG(?: \(haftungsbeschränkt\))?|e\.? ?K\.?|SE|Ltd\.?|Limited|LLP|LLC|L\.L\.C\.|Inc\.?|Corp\.?|Corporation|PLC|plc|S\.?A\.?|S\.?A\.?S\.?|SASU|SARL|S\.à r\.l\.|EURL|S\.?L\.?U?\.?|S\.?p\.?A\.?|S\.?r\.?l\.?|SRL|B\.?V\.?|N\.?V\.?|V\.?O\.?F\.?|Oy|AB|A/S|ApS|AS|Sdn\.? Bhd\.?|SDN\.? BHD\.?|Sp\. z o\.o\.|s\.r\.o\.|Kft\.?|Lda\.?|Ltda\.?)$`)
	domain    = lazyregexp.New(`(?i)\b(?:[a-z0-9\-]+\.)*([a-z0-9\-]{3,})\.(?:com|net|org|eu|io|info|biz|de|at|ch|nl|be|lu|fr|es|it|pt|pl|dk|se|no|fi|ie|uk|us|ca|au|in|cz)\b`)
	contact   = lazyregexp.New(`(?i)\b(?:tel|telefon|telefono|phone|fax|e-?mail|www\.)|@`)
)

// mailProviders have domains that do not name the sender.
var mailProviders = []string{"gmail", "googlemail", "outlook", "hotmail", "yahoo", "gmx", "web", "icloud", "live"}

const (
	maxNameWords = 7
	maxNames     = 200 // looked at in a document
)

// separators stand between the parts of a line with name and address.
var separators = lazyregexp.New(`\s+[-–—]\s+|\s*[|·•]\s*`)

// findIssuer finds the document's sender when no label names it: the party with the highest score,
// with the addresses under all mentions of it; nil without any.
func (s *search) findIssuer() *party {
	all, repeated := s.parties()
	var best *party
	for i := range all {
		if repeated(all[i].name) {
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
		if p := &all[i]; p != best && printed.Letters(p.name) == printed.Letters(best.name) {
			best.texts, best.lines = append(best.texts, p.texts...), append(best.lines, p.lines...)
		}
	}
	return best
}

// parties returns the companies named in the document, including a line at the top whose text a web or
// mail address repeats. repeated reports whether a name stands at several heights, as in letterhead
// and footer.
func (s *search) parties() (all []party, repeated func(name string) bool) {
	domains := s.domains()
	heights := map[string]map[int]bool{} // by the letters of a name
	for i := range s.lines {
		l := &s.lines[i]
		if len(all) >= maxNames {
			break
		}
		for _, name := range companyNames(l.Text) {
			key := printed.Letters(name)
			if heights[key] == nil {
				heights[key] = map[int]bool{}
			}
			heights[key][l.Box[1]/max(1, 2*l.Height())] = true
			all = append(all, s.company(l, name, domains))
		}
		if p, ok := s.logo(l, domains); ok {
			all = append(all, p)
		}
	}
	return all, func(name string) bool { return len(heights[printed.Letters(name)]) > 1 }
}

// company scores the name of a company by the text around it.
func (s *search) company(l *pagetext.Line, name string, domains []string) party {
	p := s.partyAt(l)
	p.name, p.score = name, 0.6
	if parts := separators().Split(l.Text, 6); len(parts) > 1 { // the address stands in the line itself
		p.texts, p.lines = parts, slices.Repeat([]*pagetext.Line{l}, len(parts))
	}
	if slices.ContainsFunc(domains, func(d string) bool { return strings.HasPrefix(printed.Letters(name), d) }) {
		p.score += 0.15
	}
	if slices.ContainsFunc(p.texts, contact().MatchString) || slices.ContainsFunc(p.texts, isIdentity) {
		p.score += 0.1
	}
	if s.addressed(l) {
		p.score -= 0.4
	}
	return p
}

// companyNames returns the parts of a line that are names of companies.
func companyNames(text string) []string {
	var found []string
	for _, part := range separators().Split(text, 6) {
		if len(strings.Fields(part)) <= maxNameWords && legalForm().MatchString(part) {
			found = append(found, part)
		}
	}
	return found
}

// domains returns the domain names in web and mail addresses, without their endings.
func (s *search) domains() []string {
	var found []string
	for i := range s.lines {
		for _, m := range domain().FindAllStringSubmatch(s.lines[i].Text, 5) {
			if d := printed.Letters(m[1]); !slices.Contains(mailProviders, d) && !slices.Contains(found, d) {
				found = append(found, d)
			}
		}
	}
	return found
}

// logo accepts a short line at the top of the first page that a domain begins with, or that begins with
// a domain.
func (s *search) logo(l *pagetext.Line, domains []string) (party, bool) {
	if l.Page != s.lines[0].Page || len(l.Key) < 3 || len(l.Words) > 4 {
		return party{}, false
	}
	bottom := 0
	for _, o := range s.pages[l.Page] {
		bottom = max(bottom, o.Box[3])
	}
	names := func(d string) bool {
		return strings.HasPrefix(d, l.Key) && 3*len(l.Key) >= len(d) || len(d) > 3 && strings.HasPrefix(l.Key, d) && 3*len(d) >= len(l.Key)
	}
	if 5*l.Box[1] > bottom || strings.ContainsAny(l.Text, "@/") || domain().MatchString(l.Text) || !slices.ContainsFunc(domains, names) {
		return party{}, false
	}
	p := s.partyAt(l)
	p.name, p.score = l.Text, 0.68
	return p, true
}

// isIdentity reports whether a line has a number that identifies a company.
func isIdentity(line string) bool {
	_, vat := printed.FindVAT(line)
	_, iban := printed.FindIBAN(line)
	return vat || iban
}

// partyAt returns a party with the lines that follow closely under its name.
func (s *search) partyAt(l *pagetext.Line) party {
	p := party{at: l}
	last := l
	for range 6 {
		var next *pagetext.Line
		for _, o := range s.pages[l.Page] {
			gap := o.Box[1] - last.Box[3]
			if o.Box[1] > last.Box[1] && gap > -last.Height()/2 && gap < last.Height() && abs(o.Box[0]-l.Box[0]) < 2*l.Height() &&
				(next == nil || o.Box[1] < next.Box[1]) {
				next = o
			}
		}
		if next == nil {
			break
		}
		p.texts, p.lines = append(p.texts, next.Text), append(p.lines, next)
		last = next
	}
	return p
}

// addressed reports whether a line stands under a label such as "Bill to".
func (s *search) addressed(l *pagetext.Line) bool {
	for _, o := range s.pages[l.Page] {
		if o.Box[1] >= l.Box[1] || l.Box[1]-o.Box[3] > 3*l.Height() || abs(o.Box[0]-l.Box[0]) > 3*l.Height() {
			continue
		}
		for _, m := range labels.Lookup(o.Key) {
			if m.Concept.Name == "recipient" {
				return true
			}
		}
	}
	return false
}

// address returns street, postcode or city from the lines under a name. The street is the line before
// the one with the postcode.
func (p *party) address(want labels.Form) (string, *pagetext.Line) {
	for i, line := range p.texts {
		zip, city, ok := printed.FindTown(line)
		if !ok {
			continue
		}
		switch want {
		case labels.ZIP:
			return zip, p.lines[i]
		case labels.City:
			return city, p.lines[i]
		case labels.Street:
			if i > 0 && strings.ContainsAny(p.texts[i-1], "0123456789") {
				return p.texts[i-1], p.lines[i-1]
			}
		}
		return "", nil
	}
	return "", nil
}
