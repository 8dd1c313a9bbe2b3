package format

import (
	"strings"

	"ocr-gateway/document"
)

// segmentKind is what a piece of text is.
type segmentKind int

const (
	paragraph segmentKind = iota
	item                  // of a list
	code
)

// segment is a piece of a region's text: lines of a paragraph, one item, or lines of code.
type segment struct {
	kind   segmentKind
	marker string // of an item, as printed
	text   string
}

// segments divides the text of a region. Lines with bullets are items, and in a list those
// with numbers too.
func segments(r *document.Region) []segment {
	content := strings.TrimSpace(r.Content)
	if r.Type == document.RegionCode && !strings.HasPrefix(content, fence) {
		return []segment{{kind: code, text: content}}
	}
	var all []segment
	fenced, open := false, false // within code; the last segment goes on
	for row := range strings.SplitSeq(content, "\n") {
		trimmed := strings.TrimSpace(row)
		switch marker, rest := marked(trimmed, r.Type == document.RegionList); {
		case strings.HasPrefix(trimmed, fence):
			if fenced = !fenced; fenced {
				all = append(all, segment{kind: code})
			}
			open = false
		case fenced:
			last := &all[len(all)-1]
			last.text = strings.TrimPrefix(last.text+"\n"+row, "\n")
		case trimmed == "":
			open = false
		case marker != "":
			all = append(all, segment{item, marker, rest})
			open = false
		case open:
			all[len(all)-1].text += "\n" + trimmed
		default:
			all = append(all, segment{kind: paragraph, text: trimmed})
			open = true
		}
	}
	return all
}

// marked divides an item of a list into its mark and its text; both are empty for other rows.
func marked(row string, numbers bool) (marker, text string) {
	if text, ok := strings.CutPrefix(listItem(row), "- "); ok {
		marker, _, _ = strings.Cut(row, text)
		return strings.TrimSpace(marker), text
	}
	if numbers && numbered.MatchString(row) {
		marker, text, _ = strings.Cut(row, " ")
		return marker, strings.TrimSpace(text)
	}
	return "", ""
}
