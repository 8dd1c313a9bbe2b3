package document

// TextLayer says whether a PDF's own text may stand in place of reading.
type TextLayer string

const (
	// TextLayerOff reads every page from its pixels.
	TextLayerOff TextLayer = "off"
	// TextLayerVerified takes the lines of which every character has been checked.
	TextLayerVerified TextLayer = "verified"
)

// TextLayers lists the ways.
var TextLayers = []TextLayer{TextLayerOff, TextLayerVerified}

// TextSource says where a text comes from.
type TextSource string

const (
	// SourcePDF is the document's own text, every character of it checked.
	SourcePDF TextSource = "pdf"
	// SourceOCR is text that a reader of lines saw.
	SourceOCR TextSource = "ocr"
	// SourceModel is the answer of a vision model.
	SourceModel TextSource = "model"
)

// FontID is the hash of a font's program: what it draws for a glyph is always the same.
// The zero value is a font without one, whose glyphs are drawn by the document (Type 3).
type FontID [32]byte

// Drawn is what a page of a PDF draws as text, and how far that explains its pixels.
type Drawn struct {
	Fonts      []FontID
	Characters []Character // in the order in which they are painted
	// Strange marks where there is ink that no character explains.
	Strange Blocks
}

// Character is a glyph that is painted on a page, and what the PDF says it stands for.
type Character struct {
	Font  int // index into Drawn.Fonts
	Glyph int // of the font's program
	// Text is the PDF's claim: mostly one character, more for a ligature, U+FFFD for none.
	Text string
	// X0 and X1 are where the glyph begins on its baseline and where the next one would;
	// Size is the height of its font. In pixels.
	X0, X1, Baseline, Size float32
	// Ink holds the pixels that the glyph covers; it is empty for a blank.
	Ink BBox
	// Upright reports whether the glyph stands on a level baseline that runs to the right,
	// neither mirrored nor squeezed.
	Upright bool
	// Contrast is how much darker or brighter than its ground the glyph is, of 255, and
	// Astray how much of what is seen at its place something else draws: pixels, of 255 of
	// those that it covers.
	Contrast, Astray uint8
}

// Blocks is a map of a page in squares of Step pixels, row by row, a bit each.
type Blocks struct {
	Step, Width, Height int // Width and Height in squares
	Bits                []byte
}

// At reports whether the square at (x, y) is marked; outside of the map none is.
func (b Blocks) At(x, y int) bool {
	if x < 0 || y < 0 || x >= b.Width || y >= b.Height {
		return false
	}
	i := y*b.Width + x
	return i/8 < len(b.Bits) && b.Bits[i/8]&(1<<(i%8)) != 0
}

// Layer is what of a page's own text can be believed.
type Layer struct {
	Lines []LayerLine // that are seen on the page, believed or not
	Areas []BBox      // where else something is to be seen that may be text
	// Plain reports whether nothing but running text is on the page.
	Plain  bool
	Counts LayerCounts
}

// LayerLine is one line of a page's own text.
type LayerLine struct {
	Line      // where it is drawn; its text is that which was read, if it was, or in a Passage its own
	Read bool // Line has what a reader made of it
	// Characters are its letters and blanks, from the left.
	Characters []LayerCharacter
	Believed   bool // every one of them
}

// LayerCharacter is a character of a LayerLine, or a blank.
type LayerCharacter struct {
	Text   string
	X0, X1 int  // pixels
	Proven bool // that its glyph stands for it
}

// MarksOf says where characters stand on a line in a box.
func MarksOf(characters []LayerCharacter, b BBox) []Mark {
	width := float64(max(b[2]-b[0], 1))
	part := func(x int) float64 { return min(max(float64(x-b[0])/width, 0), 1) }
	var marks []Mark
	for _, c := range characters {
		if c.Text != " " {
			marks = append(marks, Mark{Text: c.Text, From: part(c.X0), To: part(c.X1)})
		}
	}
	return marks
}

// Passage is the part of a page's own text that lies in one box, as far as it is known by what
// was read before.
type Passage struct {
	// Lines are its lines in rows from the top, with Text and Source; nil unless Believed.
	Lines    []LayerLine
	Believed bool // every character of them
	// Clear reports whether nothing else is to be seen in the box, and its lines are all there
	// and follow each other.
	Clear bool
	// Sampled says that it is to be read all the same.
	Sampled bool
	// Answer is what was read where the same glyphs stand in the same places; empty where that was
	// nowhere.
	Answer     string
	Characters int // that are seen
	Refuted    int // of those, that the PDF takes for another than the one seen
}

// LayerCounts says how much of a page or document was taken from the PDF itself.
type LayerCounts struct {
	Verified int `json:"verified"` // characters taken
	Read     int `json:"read"`     // characters of the PDF's text that were read all the same
	Refuted  int `json:"refuted"`  // glyphs that the PDF takes for another character than the one seen
	// Regions is how many were taken whole, of which no model was asked, and Digits how many digits that
	// a model misread in tables were set right.
	Regions int `json:"regions_not_asked,omitempty"`
	Digits  int `json:"digits_corrected,omitempty"`
}

// Plus is the sum of two counts, either of which may be nil for none.
func (c *LayerCounts) Plus(d *LayerCounts) *LayerCounts {
	var sum LayerCounts
	for _, one := range []*LayerCounts{c, d} {
		if one != nil {
			sum.Verified += one.Verified
			sum.Read += one.Read
			sum.Refuted += one.Refuted
			sum.Regions += one.Regions
			sum.Digits += one.Digits
		}
	}
	return &sum
}
