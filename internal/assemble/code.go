package assemble

import (
	"slices"
	"strings"

	"ocr-gateway/document"
)

// Code is told from prose by two properties together: its characters are all of one width, and many of its
// rows look like code. A typewritten letter has only the first, a text about code only the second.

const (
	fewestRows = 3   // of a block of code
	codeShare  = 0.4 // of its rows, at least, that look like code
	surelyCode = 0.7 // of its rows, from which the width of its characters does not matter
)

// markCode makes each block of text that is code one region of that type, with the indentation that it has
// on the page.
func markCode(regions []document.Region) {
	for from := 0; from < len(regions); from++ {
		if !readsLikeCode(&regions[from]) {
			continue
		}
		to := from + 1
		for to < len(regions) && follows(&regions[to-1], &regions[to]) {
			if !readsLikeCode(&regions[to]) && !(to+1 < len(regions) && follows(&regions[to], &regions[to+1]) && readsLikeCode(&regions[to+1])) {
				break
			}
			to++
		}
		b := newCodeBlock(regions[from:to])
		if !b.isCode() {
			to = from + 1
			if b = newCodeBlock(regions[from:to]); !b.isCode() {
				continue
			}
		}
		first := from
		for first > 0 && regions[first-1].Type != document.RegionCode && follows(&regions[first-1], &regions[first]) && b.fits(&regions[first-1]) {
			first--
		}
		for to < len(regions) && follows(&regions[to-1], &regions[to]) && b.fits(&regions[to]) {
			to++
		}
		b.write(regions[first:to])
		from = to - 1
	}
}

// readsLikeCode reports whether enough rows of a region look like code.
func readsLikeCode(r *document.Region) bool {
	return mayBeCode(r) && newCodeBlock([]document.Region{*r}).likeness() >= codeShare
}

// mayBeCode reports whether the lines of a region could be rows of code.
func mayBeCode(r *document.Region) bool {
	switch r.Type {
	case document.RegionText, document.RegionTitle, document.RegionList, document.RegionReference, document.RegionCode:
	default:
		return false
	}
	return r.Status == document.StatusOK && r.Format == document.FormatText && len(r.Lines) > 0 && !blank(r.Content)
}

// follows reports whether a region that may be code stands right below another one or beside it.
func follows(above, below *document.Region) bool {
	if !mayBeCode(above) || !mayBeCode(below) {
		return false
	}
	line := below.Lines[0].BBox
	height := line[3] - line[1]
	apart := below.BBox[1] - above.BBox[3]
	const empty = 3 // rows between them
	return apart < empty*height && apart > -height*len(above.Lines)*empty &&
		below.BBox[0]-above.BBox[2] < 6*height && above.BBox[0]-below.BBox[2] < 6*height
}

// codeWords begin rows of code, and hardly ever a sentence.
var codeWords = []string{
	"def ", "elif ", "func ", "fn ", "void ", "int ", "const ", "var ", "print(", "if(", "for(", "while(", "#include", "#!", "#define", "using ", "namespace ",
	"SELECT ", "FROM ", "WHERE ", "INSERT ", "UPDATE ", "CREATE ", "sudo ", "echo ", "@",
}

// codeStarts begin sentences too.
var codeStarts = []string{
	"if ", "for ", "while ", "else:", "else ", "return ", "import ", "from ", "class ", "public ", "private ", "static ", "let ", "try:", "except ", "switch ",
	"case ", "break ", "continue ", "package ", "export ", "end ", "begin ", "then ", "do ",
}

// codeSigns occur in code, and hardly ever in prose.
var codeSigns = []string{"==", "!=", ":=", "+=", "-=", "->", "=>", "::", "</", "/>", "&&", "||", "[]", "//", "/*", "*/", "()", "${", "$(", "self.", "{}", "<-"}

// codeLikeness returns how much a row looks like code, from 0 to 1.
func codeLikeness(text string) float64 {
	text = strings.TrimSpace(strings.TrimLeft(text, "0123456789 "))
	if text == "" {
		return 0
	}
	for _, sign := range codeSigns {
		if strings.Contains(text, sign) {
			return 1
		}
	}
	const likely, hardly = 0.6, 0.3
	last := text[len(text)-1]
	calls := false // a name right before a bracket that is closed
	if open := strings.IndexAny(text, "(["); open > 0 && text[open-1] != ' ' && strings.ContainsAny(text[open:], ")]") {
		calls = true
	}
	begins := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(text, w) || text == strings.TrimSpace(w) })
	}
	prose := !strings.ContainsAny(text, "=()[]{}<>\"'_") && strings.Contains(text, " ")
	starts := begins(codeStarts)
	switch {
	case strings.ContainsAny(text[:1], "{}]"), last == '{', last == '}', last == ';' && !prose, prompt(text):
		return 1
	case (starts || begins(codeWords)) && (last == ':' || last == '(' || calls || strings.Contains(text, "=")):
		return 1
	case begins(codeWords), calls, starts && !strings.Contains(text, " "), strings.Contains(text, " = "), text[0] == '"' && strings.Contains(text, "\":"):
		return likely
	case last == ';', starts:
		return hardly
	}
	return 0
}

// prompt reports whether a row is a command after a shell's prompt.
func prompt(text string) bool {
	rest, ok := strings.CutPrefix(text, "$ ")
	return ok && rest != "" && (rest[0] == '.' || 'a' <= rest[0] && rest[0] <= 'z')
}
