package document

import "encoding/json"

// Question is asked of the engine about each page as a whole, in addition to its text.
type Question struct {
	Example string          // the wanted JSON with empty values; the model's profile prepends its own words
	Schema  json.RawMessage // the JSON Schema that the answer must follow
}

// Answer is how a Question ended on one page.
type Answer struct {
	Text  string
	Error *Problem // why Text is missing or cut; nil if it is complete
}

// The ways of finding fields.
const (
	MethodModel     = "model"     // a language model was asked
	MethodHeuristic = "heuristic" // labels were matched to values by text and geometry
	MethodMixed     = "mixed"     // some pages one way, some the other
)

// Extraction is the fields found in a document by a schema.
type Extraction struct {
	ID     string `json:"id"`
	Status Status `json:"status"` // ok or partial
	// Data has every field of the schema, in its order; null where no suitable value was found.
	Data json.RawMessage `json:"data"`
	// Valid reports whether Data, without nulls, satisfies the schema.
	Valid        bool          `json:"valid"`
	SchemaErrors []SchemaError `json:"schema_errors"`
	// Evidence says where values were found on the pages. Its keys, like all paths here, are JSON Pointers
	// (RFC 6901) into Data.
	Evidence  map[string]Evidence `json:"evidence"`
	Conflicts []Conflict          `json:"conflicts"`
	Method    string              `json:"method"` // see MethodModel and the others
	Pages     []ExtractedPage     `json:"pages"`  // ascending by number
	Summary   Summary             `json:"summary"`
	Usage     Usage               `json:"usage"`
	Timings   map[string]int      `json:"timings_ms"`
	Model     string              `json:"model"`
	Engine    string              `json:"engine"`
	Layout    string              `json:"layout"`
}

// SchemaError is a value that does not fit the schema and is therefore null in Data, or one that the schema
// requires but that was not found.
type SchemaError struct {
	Path   string `json:"path"`
	Page   int    `json:"page,omitempty"` // where the value came from; 0 if it concerns the whole
	Value  string `json:"value,omitempty"`
	Detail string `json:"detail"`
}

// Evidence is where on a page a value was found.
type Evidence struct {
	Page   int    `json:"page"`
	Region string `json:"region"` // Region.ID
	BBox   BBox   `json:"bbox"`   // of the line; of the region if the value spans lines or the engine sees none
	Text   string `json:"text"`   // the text there
}

// Conflict is a field for which pages gave different values.
type Conflict struct {
	Path   string      `json:"path"`
	Chosen int         `json:"chosen_page"`
	Values []PageValue `json:"values"` // one per page that gave any, ascending
}

// PageValue is what one page gave for a field.
type PageValue struct {
	Page  int `json:"page"`
	Value any `json:"value"` // string, number or boolean
}

// ExtractedPage says how one page was searched for fields.
type ExtractedPage struct {
	Number int      `json:"number"`
	Status Status   `json:"status"` // ok, partial or failed
	Width  int      `json:"width"`  // in pixels; boxes refer to it
	Height int      `json:"height"`
	Method string   `json:"method"`
	Engine string   `json:"engine"`
	Error  *Problem `json:"error,omitempty"`
}
