package faults_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// regionsOnPage is how many boxes the layout stub finds on every page.
const regionsOnPage = 4

// newLayout starts a stub that speaks the layout sidecar's protocol.
func newLayout(t *testing.T) *peer {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"status":"ready","model":"stub","device":"none"}`)
	})
	routes.HandleFunc("POST /v1/layout", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		width, _ := strconv.Atoi(r.Header.Get("X-Width"))
		height, _ := strconv.Atoi(r.Header.Get("X-Height"))
		var boxes []string
		for i := range regionsOnPage {
			boxes = append(boxes, fmt.Sprintf(`{"class_id":22,"score":0.9,"bbox":[0,%d,%d,%d],"order":%d,"polygon":null}`,
				height*i/regionsOnPage, width, height*(i+1)/regionsOnPage-1, i))
		}
		fmt.Fprintf(w, `{"model":"stub","width":%d,"height":%d,"boxes":[%s]}`, width, height, strings.Join(boxes, ","))
	})
	return newPeer(t, routes, "/v1/layout")
}
