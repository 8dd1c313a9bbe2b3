package format

// The parts of a DoclingDocument (docling-core, docling_core.types.doc) that are written here.
// Positions are pixels of the page, as its size is.

type doclingDocument struct {
	Schema        string                 `json:"schema_name"`
	Version       string                 `json:"version"`
	Name          string                 `json:"name"`
	Furniture     doclingGroup           `json:"furniture"`
	Body          doclingGroup           `json:"body"`
	Groups        []*doclingGroup        `json:"groups"`
	Texts         []doclingText          `json:"texts"`
	Pictures      []doclingPicture       `json:"pictures"`
	Tables        []doclingTable         `json:"tables"`
	KeyValueItems []struct{}             `json:"key_value_items"`
	FormItems     []struct{}             `json:"form_items"`
	Pages         map[string]doclingPage `json:"pages"`

	begun bool // something other than margins is there
}

type doclingRef struct {
	Ref string `json:"$ref"`
}

type doclingGroup struct {
	Self     string       `json:"self_ref"`
	Parent   *doclingRef  `json:"parent,omitempty"`
	Children []doclingRef `json:"children"`
	Layer    string       `json:"content_layer"`
	Name     string       `json:"name"`
	Label    string       `json:"label"`
}

type doclingBox struct {
	L      int    `json:"l"`
	T      int    `json:"t"`
	R      int    `json:"r"`
	B      int    `json:"b"`
	Origin string `json:"coord_origin"`
}

type doclingProv struct {
	Page int        `json:"page_no"`
	Box  doclingBox `json:"bbox"`
	Span [2]int     `json:"charspan"` // of the item's text, in characters
}

// doclingItem is what all items have.
type doclingItem struct {
	Self     string        `json:"self_ref"`
	Parent   doclingRef    `json:"parent"`
	Children []doclingRef  `json:"children"`
	Layer    string        `json:"content_layer"`
	Label    string        `json:"label"`
	Prov     []doclingProv `json:"prov"`
}

type doclingText struct {
	doclingItem
	Orig       string  `json:"orig"`
	Text       string  `json:"text"`
	Level      int     `json:"level,omitempty"`         // of a section_header
	Enumerated *bool   `json:"enumerated,omitempty"`    // of a list_item
	Marker     string  `json:"marker,omitempty"`        // of a list_item
	Language   *string `json:"code_language,omitempty"` // of code
}

type doclingPicture struct {
	doclingItem
	Image *doclingImage `json:"image,omitempty"`
}

type doclingImage struct {
	MediaType string      `json:"mimetype"`
	DPI       int         `json:"dpi"`
	Size      doclingSize `json:"size"`
	URI       string      `json:"uri"`
}

type doclingTable struct {
	doclingItem
	Data doclingData `json:"data"`
}

type doclingData struct {
	Cells []doclingCell `json:"table_cells"`
	Rows  int           `json:"num_rows"`
	Cols  int           `json:"num_cols"`
}

type doclingCell struct {
	RowSpan  int    `json:"row_span"`
	ColSpan  int    `json:"col_span"`
	StartRow int    `json:"start_row_offset_idx"`
	EndRow   int    `json:"end_row_offset_idx"`
	StartCol int    `json:"start_col_offset_idx"`
	EndCol   int    `json:"end_col_offset_idx"`
	Text     string `json:"text"`
	Header   bool   `json:"column_header"`
}

type doclingSize struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type doclingPage struct {
	Size   doclingSize `json:"size"`
	Number int         `json:"page_no"`
}
