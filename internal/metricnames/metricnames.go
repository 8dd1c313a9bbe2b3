// Package metricnames holds the names of those metrics of the gateway by which the
// supervisor of a GPU host sees whether there is work. The gateway serves them and
// the supervisor reads them; a name that only one of them changed would stop a host
// in use, or keep an idle one billed.
package metricnames

// The metrics.
const (
	RequestsRunning   = "ocr_gateway_requests_running"    // gauge: requests with work in progress
	RequestsUploading = "ocr_gateway_requests_uploading"  // gauge: requests that send their upload or wait for a place
	HTTPRequests      = "ocr_gateway_http_requests_total" // counter: answered requests, by Route, Method and Status
	Pages             = "ocr_gateway_pages_total"         // counter: pages, by how they ended
)

// The labels of HTTPRequests.
const (
	Route  = "route"
	Method = "method"
	Status = "status" // of HTTP
)
