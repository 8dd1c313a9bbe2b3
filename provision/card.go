package provision

import (
	"fmt"
	"io"
	"net"
	"strings"
)

// Card is what a user needs of a deployment that is ready.
type Card struct {
	Name       string   `json:"name"`
	PodID      string   `json:"pod_id,omitempty"`
	GPU        string   `json:"gpu"`
	Address    string   `json:"address"` // host:port of sshd
	SSH        string   `json:"ssh"`
	URLs       []string `json:"urls"`      // of the API, verified from here; the one with TLS first
	LocalURL   string   `json:"local_url"` // of the API while Tunnel runs here
	Tunnel     string   `json:"tunnel"`    // command
	APIKey     string   `json:"api_key,omitempty"`
	KeyPath    string   `json:"api_key_file"` // on the host
	VLLM       string   `json:"vllm"`
	Layout     string   `json:"layout"`
	PriceHour  float64  `json:"price_per_hour"`
	IdleStop   string   `json:"idle_stop,omitempty"`
	Benchmark  *Figures `json:"benchmark,omitempty"`
	LogsFolder string   `json:"logs"` // on the host
	Off        []string `json:"off"`  // what failed here and is left out, and why
}

func (r *run) card() Card {
	o := r.d.Options
	host, port, _ := net.SplitHostPort(r.d.Login.Address)
	c := Card{
		Name: r.d.Name, PodID: r.d.PodID, Address: r.d.Login.Address,
		SSH:  fmt.Sprintf("ssh -p %s %s@%s", port, r.d.Login.User, host),
		URLs: r.verified, LocalURL: o.localURL(), Tunnel: r.d.tunnel(), KeyPath: o.Dir + "/" + secretsFile,
		VLLM:   fmt.Sprintf("%s on 127.0.0.1:%d", o.Model, o.VLLMPort),
		Layout: "PP-DocLayoutV3", PriceHour: r.pod.PricePerHour, Benchmark: r.figures, LogsFolder: o.Dir + "/logs",
		Off: r.d.Without.Lines(),
	}
	if len(r.probed.GPUs) > 0 {
		c.GPU = times(len(r.probed.GPUs)) + r.probed.GPUs[0].Name
	}
	if r.d.mtp() {
		c.VLLM += ", MTP"
	} else {
		c.VLLM += ", without MTP"
	}
	if o.served().pages {
		c.Layout = "by the model, which reads whole pages"
	} else if !r.d.layout() {
		c.Layout = "off, pages are read whole"
	} else if r.layoutState != "ready" {
		c.Layout += ", " + r.layoutState
	}
	if !r.d.KeyShown {
		c.APIKey = r.apiKey
	}
	if o.IdleStop > 0 {
		c.IdleStop = o.IdleStop.String()
	}
	return c
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

// Write writes the card for people. The API key is on it once.
func (c Card) Write(w io.Writer) error {
	var b strings.Builder
	rule := strings.Repeat("=", 72)
	fmt.Fprintf(&b, "%s\n  GLM-OCR Deployment Complete\n%s\n", rule, rule)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %-12s %s\n", name, value)
		}
	}
	line("Deployment", c.Name)
	line("Pod id", c.PodID)
	line("GPU", c.GPU)
	host, _, _ := net.SplitHostPort(c.Address)
	line("Public IP", host)
	line("SSH", c.SSH)
	line("vLLM", c.VLLM+" (this host only)")
	line("Layout", c.Layout)
	for _, off := range c.Off {
		line("Off", off+" (tried again by the next start, or by --try-again)")
	}
	for i, url := range c.URLs {
		name := ""
		if i == 0 {
			name = "OCR API"
		}
		note := ""
		if strings.HasPrefix(url, "http://") {
			note = "   (no TLS: for trusted networks; the key was not sent there)"
		}
		fmt.Fprintf(&b, "  %-12s %s%s\n", name, url, note)
	}
	if len(c.URLs) == 0 {
		line("OCR API", "not reachable from here: use "+c.Tunnel)
	}
	if c.PriceHour > 0 {
		line("Price", fmt.Sprintf("$%.2f an hour", c.PriceHour))
	}
	if c.IdleStop != "" {
		line("Idle stop", "after "+c.IdleStop+" without work")
	}
	if c.APIKey != "" {
		line("API key", c.APIKey+"   (shown once; kept on the host in "+c.KeyPath+")")
	} else {
		line("API key", "on the host, in "+c.KeyPath)
	}
	c.writeUse(&b)
	if c.Benchmark != nil {
		c.writeFigures(&b)
	}
	b.WriteString(rule + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// writeUse writes the endpoints and lines to paste.
func (c Card) writeUse(b *strings.Builder) {
	base, tunneled := c.private()
	b.WriteString("\n  Endpoints\n")
	for _, e := range endpoints {
		fmt.Fprintf(b, "    %-5s %s%-26s %s\n", e.method, base, e.path, e.what)
	}
	key := c.APIKey
	if key == "" {
		key = "…"
	}
	fmt.Fprintf(b, "\n  Try it\n    export OCR_KEY=%s\n", key)
	if tunneled { // the address without TLS would show the key on the way
		fmt.Fprintf(b, "    %s &\n", c.Tunnel)
	}
	auth := `-H "Authorization: Bearer ` + keyHint + `"`
	fmt.Fprintf(b, "    curl %s -F image=@page.png -F task=text %s/api/ocr/recognize\n", auth, base)
	fmt.Fprintf(b, "    curl %s -F file=@document.pdf -F pages=1-5 -H 'Accept: text/markdown' %s/api/ocr/document\n", auth, base)
	fmt.Fprintf(b, "    curl %s -F image=@invoice.png -F 'schema={\"invoice_number\":\"\",\"total\":\"\"}' %s/api/ocr/extract\n", auth, base)
	if c.PodID != "" {
		fmt.Fprintf(b, "\n  Stop paying\n    ocr-gateway provision --stop --pod-id %s        keeps the volume\n    ocr-gateway provision --terminate --pod-id %s   keeps nothing\n", c.PodID, c.PodID)
	}
}

func (c Card) writeFigures(b *strings.Builder) {
	f := c.Benchmark
	fmt.Fprintf(b, "\n  Benchmark (on the host itself)\n    one image %.2f s, five at once %.2f s each (medians)\n    %d pages at %.2f pages/s", f.Single, f.FiveAtOnce, f.Pages, f.PagesPerSecond)
	fmt.Fprintf(b, ": %.0f pages a day", f.PagesPerDay())
	if c.PriceHour > 0 {
		fmt.Fprintf(b, ", $%.3f for 1,000 pages", f.CostPer1000(c.PriceHour))
	}
	if f.FailedPages > 0 {
		fmt.Fprintf(b, "; %d pages failed", f.FailedPages)
	}
	b.WriteString("\n    published:")
	for i, p := range published {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, " %s %.2f", p.gpu, p.pages)
	}
	b.WriteString(" pages/s\n")
}
