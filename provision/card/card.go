// Package card writes what a user needs of a deployment that is ready: addresses,
// the key, and lines to paste.
package card

// Card is what a user needs of a deployment that is ready.
type Card struct {
	Name       string        `json:"name"`
	PodID      string        `json:"pod_id,omitempty"`
	GPU        string        `json:"gpu"`
	InsteadOf  string        `json:"instead_of,omitempty"` // what was asked for, where the pod has another kind
	Address    string        `json:"address"`              // host:port of sshd
	SSH        string        `json:"ssh"`
	URLs       []string      `json:"urls"`      // of the API, verified from here; the one with TLS first
	LocalURL   string        `json:"local_url"` // of the API while Tunnel runs here
	Tunnel     string        `json:"tunnel_command"`
	ShowKey    string        `json:"show_key_command"`
	TryAgain   string        `json:"try_again_command"` // for what is off
	Stop       []StopCommand `json:"stop_commands"`
	APIKey     string        `json:"api_key,omitempty"`
	KeyPath    string        `json:"api_key_file"` // on the host
	VLLM       string        `json:"vllm"`
	Layout     string        `json:"layout"`
	PriceHour  float64       `json:"price_per_hour"`
	IdleStop   string        `json:"idle_stop,omitempty"`
	Benchmark  *Figures      `json:"benchmark,omitempty"`
	LogsFolder string        `json:"logs"` // on the host
	Off        []string      `json:"off"`  // what failed here and is left out, and why
}

// StopCommand is a command that ends what a deployment does or costs.
type StopCommand struct {
	Command string `json:"command"`
	Keeps   string `json:"keeps"`
}

// endpoints are what the API offers.
var endpoints = []struct{ method, path, what string }{
	{"POST", "/api/ocr/recognize", "one image: text, table or formula"},
	{"POST", "/api/ocr/extract", "fields by a schema"},
	{"POST", "/api/ocr/batch", "many images"},
	{"POST", "/api/ocr/document", "a PDF or images: Markdown, JSON, …"},
	{"POST", "/api/ocr/document/stream", "the same, page by page (SSE)"},
	{"GET", "/health", "state of engine, layout and queue"},
	{"GET", "/api/info", "version, models, limits"},
}

// keyHint stands for the key in lines that are kept in a shell's history.
const keyHint = "$OCR_KEY"
