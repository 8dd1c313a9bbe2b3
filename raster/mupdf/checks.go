package mupdf

/*
#include "mupdf.h"

enum { MOST_CHECKS = 2000 };

// form_checks returns none on an error: the page is drawn all the same.
static int form_checks(fz_context *ctx, fz_page *page, form_check *checks) {
	volatile int n = 0;
	TRY(ctx) {
		n = ocr_form_checks(ctx, page, checks, MOST_CHECKS);
	} CATCH(ctx) {
		fz_ignore_error(ctx);
		return 0;
	}
	return n;
}
*/
import "C"

import (
	"image"
	"slices"

	"ocr-gateway/document"
)

// withChecks adds the check boxes and radio buttons of a form as words, in place of what is drawn in them: ☒
// and ☐, ◉ and ◯.
func (d *Document) withChecks(words []document.Word, m C.fz_matrix, width, height int) []document.Word {
	checks := make([]C.form_check, C.MOST_CHECKS)
	n := C.form_checks(d.c.ctx, d.c.page, &checks[0])
	page := image.Rect(0, 0, width, height)
	var boxes []document.Word
	for _, c := range checks[:n] {
		box := image.Rect(pixel(c.box.x0*m.a+m.e), pixel(c.box.y0*m.d+m.f), pixel(c.box.x1*m.a+m.e), pixel(c.box.y1*m.d+m.f)).Intersect(page)
		if !box.Empty() {
			boxes = append(boxes, document.Word{Text: checkText(c.radio != 0, c.on != 0), BBox: document.BoxOf(box)})
		}
	}
	if len(boxes) == 0 {
		return words
	}
	words = slices.DeleteFunc(words, func(w document.Word) bool {
		middle := image.Pt((w.BBox[0]+w.BBox[2])/2, (w.BBox[1]+w.BBox[3])/2)
		return slices.ContainsFunc(boxes, func(b document.Word) bool { return middle.In(b.BBox.Rect()) })
	})
	return append(words, boxes...)
}

func checkText(radio, on bool) string {
	switch {
	case radio && on:
		return "◉"
	case radio:
		return "◯"
	case on:
		return "☒"
	}
	return "☐"
}

// pixel rounds a position, which a document may put anywhere.
func pixel(v C.float) int {
	const far = 1 << 20
	if !(v > -far && v < far) { // NaN is not
		return 0
	}
	return int(v + 0.5)
}
