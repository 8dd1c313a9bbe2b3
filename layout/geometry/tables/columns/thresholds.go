package columns

// Lengths are in heights of the page's text unless stated otherwise.

// What is less is text, not a table.
const (
	Least           = 2 // columns
	LeastFilledRows = 2 // rows with text in several columns
)

// Shared by all who look at tables.
const (
	RulingMargin = 1.0 // beside a table, within which rulings belong to it
	LeastRulings = 2   // rulings across a table, at least, for a ruled one
	Indent       = 3.0 // from the left edge of a table, beyond which text is not in the first column
	RulingPart   = 0.4 // of the table's height, at least, that a ruling between columns runs
)

// Pieces of text.
const (
	pieceWhite = 0.8  // white between two pieces of a row; words stand closer
	closeWhite = 0.55 // the same where there are many rows: numbers at the right and units at the left of two columns
	closeRows  = 6    // rows, from which there are many
)

// Rulings between columns.
const (
	interiorInset = 1.5 // from the table's edges, beyond which a vertical ruling divides columns
	columnInset   = 0.5 // from the table's edges, at least
	boxCorner     = 0.4 // between the end of a ruling that divides a box and the box's edge, at most
	boxRulings    = 2   // rulings between columns, of which a form with divided boxes has more
	columnReach   = 0.2 // of a piece, at most, by which it reaches over a ruling beside its column
)

// Free strips between columns.
const (
	stripAround   = 0.6 // beside a free strip, within which a ruling takes its place
	binsPerText   = 8   // resolution of free strips: bins per text height
	stripPadding  = 0.2 // by which detectors pad their boxes
	stripBins     = 3   // bins of a strip, at least
	strayRows     = 20  // one row in so many may stand in a strip
	headStrayRows = 6   // filled rows, from which one more row may stand in a strip
)

// Text that runs over several columns.
const (
	groupWidth    = 0.4 // of the table's width, below which a text alone at the left edge may be the name of a group
	groupRows     = 2   // one row in so many, at least, is not such a name
	spanOverlap   = 0.3 // of a piece, at least, that another one lies over
	spanCovers    = 0.5 // of one of the pieces that it lies over, at least
	spanRows      = 2   // rows, at least, in which a piece that spans columns lies over two pieces
	spanRowsShare = 4   // one in so many of the filled rows, at least
	spanningHeads = 3   // rows at the top in which heads may stand over several columns
	headCentered  = 0.8 // between the middle of such a head and that of what it stands over, at most
)

// Columns of marks.
const (
	markWidth   = 1.1 // currency signs, brackets and bullets are narrower
	countedRows = 1.3 // rows of several pieces, at most, for each mark of a column that counts them
)
