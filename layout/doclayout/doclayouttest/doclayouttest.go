// Package doclayouttest stands in for the layout sidecar, for tests and load runs.
package doclayouttest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Box is a region as the sidecar finds it. Boxes come in reading order.
type Box struct {
	Class int // of PP-DocLayoutV3: 22 is text
	BBox  [4]int
}

// Text is the class of text.
const Text = 22

const maxPixels = 1 << 30 // bytes

// Bands are text boxes one under the other, without gaps.
func Bands(n int) func(width, height int) []Box {
	return func(width, height int) (boxes []Box) {
		for i := range n {
			boxes = append(boxes, Box{Text, [4]int{0, height * i / n, width, height*(i+1)/n - 1}})
		}
		return boxes
	}
}

// Page is a page as the sidecar gets it.
type Page struct {
	Width, Height int
	Pixels        []byte // rows of one byte a pixel, gray, or of three
}

// Sum is the SHA-256 of the pixels, in hexadecimal.
func (p Page) Sum() string { return fmt.Sprintf("%x", sha256.Sum256(p.Pixels)) }

// Sidecar speaks the sidecar's protocol and finds on each page what find says for one of
// its size. It takes raw pixels only.
func Sidecar(find func(width, height int) []Box) http.Handler {
	return Seeing(func(p Page) []Box { return find(p.Width, p.Height) })
}

// Seeing is Sidecar for who looks at the pages.
func Seeing(find func(Page) []Box) http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"status":"ready","model":"stand-in","device":"none"}`)
	})
	routes.HandleFunc("POST /v1/layout", func(w http.ResponseWriter, r *http.Request) {
		width, err1 := strconv.Atoi(r.Header.Get("X-Width"))
		height, err2 := strconv.Atoi(r.Header.Get("X-Height"))
		pixels, err := io.ReadAll(io.LimitReader(r.Body, maxPixels))
		if err != nil || err1 != nil || err2 != nil {
			http.Error(w, `{"error":"raw pixels with X-Width and X-Height are wanted"}`, http.StatusBadRequest)
			return
		}
		type box struct {
			Class   int     `json:"class_id"`
			Score   float64 `json:"score"`
			BBox    [4]int  `json:"bbox"`
			Order   int     `json:"order"`
			Polygon []int   `json:"polygon"`
		}
		boxes := []box{} // in JSON [], not null
		for i, b := range find(Page{width, height, pixels}) {
			boxes = append(boxes, box{Class: b.Class, Score: 0.9, BBox: b.BBox, Order: i})
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"model": "stand-in", "width": width, "height": height, "boxes": boxes})
	})
	return routes
}
