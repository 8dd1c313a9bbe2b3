package layout

import (
	"image"

	"ocr-gateway/document"
)

// detection is a thing that PP-DocLayoutV3 saw on a page, in pixels that need
// not be whole nor on the page.
type detection struct {
	class   classID
	score   float64
	box     box
	order   int // rank in reading order; several may share one
	outline []document.Point
}

// refine turns what the model saw into what is on the page, in reading order.
// It follows the reference, the GLM-OCR SDK, except where that loses text. The
// number says how many boxes had no area.
func refine(found []detection, size image.Point, minScore func(classID) float64) (kept []detection, empty int) {
	kept = aboveThreshold(found, minScore)
	kept = suppressOverlaps(kept)
	kept = dropPagePictures(kept, size)
	kept = dropTwins(kept)
	kept = dropNested(kept)
	kept = settleReferences(kept)
	sortByOrder(kept)
	return clampToPage(kept, size)
}

// regionsOf gives the detections as nouns that everybody speaks.
func regionsOf(found []detection) []document.Region {
	all := make([]document.Region, len(found))
	for i, d := range found {
		class := classes[d.class]
		all[i] = document.Region{
			Type:    class.kind,
			Label:   class.label,
			Level:   class.level,
			BBox:    document.BBox{int(d.box.x0), int(d.box.y0), int(d.box.x1), int(d.box.y1)},
			Score:   &d.score,
			Outline: d.outline,
		}
	}
	return all
}
