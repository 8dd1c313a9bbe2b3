package extract_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/extract/extracttest"
	"ocr-gateway/internal/cputime"
)

// TestHostilePagesTakeBoundedTime searches more lines than are searched, for
// a hundred fields.
func TestHostilePagesTakeBoundedTime(t *testing.T) {
	schema := `{"total":0,"date":"","iban":"","vendor_name":"","city":"","currency":"","vat_id":""`
	for i := range 100 {
		schema += fmt.Sprintf(`,"word %d":""`, i)
	}
	texts := []string{"Total", "Word 12", "Date", "Muster GmbH", "12,50 €", "P<UTO<<<<<", "IBAN DE12 3456 7890 1234"}
	var lines []line
	for i := range 6000 {
		lines = append(lines, line{100 + i%7*150, 20 * (i / 7), texts[i%7]})
	}
	lines[0].Text = strings.Repeat("total: ", 20_000)
	var pages []document.PageResult
	for n := range 12 {
		pages = append(pages, extracttest.Page(n+1, lines...))
		if n == 1 { // the rest only fills the document
			for i := range lines {
				lines[i].Text = "x"
			}
		}
	}
	var x *document.Extraction
	took := cputime.Of(t, func() { x = find(t, schema+"}", pages...) })
	if took > 2*time.Minute { // 0.4 s without the race detector
		t.Errorf("took %s of processor time", took)
	}
	if x.Status != document.StatusPartial || x.Pages[0].Error == nil || x.Pages[11].Error == nil {
		t.Errorf("lines that were not searched are kept quiet: %s", x.Status)
	}
}
