package doclayout_test

import (
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/layout/doclayout"
)

func TestWholePage(t *testing.T) {
	for task, want := range map[document.Task]document.RegionType{
		"":                    document.RegionText,
		document.TaskText:     document.RegionText,
		document.TaskDocument: document.RegionText,
		document.TaskTable:    document.RegionTable,
		document.TaskFormula:  document.RegionFormula,
	} {
		page := &document.Page{Width: 30, Height: 20}
		regions, err := doclayout.WholePage{}.Detect(t.Context(), page, document.Options{Task: task})
		if err != nil || len(regions) != 1 || regions[0].Type != want || regions[0].BBox != (document.BBox{0, 0, 30, 20}) {
			t.Errorf("task %q: %+v, %v; want one region of type %s", task, regions, err, want)
		}
	}
}
