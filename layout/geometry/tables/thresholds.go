package tables

// The thresholds of table geometry, in the order in which the steps use them. They
// were set by hand on the sample documents and on pages drawn by the tests; the
// goldens of package geometry show what a change of one moves. Lengths are in
// heights of the page's text where nothing else is said. A share that is a half or a
// third of a count of rows stands where it is used.

// Tables in general.
const (
	leastColumns    = 2    // less is text
	leastRows       = 2    // less is text
	leastItems      = 3    // pieces of text; less is text
	leastFilledRows = 2    // rows with text in several columns
	pieceWhite      = 0.8  // white between two pieces of a row; words stand closer
	closeWhite      = 0.55 // the same where many rows show it: numbers at the right and units at the left of two columns
	closeRows       = 6    // rows, from which they are many
	rulingMargin    = 1.0  // beside a table, within which rulings belong to it
	sameRow         = 0.35 // between the centers of two items on one row, at most
)

// Rulings of a table.
const (
	interiorInset  = 1.5 // from the table's edges, from which a vertical ruling divides columns
	sameRuling     = 0.5 // between a ruling and the edge of a row or column that it draws, at most
	shortestLevel  = 2.0 // length of a horizontal ruling that bounds a row, at least
	columnCovered  = 0.5 // of a column's text that a ruling runs under, at least, to cover it
	edgeDrawn      = 0.4 // of the edge of a cell that a ruling draws, at least, to divide there
	headRulingPart = 0.7 // of the table's width; a ruling over some columns of the head is shorter
)

// Where tables may be (areas.go).
const (
	sameTable       = 0.5 // of the smaller area, at least, that a grid of rulings and the model's box share
	gridGrowth      = 1.6 // of the model's box, at most, that such a grid covers
	contraryInside  = 0.8 // of a text box, at least, that lies in a table that it contradicts
	contraryShare   = 0.2 // of that table, at least, that the text box covers
	lineInside      = 0.5 // of a line, at least, that lies in an area to belong to it
	areaSlack       = 0.1 // above and below an area, for the centers of its lines
	maxRulings      = 600 // on a page, at most, of which pairs are compared
	crossingReach   = 0.6 // by which a vertical ruling may miss the end of a horizontal one that it crosses
	crossingGap     = 1.5 // by which it may end short of it
	foldLength      = 1.5 // of the height of what lies across, from which, with foldExtra, a vertical ruling is the fold of a book or the edge of the paper
	foldExtra       = 4.0
	gridHorizontal  = 3   // rulings of a grid, at least
	gridVertical    = 2   // rulings of a grid, at least
	stackedLength   = 8.0 // of rulings above each other that make a table, at least
	stackedEnds     = 1.5 // between the ends of such rulings, at most
	stackedRulings  = 3   // such rulings, at least
	fullRulings     = 3   // rulings across an area, at least, in which running text may be a table
	proseShare      = 7   // lines in ten, more than which are wide where text is prose
	proseWidthRatio = 1.3 // of the width of running text, from which a line in a table is prose
)

// What stands beside and above an area (around.go).
const (
	frameGap   = 0.8 // by which rulings may miss the corners of a closed frame, at most
	headGap    = 0.6 // above a table, at most, for the heads of its columns
	headSink   = 0.5 // by which a head may reach into the table
	headReach  = 1.0 // to the left and right of a table, at most, for its heads
	headWidth  = 0.4 // of the table's width, at most, that one head takes
	headIndent = 3.0 // from the left edge, from which a head is one over a column
)

// Where tables begin and end (sections.go).
const (
	betweenTables   = 0.5 // of an area's width, from which a row of one piece divides tables
	sectionRows     = 4   // rows, at least, that show what the columns are
	sectionHead     = 3   // rows below a division, within which a ruling closes a head
	leastRulings    = 2   // rulings across a table, from which it is a ruled one
	headingApart    = 1.2 // of the usual distance of rows, from which a heading stands away from the row above it
	dividerRuns     = 0.7 // of the height between two rulings that a vertical one runs, at least, to divide it
	closingRulings  = 3   // rulings across, from which rows of several pieces below the last are another thing
	frameRulings    = 2   // rulings of a closed frame in each direction, at least
	totalRows       = 2   // rows below the last ruling, at most, that are its total
	headAboveGap    = 0.7 // above the first ruling, at most, for a head over some columns
	headAboveWidth  = 0.5 // of the table's width, at most, that it takes
	captionWidth    = 0.6 // of the table's width, from which a row of one piece is a caption or a note
	captionInterior = 2   // interior rulings, from which they say where the table begins and ends
)

// Columns (columns.go).
const (
	columnRuling   = 0.4 // of the table's height, at least, that a ruling between columns runs
	columnInset    = 0.5 // from the table's edges, at least
	boxCorner      = 0.4 // between the end of a ruling that divides a box and the box's edge, at most
	stripAround    = 0.6 // beside a free strip, within which a ruling takes its place
	binsPerText    = 8   // resolution of free strips: bins per text height
	stripPadding   = 0.2 // detectors pad their boxes by so much
	stripBins      = 3   // bins that make a strip, at least
	strayRows      = 20  // one row in so many may stand in a strip
	headStrayRows  = 6   // filled rows, from which one row more may stand in a strip
	groupWidth     = 0.4 // of the table's width, below which a text that stands alone at the left edge may be the name of a group
	groupRows      = 2   // one row in so many, at least, is none
	spanOverlap    = 0.3 // of a piece, at least, that another one lies over
	spanCovers     = 0.5 // of one of the pieces that it lies over, at least
	spanRows       = 2   // rows, at least, over two of whose pieces a piece runs that spans columns
	spanRowsShare  = 4   // one in so many of the filled rows, at least
	spanningHeads  = 3   // rows at the top in which heads may stand over several columns
	headCentered   = 0.8 // between the middle of such a head and that of what it stands over, at most
	headWords      = 2   // of a head, on average, at most, in a line of several
	stubColumns    = 4   // columns, at least, of which the first may have no head
	headEdges      = 0.5 // between a head's edge or middle and that of its column's text, at most
	columnReach    = 0.2 // of a piece, at most, by which it reaches over a ruling beside its column
	markWidth      = 1.1 // currency signs, brackets and bullets are narrower
	countedRows    = 1.3 // rows of several pieces, at most, for each mark of a column that counts them
	columnSlack    = 0.6 // of an item's text height by which it may reach into the next column
	dashBeside     = 1.0 // by which a dash may miss the text of its column, at most
	dashAround     = 0.2 // of the height of its row, above and below, where other rows may reach in
	dashInset      = 0.2 // from the edges of its column, at least
	bannerCentered = 1.0 // between the middle of the only piece of a row and that of the table, at most
	divideInset    = 0.5 // of an item's text height from its ends, at least, where it is divided
	divideNear     = 0.2 // of an item's text height between its blank and the column's edge, at most
	divideBlank    = 0.5 // of an item's text height: blank at which it is divided, at least
)

// Rows (rows.go).
const (
	ruledRows     = 4    // rows of text in a band between rulings, below which the bands are the rows
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
