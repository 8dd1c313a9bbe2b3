package ppocr

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/sys/cpu"
	"golang.org/x/text/unicode/norm"

	"ocr-gateway/engine/embedded/network"
	"ocr-gateway/engine/embedded/stages"
)

// reader is a network that reads lines.
type reader struct {
	*model
	alphabet alphabet
	trust    trust
	column   stages.Work // for a column of pixels of a line
}

// trust is which lines are kept as a reader reads them. The others are read again by the
// next one, which costs more.
type trust struct {
	confidence float64 // at least
	doubt      float64 // at most, of a class that would make another text
	plain      bool    // only lines of which nothing was missed, without what is easily taken for another
}

var (
	// trustTiny is for the tiny network. Of 1,200 drawn lines of prose, amounts and dates it
	// reads 127 otherwise than the small one; this lets 7 of them pass, 1 with more errors, and
	// has two fifths of the pixels read again.
	trustTiny = trust{confidence: 0.96, doubt: noticed, plain: true}
	// trustWhole is for the built-in network in whole numbers. Of 225 lines, printed well
	// and badly, it reads 8 otherwise than in full; this lets 1 of them pass, and has a tenth
	// of all read again.
	trustWhole = trust{confidence: 0.95, doubt: 0.35}
)

// agreed is how sure a reader must be of a line that it reads just as the document says, which
// few errors are. Letters beside digits that look alike are as easily lied about as mistaken.
const agreed = 0.8

var mixedAlikes = regexp.MustCompile(`I[l1|]|[IlOo|][.,]?[0-9]|[0-9][.,]?[IlOo|]`)

// keeps reports whether a reading is final; claim is what the document says of the line.
func (t trust) keeps(r reading, claim string, missed float64) bool {
	if claim != "" && r.confidence >= agreed && sameText(r.text, claim) && !mixedAlikes.MatchString(claim) {
		return true
	}
	if r.confidence < t.confidence || r.doubt > t.doubt {
		return false
	}
	return !t.plain || missed == 0 && !lookAlikes.MatchString(r.text) && !strings.ContainsAny(r.text, besideOthers) && !strings.ContainsFunc(r.text, isEastAsian)
}

// sameText reports whether two texts are the same but for blanks in a row and how characters are composed.
func sameText(a, b string) bool {
	words := func(s string) string { return strings.Join(strings.Fields(norm.NFKC.String(s)), " ") }
	return words(a) == words(b)
}

// lookAlikes are letters that may be digits or each other, ones in a row, and stops and commas
// that stand as the other does. The tiny network reads "Ilinois", "I5,890.58", "111" for "1.11"
// and "in 1862, Its", surely.
var lookAlikes = regexp.MustCompile(`I[l1|]|1[.,]?1|[IlOo|][.,]?[0-9]|[0-9][.,]?[IlOo|]|, ?\p{Lu}|\. ?\p{Ll}`)

// besideOthers are letters of languages with others that the tiny network does not know, or
// takes for each other: ș and ț in Romanian, ư and ơ in Vietnamese, ű in Hungarian.
const besideOthers = "ĂăŢţĐđŐőŰű"

// isEastAsian reports whether r is a character of Chinese, Japanese or Korean, or stands
// with those. Of such lines the tiny network leaves out the characters that it does not know.
func isEastAsian(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= '\u3000' && r <= '\u303f' || r >= '\uff00' && r <= '\uffef'
}

// source is where a reader comes from.
type source struct {
	file          string
	dictionary    string // the file of its characters, one a line; empty where the model holds them
	input, output string
	rewrite       func(*network.Model) int // nil where the network stays as it is
	trust         trust
	column        stages.Work
}

// builtIn are the readers of the built-in recognizer: the tiny network first, and the whole
// one last, before that in whole numbers where the processor gains by them.
func (m *Models) builtIn() []source {
	file := func(name string) string { return filepath.Join(m.cfg.Dir, name) }
	const input, output = "x", "fetch_name_0"
	full := source{file: file(fileReader), input: input, output: output, column: stages.Work{Full: readerWork}}
	if m.cfg.Full {
		return []source{full}
	}
	tiny := source{
		file: file(fileTiny), dictionary: file(fileTinyCharacters), input: input, output: output,
		trust: trustTiny, column: stages.Work{Full: tinyWork},
	}
	if !wholeNumbers() {
		return []source{tiny, full}
	}
	tiny.rewrite, tiny.column = (*network.Model).Quantize, stages.Work{Full: tinyRest, Whole: tinyWork - tinyRest}
	whole := full
	whole.rewrite, whole.column = (*network.Model).Quantize, stages.Work{Full: readerRest, Whole: readerWork - readerRest}
	whole.trust = trustWhole
	return []source{tiny, whole, full}
}

// wholeNumbers reports whether this processor multiplies bytes four at a time. Without
// that the runtime adds pairs of products in 16 bits, which overflow.
func wholeNumbers() bool { return cpu.X86.HasAVX512VNNI || cpu.X86.HasAVXVNNI }

func (m *Models) openReader(s source) (reader, error) {
	model, err := m.openSource(s)
	if err != nil {
		return reader{}, err
	}
	characters, err := model.metadata("character")
	if s.dictionary != "" {
		var data []byte
		data, err = os.ReadFile(s.dictionary)
		characters = string(data)
	}
	if err != nil {
		return reader{}, errors.Join(fmt.Errorf("read the dictionary of %s: %w", filepath.Base(s.file), err), model.close())
	}
	return reader{model, parseAlphabet(characters), s.trust, s.column}, nil
}

func (m *Models) openSource(s source) (*model, error) {
	if s.rewrite == nil {
		return loadModel(s.file, m.cfg.share(), s.input, s.output)
	}
	file, err := rewritten(s.file, s.rewrite)
	if err != nil {
		return nil, err
	}
	return loadBytes(filepath.Base(s.file), file, m.cfg.share(), s.input, s.output)
}
