package document

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
