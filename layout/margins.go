package layout

// takeMargins is header and footer.
func (s *sheet) takeMargins() (header, footer []block) { return nil, nil }
