// Package document holds the types that every other package uses: Source, Page, Region, Line, Result, Event,
// Options and Problem. It has no behavior beyond keeping those values valid, and imports only the standard
// library.
//
// # Coordinates
//
// All boxes are in pixels of the page image as recognition saw it: the origin is the top left corner of the
// upright page, x grows to the right, y downwards. Page.Rotation says how the image was turned to be upright.
//
// # Order
//
// Pages are numbered from 1. Regions are numbered from 1 in reading order.
package document

import (
	"context"
	"image"
	"iter"
	"time"
)

// Task is what a client asks of an image or document.
type Task string

const (
	// TaskText asks for plain text in reading order; tables come as rows of text.
	TaskText Task = "text"
	// TaskTable asks for the whole image as one table.
	TaskTable Task = "table"
	// TaskFormula asks for the whole image as one formula in LaTeX.
	TaskFormula Task = "formula"
	// TaskDocument asks for structure: titles, paragraphs, tables, figures.
	TaskDocument Task = "document"
)

// Tasks lists the known tasks in the order they are shown to people.
var Tasks = []Task{TaskText, TaskTable, TaskFormula, TaskDocument}

// TableFormat is the form of tables in the Markdown.
type TableFormat string

const (
	// TableHTML leaves every table as it was read.
	TableHTML TableFormat = "html"
	// TableMarkdown writes tables with bars if that loses nothing, and others as HTML.
	TableMarkdown TableFormat = "markdown"
)

// TableFormats lists the table formats, the default first.
var TableFormats = []TableFormat{TableHTML, TableMarkdown}

// Images says what becomes of regions of type RegionImage.
type Images string

const (
	// ImagesNone leaves their pixels out.
	ImagesNone Images = "none"
	// ImagesInline puts them into Region.Image, and so into the Markdown, as data: URIs.
	ImagesInline Images = "inline"
	// ImagesRef puts a name there; PageResult.Images has the bytes.
	ImagesRef Images = "ref"
)

// AllImages lists the values of Images, the default first.
var AllImages = []Images{ImagesNone, ImagesInline, ImagesRef}

// Resolutions that a request may ask for, in dots per inch. Below, small print is lost; above, scans gain
// nothing and pages exceed their pixel limit.
const (
	MinDPI = 36
	MaxDPI = 600
)

// Options are what one request asks for. The zero value asks for every page as
// structured text at the default resolution.
type Options struct {
	Task     Task      // empty means TaskDocument
	Pages    PageRange // zero means every page
	Password string    // opens an encrypted PDF; never logged
	DPI      int       // resolution of rendered PDF pages; 0 means the configured default
	Layout   bool      // split pages into regions; false asks the engine for whole pages if it can read them
	// IncludeHeaders keeps running heads, footers and page numbers in the Markdown of TaskDocument. Plain
	// text and TaskText always have them.
	IncludeHeaders bool
	TableFormat    TableFormat // of tables in the Markdown; empty means TableHTML
	Images         Images      // what becomes of regions of type image; empty means ImagesNone
	Boxes          Boxes       // how finely to say where text is; empty means BoxesLine
	ImagePrefix    string      // prefix of the names that ImagesRef gives
	// JoinTables joins tables that continue over a page break, if all pages are read before the first is
	// answered.
	JoinTables bool
	// Prompt is given to the model in place of the task's own; empty means the task's. Only engines whose
	// operator allows it accept one.
	Prompt string
	// TextLayer says whether a PDF's own text may replace reading; empty means TextLayerOff.
	TextLayer TextLayer
	// Batch says that nobody is waiting for the individual pages: other requests go first.
	Batch bool
	// Question is asked about every page, of engines that can answer; nil asks nothing.
	Question *Question
}

// Pages is an opened document: the number of its pages, and those asked for.
type Pages struct {
	// Total is the number of pages of the document.
	Total int
	// Numbers are the pages that Seq will yield, ascending, from 1.
	Numbers []int
	// Notice says how Numbers differ from what was asked for; empty if they do not.
	Notice string
	// Seq renders the pages when ranged over, in order, at most a few ahead. It may be ranged over once. A
	// page that cannot be rendered comes as a Page without an image together with its *Problem, and the
	// sequence continues; any other error comes with a nil Page and ends the sequence. Leaving the loop early
	// stops the work. The consumer owns each page and must call its Release.
	Seq iter.Seq2[*Page, error]
	// Begin, if the consumer sets it before ranging over Seq, is called before work on each page begins, in
	// page order, and waits until the page is wanted. After an error the page is not begun.
	Begin func(ctx context.Context, page int) error
	// Close frees what Open holds. It must be called, even if Seq was never ranged over, and may be called
	// twice.
	Close func()
}

// Page is one rendered page.
type Page struct {
	Number        int // from 1
	Width, Height int // pixels of Image
	// Rotation is how many degrees clockwise (0, 90, 180 or 270) the rendered image was turned to be upright.
	// A PDF's own /Rotate and an image's EXIF orientation are applied before, and not counted.
	Rotation int
	// DPI is the resolution of Image, 0 when unknown (photographs).
	DPI float64
	// Scaled reports whether the page was too large and is smaller than asked for.
	Scaled bool
	// Words are the words that the PDF itself says are drawn on the page, without hidden text, in no
	// particular order; nil for images. They are a claim: fonts can map their glyphs to any character, so
	// check them against the image. U+FFFD stands for an unknown character.
	Words []Word
	// Drawn is what a PDF page draws as text, character by character; nil if it was not asked for, is too
	// much or cannot be had.
	Drawn *Drawn
	// Layer is the part of Drawn that can be believed; nil until it is judged, and for a page that is to be
	// read as if it had no text of its own.
	Layer *Layer
	// Faults says what of the page could not be drawn; nil for a page that is complete.
	Faults []string
	// Script is the Unicode name of the script of most of the page's text, if the engine found one that it
	// reads in a special way. The engine sets it, and Careful, when it finds the lines, for when it reads
	// them.
	Script string
	// Careful means that the engine found its quicker ways of reading to be of no use on this page.
	Careful bool
	// Took is how long rendering took, without waiting for a turn or for memory. Spent is the processor time
	// of the process that drew the page, including its start.
	Took, Spent time.Duration
	// Image is *image.RGBA (opaque) or *image.Gray; nil when rendering failed.
	Image image.Image
	// Free returns the page's share of the memory budget except rest bytes. It is set by the rasterizer, may
	// be nil, and may be called again with less.
	Free func(rest int64)
}

// Drop drops the pixels and returns their share of the memory budget, except rest bytes that something made
// from them still takes. Other pages are then drawn in the same memory: nothing may hold on to Image or a
// part of it. It may be called again, but not concurrently.
func (p *Page) Drop(rest int64) {
	p.Image = nil
	if p.Free != nil {
		p.Free(rest)
	}
}

// Release drops the pixels and returns their whole share of the memory budget. It may be called twice, but
// not concurrently.
func (p *Page) Release() {
	p.Drop(0)
	p.Free = nil
}

// BBox is an axis-aligned box [x1, y1, x2, y2) in page pixels.
type BBox [4]int

// Rect converts the box to the image package's form.
func (b BBox) Rect() image.Rectangle { return image.Rect(b[0], b[1], b[2], b[3]) }

// BoxOf converts a rectangle to a BBox.
func BoxOf(r image.Rectangle) BBox { return BBox{r.Min.X, r.Min.Y, r.Max.X, r.Max.Y} }

// Point is a position in page pixels; fractions matter for skewed text.
type Point struct{ X, Y float64 }

// Word is a word of a PDF's own text, without white space.
type Word struct {
	Text string
	BBox BBox
}

// Line is one line of text as found on the page.
type Line struct {
	// Quad holds the line's corners, clockwise from the corner at the start and top of the text. It cuts
	// skewed lines out of the page.
	Quad [4]Point `json:"-"`
	// Spine is the middle of a bent line from one end to the other; nil for a straight one. Quad is then
	// where the line would be if it were straight.
	Spine []Point `json:"-"`
	BBox  BBox    `json:"bbox"`
	Text  string  `json:"text"`
	// Confidence is the mean probability of the characters, nil until recognized.
	Confidence *float64 `json:"confidence"`
	// Source is SourcePDF if the text is the document's own; empty otherwise.
	Source TextSource `json:"source,omitempty"`
	// Missed is the share, 0 to 1, of the writing on the line that is far from everything that was read.
	Missed float64 `json:"-"`
	// Script is the Unicode name of the script that the line was read in, if by a recognizer other than the
	// engine's usual one.
	Script string `json:"script,omitempty"`
	// Claim is what the document itself says of the line, empty for nothing. A reading that agrees with it
	// needs no second one.
	Claim string `json:"-"`
	// Marks are the characters as they were seen, in reading order; nil if the reader does not tell, and once
	// the page is done. Text may have been corrected since.
	Marks []Mark `json:"-"`
}

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

// Recognition is what an engine read in one region.
type Recognition struct {
	Content    string
	Format     ContentFormat
	Confidence *float64  // nil if the engine does not measure it
	Lines      []Line    // nil if the engine does not see lines
	Words      []WordBox // see Region.Words
	Source     TextSource
	Script     string   // see Region.Script
	Truncated  *Problem // why Content is incomplete; nil if it is complete
	// Skipped says why something that looks like text has no Content; nil if it has, or nothing does.
	Skipped *Problem
	// Regions are the parts of Content, in reading order, from engines that find them themselves: Type,
	// Label, Level, BBox, Content and Format. They replace the region.
	Regions []Region
	Usage   Usage // of all attempts; counts beside an error too
}

// Prepared is what an engine has taken from a page's pixels to read a region or answer a question.
type Prepared struct {
	// Bytes is the memory that it holds until Read returns.
	Bytes int64
	// Read finishes the work without the page's pixels. It is called once at most.
	Read func(ctx context.Context) (Recognition, error)
}

// Info describes an engine or a layout detector to people.
type Info struct {
	Name  string // "embedded", "vllm", "geometry", …
	Model string // model name and version
	Tasks []Task // what it can do; nil for detectors
	// Profile names the way in which a vision model is asked and read, if there are several.
	Profile string
	// Scripts are the Unicode names of the scripts that it can read, if it knows.
	Scripts []string
}
