// Command layoutstub speaks the layout sidecar's protocol and answers every page
// with eight text boxes, one under the other, so that a load run measures the
// gateway and not a model.
package main

import (
	"flag"
	"log"
	"net/http"

	"ocr-gateway/layout/doclayout/doclayouttest"
)

// regions is how many boxes a page gets, as in the peer's stub.
const regions = 8

func main() {
	listen := flag.String("listen", "127.0.0.1:18301", "address")
	flag.Parse()
	log.Fatal(http.ListenAndServe(*listen, doclayouttest.Sidecar(boxes)))
}

func boxes(width, height int) (boxes []doclayouttest.Box) {
	for i := range regions {
		top, bottom := height*(2*i+1)/(2*regions+2), height*(2*i+2)/(2*regions+2)
		boxes = append(boxes, doclayouttest.Box{Class: doclayouttest.Text, BBox: [4]int{width / 20, top, width - width/20, bottom}})
	}
	return boxes
}
