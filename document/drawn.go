package document

// TextLayer says whether a PDF's own text may replace reading.
type TextLayer string

const (
	// TextLayerOff reads every page from its pixels.
	TextLayerOff TextLayer = "off"
	// TextLayerVerified takes lines in which every character has been checked.
	TextLayerVerified TextLayer = "verified"
)

// TextLayers lists the values of TextLayer.
var TextLayers = []TextLayer{TextLayerOff, TextLayerVerified}

// TextSource says where a text comes from.
type TextSource string

const (
	// SourcePDF is the document's own text, every character of it checked.
	SourcePDF TextSource = "pdf"
	// SourceOCR is text that a line reader saw.
	SourceOCR TextSource = "ocr"
	// SourceModel is the answer of a vision model.
	SourceModel TextSource = "model"
)

// FontID is the hash of a font's program, which determines what is drawn for each glyph. The zero value is a
// font without a program, whose glyphs are drawn by the document (Type 3).
type FontID [32]byte

// Drawn is what a PDF page draws as text, and how far that explains its pixels.
type Drawn struct {
	Fonts      []FontID
	Characters []Character // in painting order
	// Strange marks ink that no character explains.
	Strange Blocks
}

// Character is a glyph that is painted on a page, and what the PDF says it stands for.
type Character struct {
	Font  int // index into Drawn.Fonts
	Glyph int // of the font's program
	// Text is the PDF's claim: mostly one character, more for a ligature, U+FFFD for none.
	Text string
	// X0 and X1 are where the glyph begins on its baseline and where the next one would; Size is the height
	// of its font. All are in pixels.
	X0, X1, Baseline, Size float32
	// Ink holds the pixels that the glyph covers; it is empty for a blank.
	Ink BBox
	// Upright reports whether the glyph stands on a level baseline that runs to the right,
	// neither mirrored nor squeezed.
	Upright bool
	// Contrast is how much darker or brighter than its ground the glyph is, of 255. Astray is how many pixels
	// at its place are drawn by something else, per 255 of the pixels that it covers.
	Contrast, Astray uint8
}

// Blocks is a map of a page in squares of Step pixels, row by row, one bit each.
type Blocks struct {
	Step, Width, Height int // Width and Height in squares
	Bits                []byte
}

// At reports whether the square at (x, y) is marked; none outside the map is.
func (b Blocks) At(x, y int) bool {
	if x < 0 || y < 0 || x >= b.Width || y >= b.Height {
		return false
	}
	i := y*b.Width + x
	return i/8 < len(b.Bits) && b.Bits[i/8]&(1<<(i%8)) != 0
}

// Layer is the part of a page's own text that can be believed.
type Layer struct {
	Lines []LayerLine // visible on the page, believed or not
	Areas []BBox      // where else something that may be text is visible
	// Plain reports whether there is only running text on the page.
	Plain  bool
	Counts LayerCounts
}

// LayerLine is one line of a page's own text.
type LayerLine struct {
	Line      // where it is drawn; its text is what was read, if it was, or in a Passage the PDF's own
	Read bool // Line has a reader's text
	// Characters are its letters and blanks, from the left.
	Characters []LayerCharacter
	Believed   bool // every character
}

// LayerCharacter is a character of a LayerLine, or a blank.
type LayerCharacter struct {
	Text   string
	X0, X1 int  // pixels
	Proven bool // its glyph is proven to stand for it
}

// MarksOf returns where characters are on a line with box b.
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

// Passage is the part of a page's own text that is in one box, as far as earlier readings tell.
type Passage struct {
	// Lines are its lines in rows from the top, with Text and Source; nil unless Believed.
	Lines    []LayerLine
	Believed bool // every character of them
	// Clear reports whether nothing else is visible in the box, and all its lines are complete and follow
	// each other.
	Clear bool
	// Sampled says that it is to be read anyway.
	Sampled bool
	// Answer is what was read for the same glyphs in the same places before; empty if that never was.
	Answer     string
	Characters int // visible ones
	Refuted    int // of those, the ones that the PDF takes for another character than was seen
}

// LayerCounts says how much of a page or document was taken from the PDF itself.
type LayerCounts struct {
	Verified int `json:"verified"` // characters taken
	Read     int `json:"read"`     // characters of the PDF's text that were read anyway
	Refuted  int `json:"refuted"`  // glyphs that the PDF takes for another character than was seen
	// Regions is how many regions were taken whole, without asking a model, and Digits how many digits that a
	// model misread in tables were corrected.
	Regions int `json:"regions_not_asked,omitempty"`
	Digits  int `json:"digits_corrected,omitempty"`
}

// Plus returns the sum of two counts, either of which may be nil.
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
