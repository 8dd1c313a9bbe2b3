package runpod

import (
	"net/http"
	"net/url"
)

// call is one question to the API.
type call struct {
	name   string // for people, such as "create pod"
	method string
	path   string // below the base address, escaped
	query  url.Values
	body   any // sent as JSON when not nil
}

// repeatable reports whether asking twice does no more than asking once.
func (q call) repeatable() bool {
	return q.method == http.MethodGet || q.method == http.MethodDelete
}
