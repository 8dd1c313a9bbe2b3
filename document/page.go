package document

import (
	"context"
	"image"
	"iter"
	"time"
)

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
	// Script is the Unicode name of the script of most of the page's text, if the engine reads that script in
	// a way of its own. Script and Careful are what the engine learned when it found the page's lines, for
	// when it reads them.
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
