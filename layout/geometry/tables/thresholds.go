package tables

// The thresholds of table geometry, in the order in which the steps use them; those of areas and
// columns stand in the packages below. They were set by hand on the sample documents and on pages
// drawn by the tests; the goldens of package geometry show what a change of one moves. Lengths are
// in heights of the page's text unless stated otherwise. A share of rows that is a half or a third
// stands where it is used.

// Rulings of a table.
const (
	sameRuling     = 0.5 // between a ruling and the edge of a row or column that it draws, at most
	shortestLevel  = 2.0 // length of a horizontal ruling that bounds a row, at least
	columnCovered  = 0.5 // of a column's text that a ruling runs under, at least, to cover it
	edgeDrawn      = 0.4 // of the edge of a cell that a ruling draws, at least, to divide there
	headRulingPart = 0.7 // of the table's width; a ruling over some columns of the head is shorter
)

// What is not part of a table (trim.go).
const (
	closingRulings  = 3   // rulings across, at least, below the last of which rows of several pieces are something else
	totalRows       = 2   // rows below the last ruling, at most, that are its total
	headAboveGap    = 0.7 // above the first ruling, at most, for a head over some columns
	headAboveWidth  = 0.5 // of the table's width, at most, that such a head takes
	captionWidth    = 0.6 // of the table's width, above which a row of one piece is a caption or a note
	captionInterior = 2   // interior rulings, at least, to show where the table begins and ends
)

// Lines over several columns (lines.go, heads.go).
const (
	columnSlack = 0.6 // of an item's text height, by which it may reach into the next column
	divideInset = 0.5 // of an item's text height from its ends, at least, where it is divided
	divideNear  = 0.2 // of an item's text height between its blank and the column's edge, at most
	divideBlank = 0.5 // of an item's text height: blank at which it is divided, at least
	headLines   = 3   // rows at the top, whose lines may hold the heads of several columns
	headWords   = 2   // of a head, on average, at most, in a line of several
	stubColumns = 4   // columns, at least, of which the first may have no head
	headEdges   = 0.5 // between a head's edge or middle and that of its column's text, at most
)

// Cells (cells.go).
const (
	dashBeside     = 1.0 // by which a dash may miss the text of its column, at most
	dashAround     = 0.2 // of the height of its row, above and below, where other rows may reach in
	dashInset      = 0.2 // from the edges of its column, at least
	bannerCentered = 1.0 // between the middle of the only piece of a row and that of the table, at most
)

// Rows (rows.go).
const (
	ruledRows     = 4    // rows of text in a band between rulings, below which the bands are the rows
	ruledPitch    = 1.25 // between rows with a ruling between them, at least; the lines of a cell are closer
	ruledBands    = 3    // bands, from which they are the rows even without interior rulings
	boxEntry      = 5.0  // width of the median line in both columns of a form, at least, where its boxes hold texts
	betweenPitch  = 0.85 // between the centers of lines of one row that are not level, at most
	wrappedPitch  = 1.5  // between a row and one that goes on with its cells, at most
	wrappedFull   = 0.7  // of the column's width, at least, that the text of a cell fills when it wraps
	wrappedText   = 0.8  // of the width of the column's text, at least, that it fills
	groupIndent   = 0.6  // of rows under the name of their group, at least
	tightPitch    = 0.8  // of the pitch of the rows, at most, between lines of one entry
	pitchedRows   = 3    // pairs of rows, at least, that tell the pitch
	framedHead    = 0.7  // of the height of a head, at least, along which rulings divide it
	keyedShare    = 6    // rows in ten, more than which begin in the first column where each entry does
	wrappedFilled = 0.7  // of the cells of the first row of a band between rulings, at most, that further rows fill
	wrappedIndent = 1.0  // between the left edges, or centers, of a cell's rows, at most
)

// Evidence for a table (evidence.go).
const (
	filledInZone   = 0.45 // of the rows, at least, that have text in several columns, where the model says table
	filledRuled    = 0.25 // the same inside a grid of rulings: a printed form may be all but empty
	filledElse     = 0.66 // the same without either
	proseRows      = 4    // rows of a column, at least, that show that it is running text
	proseFull      = 0.9  // quantile of the widths of a column's entries that counts as its full width
	proseMost      = 0.35 // quantile that must be nearly full in running text
	proseNearly    = 0.85 // of the full width
	pagedWidth     = 5.5  // width of a column of a newspaper, at least
	pagedLines     = 12   // lines of it, at least
	pagedRows      = 6    // rows for each ruling across, from which the rulings divide articles, not rows
	alignedRows    = 6    // rows of several pieces, from which most must be alike
	alignedReach   = 6    // rows below each that it is compared with
	alignedEdges   = 0.4  // between edges of pieces of rows that are, at most
	alignedOneIn   = 3    // one row in so many may be unlike the others
	denseColumns   = 3    // columns, at least, most of whose cells are filled in an open table
	sparseText     = 0.18 // of a table's width that the text of its median row fills; less is the labels of a chart
	shortEntry     = 4.0  // width of the median entry of a column, below which it is no paragraph
	paragraphPitch = 1.15 // between rows, below which they are paragraphs side by side
)

// Open tables (open.go).
const (
	openPieces  = 3   // pieces of a row of an open table, at least
	openRows    = 3   // such rows, at least
	openRest    = 2   // rows between them, at most: headings within a table
	openApart   = 4.0 // white that ends a table
	openColumns = 3   // columns, at least
	openHeadGap = 0.8 // above the table, at most, for a head over some columns
	foldInset   = 2.0 // from the table's edges, at least, for the fold of a book
	openFold    = 1.5 // of the table's height, from which a vertical ruling is one
	goesOnGap   = 1.5 // to the row outside, at most, with which running text goes on
	goesOnWidth = 6.0 // of the item's text height: width of a piece of running text, at least
	goesOnEdges = 1.0 // of the item's text height between the edges of both, at most
)
