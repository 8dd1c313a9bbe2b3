package document

// Boxes is how finely an answer says where its text is.
type Boxes string

const (
	// BoxesRegion gives only the boxes of regions.
	BoxesRegion Boxes = "region"
	// BoxesLine adds the boxes of lines, if the engine sees lines.
	BoxesLine Boxes = "line"
	// BoxesWord adds those of words.
	BoxesWord Boxes = "word"
)

// AllBoxes lists the values of Boxes.
var AllBoxes = []Boxes{BoxesRegion, BoxesLine, BoxesWord}

// WordBox is a word as it was read: a piece of a line without white space. In a script without white space
// that is everything between two punctuation marks.
type WordBox struct {
	Text string `json:"text"`
	BBox BBox   `json:"bbox"`
	// Confidence is the mean probability of its characters; nil if it was not measured.
	Confidence *float64 `json:"confidence"`
	// Line is the index of its line in Region.Lines; 0 if the region has none.
	Line int `json:"line"`
	// Rotation is how many degrees clockwise the word is turned: 0, or 90, 180 or 270 for text that runs
	// down, upside down or up.
	Rotation int `json:"rotation,omitempty"`
}

// Mark is where on a line a character was seen: shares of the line's length, 0 to 1, from the end where
// reading started. From and To are the same if only its middle is known.
type Mark struct {
	Text       string
	From, To   float64
	Confidence float64 // its probability; 0 if it was not measured
}
