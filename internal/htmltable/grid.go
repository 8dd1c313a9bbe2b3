package htmltable

// Placed is a cell at its place in a grid, from 0. Its spans end within the grid.
type Placed struct {
	Cell
	Row, Col int
}

// MaxColumns bounds the columns of a grid: sources say anything.
const MaxColumns = 1000

// Grid places the cells of a table as browsers do (HTML, forming a table): each in the first
// column of its row that no cell from above reaches into. Loose rows have no place.
func (t Table) Grid() (cells []Placed, rows, cols int) {
	for _, row := range t.Rows {
		if row.Loose == "" {
			rows++
		}
	}
	var taken [MaxColumns + 1]int // of each column, the first row that is free
	at := 0
	for _, row := range t.Rows {
		if row.Loose != "" {
			continue
		}
		col := 0
		for _, c := range row.Cells {
			for col < MaxColumns && taken[col] > at {
				col++
			}
			if col == MaxColumns {
				break
			}
			c.RowSpan, c.ColSpan = min(c.RowSpan, rows-at), min(c.ColSpan, MaxColumns-col)
			cells = append(cells, Placed{c, at, col})
			for range c.ColSpan {
				taken[col] = max(taken[col], at+c.RowSpan)
				col++
			}
			cols = max(cols, col)
		}
		at++
	}
	return cells, rows, cols
}
