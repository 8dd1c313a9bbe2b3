// Command layoutstub speaks the layout sidecar's protocol and answers every page
// with eight text boxes, one under the other, so that a load run measures the
// gateway and not a model.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
)

// regions is how many boxes a page gets, as in the peer's stub.
const regions = 8

func main() {
	listen := flag.String("listen", "127.0.0.1:18301", "address")
	flag.Parse()
	http.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"status":"ready","model":"stub","device":"none"}`)
	})
	http.HandleFunc("POST /v1/layout", detect)
	log.Fatal(http.ListenAndServe(*listen, nil))
}

func detect(w http.ResponseWriter, r *http.Request) {
	width, err1 := strconv.Atoi(r.Header.Get("X-Width"))
	height, err2 := strconv.Atoi(r.Header.Get("X-Height"))
	if _, err := io.Copy(io.Discard, r.Body); err != nil || err1 != nil || err2 != nil {
		http.Error(w, `{"error":"raw pixels with X-Width and X-Height are wanted"}`, http.StatusBadRequest)
		return
	}
	var boxes []string
	for i := range regions {
		top := height * (2*i + 1) / (2*regions + 2)
		bottom := height * (2*i + 2) / (2*regions + 2)
		boxes = append(boxes, fmt.Sprintf(`{"class_id":22,"score":0.9,"bbox":[%d,%d,%d,%d],"order":%d,"polygon":null}`,
			width/20, top, width-width/20, bottom, i))
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"model":"stub","width":%d,"height":%d,"boxes":[%s]}`, width, height, strings.Join(boxes, ","))
}
