package document

// PageResult is the outcome of one page that was asked for.
type PageResult struct {
	Number    int            `json:"number"`
	Status    Status         `json:"status"` // ok, partial or failed
	Width     int            `json:"width"`  // pixels of the recognized image, 0 when rendering failed
	Height    int            `json:"height"`
	Rotation  int            `json:"rotation"` // see Page.Rotation
	DPI       float64        `json:"dpi,omitempty"`
	Scaled    bool           `json:"scaled,omitempty"` // rendered smaller than asked for: page too large
	Layout    string         `json:"layout"`           // name of the detector that found the regions
	Engine    string         `json:"engine"`           // name of the engine that wrote the text
	Text      string         `json:"-"`                // plain text in reading order
	Markdown  string         `json:"markdown"`
	Regions   []Region       `json:"regions"`
	TextLayer *LayerCounts   `json:"text_layer,omitempty"` // nil if no text was taken from the PDF
	Cached    bool           `json:"cached,omitempty"`     // from the cache: read before, at no cost now
	Error     *Problem       `json:"error,omitempty"`
	Timings   map[string]int `json:"timings_ms,omitempty"` // by Phase: raster; and layout, recognize unless Cached
	Usage     Usage          `json:"-"`
	Answer    *Answer        `json:"-"` // to Options.Question; nil if the engine answers none
	// Images are the page's images by name, as PNG or JPEG; see ImagesRef.
	Images map[string][]byte `json:"images,omitempty"`
}

// Summary accounts for every page and region of a document.
type Summary struct {
	Total    int           `json:"total_pages"` // pages of the document
	Pages    int           `json:"pages"`       // pages asked for
	OK       int           `json:"ok"`
	Partial  int           `json:"partial"`
	Failed   int           `json:"failed"`
	Canceled int           `json:"canceled"`
	Regions  RegionSummary `json:"regions"`
	// Notice says what was done otherwise than asked for; empty if nothing was.
	Notice string `json:"notice,omitempty"`
	// TextLayer counts over the pages; nil if text_layer was not asked for.
	TextLayer *LayerCounts `json:"text_layer,omitempty"`
}

// RegionSummary counts regions by how they ended.
type RegionSummary struct {
	Total     int `json:"total"`
	OK        int `json:"ok"`
	Failed    int `json:"failed"`
	Skipped   int `json:"skipped"`
	Truncated int `json:"truncated"`
}

// Result is a whole document.
type Result struct {
	ID       string         `json:"id"`
	Status   Status         `json:"status"` // ok, partial, failed or canceled
	Markdown string         `json:"markdown"`
	Text     string         `json:"-"`
	Pages    []PageResult   `json:"pages"` // ascending by number
	Summary  Summary        `json:"summary"`
	Usage    Usage          `json:"usage"`
	Timings  map[string]int `json:"timings_ms"`
	Model    string         `json:"model"`
	Engine   string         `json:"engine"`
	Layout   string         `json:"layout"`
	Error    *Problem       `json:"error,omitempty"`
}

// mixed is Result.Engine and Layout of a document whose pages differ; the pages then tell.
const mixed = "mixed"

// Account adds a finished page to the summary, the usage, and the names of the detector and engine. It leaves
// Pages alone.
func (r *Result) Account(page *PageResult) {
	s := &r.Summary
	first := s.OK+s.Partial+s.Failed == 0
	credit(&r.Layout, page.Layout, first)
	credit(&r.Engine, page.Engine, first)
	switch page.Status {
	case StatusOK:
		s.OK++
	case StatusPartial:
		s.Partial++
	default:
		s.Failed++
	}
	if page.TextLayer != nil {
		s.TextLayer = s.TextLayer.Plus(page.TextLayer)
	}
	for _, region := range page.Regions {
		s.Regions.add(region.Status)
	}
	r.Usage.Add(page.Usage)
}

// credit adds the detector or engine of a page, empty if none got to it, to the document's.
func credit(name *string, page string, first bool) {
	switch {
	case page == "":
	case first || *name == "":
		*name = page
	case *name != page:
		*name = mixed
	}
}

func (s *RegionSummary) add(status Status) {
	s.Total++
	switch status {
	case StatusFailed:
		s.Failed++
	case StatusSkipped:
		s.Skipped++
	case StatusTruncated:
		s.Truncated++
	default:
		s.OK++
	}
}

// EventKind names what happened to a running document.
type EventKind string

// The events of a document, in the order in which they can come: accepted once, then pages as they finish.
const (
	EventAccepted EventKind = "job.accepted"
	EventPage     EventKind = "page.completed"
	EventPageFail EventKind = "page.failed"
)

// Event is one step of a running document.
type Event struct {
	Kind    EventKind
	Page    *PageResult // for EventPage and EventPageFail
	Summary Summary     // counts so far
	Model   string      // see Result.Model
}
