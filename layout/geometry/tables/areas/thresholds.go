package areas

// Lengths are in heights of the page's text unless stated otherwise.

// What is less is text, not a table.
const (
	LeastRows  = 2
	LeastItems = 3 // pieces of text
)

// HeadReach is to the left and right of a table, at most, for the heads of its columns.
const HeadReach = 1.0

// Where tables may be (areas.go, grids.go).
const (
	sameTable      = 0.5 // of the smaller area, at least, that a grid of rulings and the model's box share
	gridGrowth     = 1.6 // of the model's box, at most, that such a grid covers
	contraryInside = 0.8 // of a text box, at least, that lies in a table that it contradicts
	contraryShare  = 0.2 // of that table, at least, that the text box covers
	maxRulings     = 600 // on a page, at most, of which pairs are compared
	crossingReach  = 0.6 // by which a vertical ruling may miss the end of a horizontal one that it crosses
	crossingGap    = 1.5 // by which it may end short of it
	foldLength     = 1.5 // of the height of what lies across, from which, with foldExtra, a vertical ruling is the fold of a book or the edge of the paper
	foldExtra      = 4.0
	gridHorizontal = 3   // rulings of a grid, at least
	gridVertical   = 2   // rulings of a grid, at least
	stackedLength  = 8.0 // of rulings above each other that make a table, at least
	stackedEnds    = 1.5 // between the ends of such rulings, at most
	stackedRulings = 3   // such rulings, at least
)

// What belongs to an area (around.go).
const (
	lineInside      = 0.5  // of a line, at least, that lies in an area to belong to it
	lineSlack       = 0.1  // above and below an area, for the centers of its lines
	sameRow         = 0.35 // between the centers of two items on one row, at most
	frameGap        = 0.8  // by which rulings may miss the corners of a closed frame, at most
	headGap         = 0.6  // above a table, at most, for the heads of its columns
	headSink        = 0.5  // by which a head may reach into the table
	headWidth       = 0.4  // of the table's width, at most, that one head takes
	proseShare      = 7    // lines in ten, more than which are wide where text is prose
	proseWidthRatio = 1.3  // of the width of running text, from which a line in a table is prose
)

// Where tables begin and end (sections.go and the files that divide rows).
const (
	fullRulings   = 3   // rulings across an area, at least, in which running text may be a table
	betweenTables = 0.5 // of an area's width, from which a row of one piece divides tables
	sectionRows   = 4   // rows, at least, that show what the columns are
	sectionHead   = 3   // rows below a division, within which a ruling closes a head
	headingApart  = 1.2 // of the usual distance of rows, beyond which a heading stands apart from the row above it
	dividerRuns   = 0.7 // of the height between two rulings that a vertical one runs, at least, to divide it
	frameRulings  = 2   // rulings of a closed frame in each direction, at least
)
