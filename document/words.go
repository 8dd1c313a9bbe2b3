package document

// Boxes says how finely an answer tells where its text stands.
type Boxes string

const (
	// BoxesRegion gives the boxes of regions alone.
	BoxesRegion Boxes = "region"
	// BoxesLine gives those of lines too, where the engine sees lines.
	BoxesLine Boxes = "line"
	// BoxesWord gives those of words too.
	BoxesWord Boxes = "word"
)

// AllBoxes lists the ways.
var AllBoxes = []Boxes{BoxesRegion, BoxesLine, BoxesWord}

// WordBox is a word as it was read: a piece of a line without white space in it. Where a
// script has no white space, that is all between two marks of it.
type WordBox struct {
	Text string `json:"text"`
	BBox BBox   `json:"bbox"`
	// Confidence is the mean probability of its characters; nil where it was not measured.
	Confidence *float64 `json:"confidence"`
	// Line is the index, in Region.Lines, of the line that it stands in; 0 where the region
	// has none.
	Line int `json:"line"`
	// Rotation is how many degrees clockwise the word is turned: 0, or 90, 180 or 270 for
	// text that runs down, upside down or up.
	Rotation int `json:"rotation,omitempty"`
}

// Mark is where on a line a character was seen: parts of the line's length, 0 to 1, from the
// end where reading started. From and To are the same where only its middle is known.
type Mark struct {
	Text       string
	From, To   float64
	Confidence float64 // its probability; 0 where it was not measured
}
