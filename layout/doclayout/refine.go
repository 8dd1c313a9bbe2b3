package doclayout

import (
	"cmp"
	"image"
	"math"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/internal/plane"
)

// refine turns what the model saw into what is on the page, in reading order.
// It follows the reference, the GLM-OCR SDK, except where that loses text. The
// number is of boxes dropped because they have no area.
func refine(found []detection, size image.Point, minScore func(classID) float64) (kept []detection, empty int) {
	kept = aboveThreshold(found, minScore)
	kept = suppressOverlaps(kept)
	kept = dropPageImages(kept, size)
	kept = dropDuplicates(kept)
	kept = dropNested(kept)
	kept = resolveReferences(kept)
	sortByOrder(kept)
	return clampToPage(kept, size)
}

// aboveThreshold keeps what the model is sure enough of.
func aboveThreshold(found []detection, minScore func(classID) float64) []detection {
	var kept []detection
	for _, d := range found {
		if d.score >= minScore(d.class) {
			kept = append(kept, d)
		}
	}
	return kept
}

// The share of their union that two boxes for the same thing have in common.
const (
	sameClassOverlap  = 0.6
	otherClassOverlap = 0.98
)

// suppressOverlaps keeps of several boxes for one thing the one with the highest
// score (non-maximum suppression).
func suppressOverlaps(found []detection) []detection {
	return bestFirst(found, func(d, better detection) bool {
		limit := otherClassOverlap
		if d.class == better.class {
			limit = sameClassOverlap
		}
		return iou(d.box, better.box) >= limit
	})
}

// bestFirst goes from the highest score down and keeps what does not repeat
// something kept.
func bestFirst(found []detection, repeats func(d, better detection) bool) []detection {
	slices.SortStableFunc(found, func(a, b detection) int { return cmp.Compare(b.score, a.score) })
	var kept []detection
	for _, d := range found {
		if !slices.ContainsFunc(kept, func(better detection) bool { return repeats(d, better) }) {
			kept = append(kept, d)
		}
	}
	return kept
}

// iou returns the area that two boxes share over the area that they cover. The
// edges count as pixels of their own, as in the reference.
func iou(a, b plane.Box) float64 {
	a.X1, a.Y1, b.X1, b.Y1 = a.X1+1, a.Y1+1, b.X1+1, b.Y1+1
	shared := a.Overlap(b)
	return shared / (a.Area() + b.Area() - shared)
}

// The share of a page that an image covers when it is the page itself.
const (
	pageImageWide = 0.82 // pages wider than high
	pageImageHigh = 0.93
)

// dropPageImages drops images as large as the page, which hide the text on
// them, unless there is nothing else.
func dropPageImages(found []detection, size image.Point) []detection {
	limit := pageImageHigh
	if size.X > size.Y {
		limit = pageImageWide
	}
	page := plane.Box{X1: float64(size.X), Y1: float64(size.Y)}
	var kept []detection
	for _, d := range found {
		if d.class != classImage || d.box.Overlap(page) <= limit*page.Area() {
			kept = append(kept, d)
		}
	}
	if len(kept) == 0 {
		return found
	}
	return kept
}

// nestedShare is the share of a box that lies in another when it is a part of it.
const nestedShare = 0.8

// dropDuplicates drops of two boxes that lie in each other the one with the lower
// score. The reference loses both.
func dropDuplicates(found []detection) []detection {
	return bestFirst(found, func(d, better detection) bool {
		return !d.class.isImage() && !better.class.isImage() &&
			d.box.ShareIn(better.box) >= nestedShare && better.box.ShareIn(d.box) >= nestedShare
	})
}

// dropNested drops what is a part of something larger that stays: formulas in
// text, text in tables and images. Images stay wherever they are, and so do
// the parts of a list of references.
//
// The reference also drops a text that holds a list of references, and with it
// the list.
func dropNested(found []detection) []detection {
	slices.SortStableFunc(found, func(a, b detection) int { return cmp.Compare(b.box.Area(), a.box.Area()) })
	var kept []detection
	for _, d := range found {
		part := func(whole detection) bool {
			return (whole.class != classReference || d.class == classReference) && d.box.ShareIn(whole.box) >= nestedShare
		}
		if d.class.isImage() || !slices.ContainsFunc(kept, part) {
			kept = append(kept, d)
		}
	}
	return kept
}

// entriesShare is how much of a list of references its entries must cover to
// stand for all of it.
const entriesShare = 0.5

// resolveReferences keeps of each list of references either the list or its
// entries, so that no text comes twice: the entries if the model found most of
// them. The reference always abandons the list, and what was not found as an
// entry is lost.
func resolveReferences(found []detection) []detection {
	drop := make([]bool, len(found))
	for i, list := range found {
		if list.class != classReference {
			continue
		}
		var entries []int
		covered := 0.0
		for j, d := range found {
			if d.class != classReference && !d.class.isImage() && d.box.ShareIn(list.box) >= nestedShare {
				entries = append(entries, j)
				covered += d.box.Overlap(list.box)
			}
		}
		if covered >= entriesShare*list.box.Area() {
			drop[i] = len(entries) > 0
			continue
		}
		for _, j := range entries {
			drop[j] = true
		}
	}
	i := -1
	return slices.DeleteFunc(found, func(detection) bool { i++; return drop[i] })
}

// sortByOrder puts the boxes into the reading order that the model gave. Boxes of
// one rank go from top to bottom, then from left to right.
func sortByOrder(found []detection) {
	slices.SortStableFunc(found, func(a, b detection) int {
		return cmp.Or(
			cmp.Compare(a.order, b.order),
			cmp.Compare(a.box.Y0, b.box.Y0),
			cmp.Compare(a.box.X0, b.box.X0),
		)
	})
}

// clampToPage cuts the boxes at the page's edges and widens them to whole pixels,
// so that no box with an area becomes empty. Boxes without one are dropped and
// counted.
func clampToPage(found []detection, size image.Point) (kept []detection, empty int) {
	for _, d := range found {
		d.box.X0 = math.Floor(max(0, d.box.X0))
		d.box.Y0 = math.Floor(max(0, d.box.Y0))
		d.box.X1 = math.Ceil(min(float64(size.X), d.box.X1))
		d.box.Y1 = math.Ceil(min(float64(size.Y), d.box.Y1))
		if d.box.Width() <= 0 || d.box.Height() <= 0 {
			empty++
			continue
		}
		kept = append(kept, d)
	}
	return kept, empty
}

// regionsOf returns the detections as regions of the page.
func regionsOf(found []detection) []document.Region {
	all := make([]document.Region, len(found))
	for i, d := range found {
		class := classes[d.class]
		all[i] = document.Region{
			Type:    class.kind,
			Label:   class.label,
			Level:   class.level,
			BBox:    document.BBox{int(d.box.X0), int(d.box.Y0), int(d.box.X1), int(d.box.Y1)},
			Score:   &d.score,
			Outline: d.outline,
		}
	}
	return all
}
