package document

// RegionType is what a region is, in terms common to all detectors.
type RegionType string

// The region types, from most to least common.
const (
	RegionText       RegionType = "text"
	RegionTitle      RegionType = "title"
	RegionList       RegionType = "list"
	RegionTable      RegionType = "table"
	RegionFormula    RegionType = "formula"
	RegionImage      RegionType = "image"
	RegionCaption    RegionType = "caption"
	RegionHeader     RegionType = "header"
	RegionFooter     RegionType = "footer"
	RegionPageNumber RegionType = "page_number"
	RegionFootnote   RegionType = "footnote"
	RegionReference  RegionType = "reference"
	RegionCode       RegionType = "code"
)

// RegionPage is a whole page in which the engine itself finds the regions. The pipeline replaces it by these:
// no result has a region of this type.
const RegionPage RegionType = "page"

// ContentFormat says how to read Region.Content.
type ContentFormat string

// The content formats.
const (
	FormatText     ContentFormat = "text"
	FormatMarkdown ContentFormat = "markdown"
	FormatHTML     ContentFormat = "html"
	FormatLaTeX    ContentFormat = "latex"
)

// Status is how a page, a region or a document ended. Every page and region
// that was started ends with one.
type Status string

const (
	// StatusOK means complete. An empty page is complete.
	StatusOK Status = "ok"
	// StatusPartial is a document or page in which a part failed.
	StatusPartial Status = "partial"
	// StatusFailed carries the reason in Error.
	StatusFailed Status = "failed"
	// StatusSkipped means not attempted by design, such as an image without text, or left out because it is
	// not readable text; Error says why.
	StatusSkipped Status = "skipped"
	// StatusTruncated means the text was cut; Error says why.
	StatusTruncated Status = "truncated"
	// StatusCanceled means the client or the server ended the work.
	StatusCanceled Status = "canceled"
)

// Region is a part of a page in reading order. Detectors fill the first block, recognizers the second.
type Region struct {
	ID    string     `json:"id"`    // p1r3: page 1, region 3
	Order int        `json:"order"` // from 1, reading order within the page
	Type  RegionType `json:"type"`
	Label string     `json:"label"`           // the detector's own class name
	Level int        `json:"level,omitempty"` // of a title, 1 to 6; 0 otherwise
	BBox  BBox       `json:"bbox"`
	Score *float64   `json:"score"` // the detector's, nil when geometry decided
	Grid  *Grid      `json:"-"`     // structure of a table found by geometry
	// Outline is the region's shape if the detector drew one, nil if it is BBox. Between it and BBox there
	// may be parts of other regions.
	Outline []Point `json:"-"`

	Status     Status        `json:"status"`
	Content    string        `json:"content"`
	Format     ContentFormat `json:"format"`
	Confidence *float64      `json:"confidence"`       // measured or nil
	Source     TextSource    `json:"source,omitempty"` // of Content
	// Script is the Unicode name of the script of most letters in the region, whether they could be read or
	// not; empty for Latin and if nothing tells.
	Script string `json:"script,omitempty"`
	Lines  []Line `json:"lines,omitempty"` // from detectors and engines that see lines
	// Words are the words of the region in the order of its lines; only with BoxesWord.
	Words []WordBox `json:"words,omitempty"`
	// Image is what Options.Images asks for: a data: URI or a name. Only for RegionImage.
	Image string `json:"image,omitempty"`
	// Attempts is how often the region was sent to a model server, and the tokens are those of all attempts
	// together; 0 if no server was asked.
	Attempts         int `json:"attempts,omitempty"`
	PromptTokens     int `json:"prompt_tokens,omitempty"`
	CompletionTokens int `json:"completion_tokens,omitempty"`
	// MergedInto is the ID of the region that contains this one's text, such as the rest of a word split
	// between two; Content is then empty.
	MergedInto string   `json:"merged_into,omitempty"`
	Error      *Problem `json:"error,omitempty"`
}

// Grid is the structure of a table: every cell, empty ones too, in row-major
// order. Lines of the region are assigned to cells by index.
type Grid struct {
	Rows, Cols int
	Cells      []Cell
}

// Cell is one cell of a Grid.
type Cell struct {
	Row, Col         int // from 0
	RowSpan, ColSpan int // at least 1
	Header           bool
	BBox             BBox
	Lines            []int // indices into Region.Lines, top to bottom
}
