package doclayout_test

import (
	"image"
	"strings"
	"testing"

	"ocr-gateway/layout/doclayout"
)

func TestAnswerIsChecked(t *testing.T) {
	const box = `{"class_id":22,"score":0.9,"bbox":[1,2,30,40],"order":0,"polygon":null}`
	answer := func(boxes string) string { return `{"model":"m","width":100,"height":100,"boxes":[` + boxes + `]}` }
	size := image.Pt(100, 100)
	for name, good := range map[string]string{
		"a box":             answer(box),
		"none":              answer(""),
		"zero width":        answer(strings.Replace(box, "[1,2,30,40]", "[1,2,1,40]", 1)),
		"over the edge":     answer(strings.Replace(box, "[1,2,30,40]", "[-20,2,130,40]", 1)),
		"with an outline":   answer(strings.Replace(box, "null", "[[1,2],[30,2],[30,40]]", 1)),
		"as many as can be": answer(strings.Repeat(box+",", doclayout.MaxBoxes-1) + box),
	} {
		if _, err := doclayout.ParseAnswer([]byte(good), size); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, bad := range map[string]string{
		"no JSON":         "hello",
		"cut":             answer(box)[:60],
		"null":            "null",
		"no boxes":        `{"width":100,"height":100}`,
		"another page":    `{"width":100,"height":99,"boxes":[]}`,
		"too many":        answer(strings.Repeat(box+",", doclayout.MaxBoxes) + box),
		"class 25":        answer(strings.Replace(box, "22", "25", 1)),
		"class -1":        answer(strings.Replace(box, "22", "-1", 1)),
		"class 2.5":       answer(strings.Replace(box, "22", "2.5", 1)),
		"no class":        answer(strings.Replace(box, "class_id", "klass", 1)),
		"score NaN":       answer(strings.Replace(box, "0.9", "NaN", 1)),
		"score 2":         answer(strings.Replace(box, "0.9", "2", 1)),
		"no score":        answer(strings.Replace(box, "score", "skore", 1)),
		"three corners":   answer(strings.Replace(box, "[1,2,30,40]", "[1,2,30]", 1)),
		"five corners":    answer(strings.Replace(box, "[1,2,30,40]", "[1,2,30,40,50]", 1)),
		"inside out":      answer(strings.Replace(box, "[1,2,30,40]", "[30,2,1,40]", 1)),
		"far away":        answer(strings.Replace(box, "[1,2,30,40]", "[1,2,30,400]", 1)),
		"huge":            answer(strings.Replace(box, "[1,2,30,40]", "[1,2,30,1e308]", 1)),
		"overflow":        answer(strings.Replace(box, "[1,2,30,40]", "[1,2,30,1e999]", 1)),
		"null corner":     answer(strings.Replace(box, "[1,2,30,40]", "null", 1)),
		"order -1":        answer(strings.Replace(box, `"order":0`, `"order":-1`, 1)),
		"no order":        answer(strings.Replace(box, `"order":0,`, "", 1)),
		"a point of one":  answer(strings.Replace(box, "null", "[[1]]", 1)),
		"a point of many": answer(strings.Replace(box, "null", "[[1,2,3]]", 1)),
		"a point far off": answer(strings.Replace(box, "null", "[[1,2],[3,4],[5,-500]]", 1)),
		"a long outline":  answer(strings.Replace(box, "null", "[[1,2]"+strings.Repeat(",[1,2]", 5000)+"]", 1)),
	} {
		if _, err := doclayout.ParseAnswer([]byte(bad), size); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestOutlines(t *testing.T) {
	size := image.Pt(100, 100)
	for polygon, want := range map[string]int{
		`null`:                                 0,
		`[]`:                                   0,
		`[[10,10],[50,10],[50,50],[10,50]]`:    0, // the box itself
		`[[10,10],[50.9,10],[50,49.2],[9,50]]`: 0,
		`[[10,10],[50,10]]`:                    0, // a line
		`[[10,10],[50,20],[50,50],[10,50]]`:    4,
		`[[10,10],[50,10],[50,50]]`:            3,
	} {
		answer := `{"width":100,"height":100,"boxes":[{"class_id":22,"score":0.9,"bbox":[10,10,50,50],"order":0,"polygon":` + polygon + `}]}`
		regions, _, err := doclayout.Refine(doclayout.DefaultConfig(), []byte(answer), size)
		if err != nil || len(regions) != 1 || len(regions[0].Outline) != want {
			t.Errorf("%s: %+v, %v, want %d points", polygon, regions, err, want)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	size := image.Pt(100, 80)
	f.Add(doclayout.Answer(size))
	f.Add(doclayout.Answer(size, [7]float64{22, 0.9, 1, 2, 30, 40, 0}, [7]float64{17, 0.8, 1, 2, 30, 39, 0}))
	f.Add(doclayout.Answer(size, [7]float64{18, 0.9, 0, 0, 100, 80, 0}, [7]float64{19, 0.8, 5, 5, 5, 40, 1}))
	f.Add([]byte(`{"width":100,"height":80,"boxes":[{"class_id":22,"score":1,"bbox":[-1,-1,101,81],"order":3,"polygon":[[1,2],[3,4],[5,6]]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		regions, empty, err := doclayout.Refine(doclayout.DefaultConfig(), data, size)
		if err != nil {
			return
		}
		if len(regions)+empty > doclayout.MaxBoxes {
			t.Fatalf("%d regions", len(regions))
		}
		page := image.Rectangle{Max: size}
		for _, r := range regions {
			if box := r.BBox.Rect(); r.BBox[0] >= r.BBox[2] || r.BBox[1] >= r.BBox[3] || !box.In(page) {
				t.Fatalf("region %v is not on the page", r.BBox)
			}
		}
	})
}
