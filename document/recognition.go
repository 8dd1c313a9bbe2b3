package document

import "context"

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
	// Scripts are the Unicode names of the scripts that it can read; nil if it does not know.
	Scripts []string
}
