package card

import (
	"fmt"
	"io"
	"net"
	"strings"
	"text/tabwriter"
)

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
	if c.InsteadOf != "" {
		line("GPU", c.GPU+"   (in place of "+c.InsteadOf+", which was not to be had)")
	} else {
		line("GPU", c.GPU)
	}
	host, _, _ := net.SplitHostPort(c.Address)
	line("Public IP", host)
	line("SSH", c.SSH)
	line("vLLM", c.VLLM+" (this host only)")
	line("Layout", c.Layout)
	for _, off := range c.Off {
		line("Off", off+" (tried again by the next start, or by "+c.TryAgain+")")
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
		line("OCR API", "not reachable from here, but through the tunnel")
	}
	line("Tunnel", c.Tunnel+"   (brings it to "+c.LocalURL+")")
	if c.PriceHour > 0 {
		line("Price", fmt.Sprintf("$%.2f an hour", c.PriceHour))
	}
	if c.IdleStop != "" {
		line("Idle stop", "after "+c.IdleStop+" without work")
	}
	if c.APIKey != "" {
		line("API key", c.APIKey+"   (shown once; kept on the host in "+c.KeyPath+")")
	} else {
		line("API key", "on the host in "+c.KeyPath+"; "+c.ShowKey+" prints it")
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
	b.WriteString("\n  Try it\n")
	if tunneled { // else whatever listens here gets the key
		fmt.Fprintf(b, "    %s   # first, in a terminal of its own\n", c.Tunnel)
	}
	key := c.APIKey
	if key == "" {
		key = `"$(` + c.ShowKey + `)"`
	}
	fmt.Fprintf(b, "    export OCR_KEY=%s\n", key)
	for _, l := range lines {
		fmt.Fprintf(b, "    curl -H \"Authorization: Bearer %s\" %s %s%s\n", keyHint, l.options, base, l.path)
	}
	if len(c.Stop) > 0 {
		b.WriteString("\n  Stop\n")
		table := tabwriter.NewWriter(b, 0, 0, 3, ' ', 0)
		for _, e := range c.Stop {
			fmt.Fprintf(table, "    %s\t%s\n", e.Command, e.Keeps)
		}
		table.Flush()
	}
}

func (c Card) writeFigures(b *strings.Builder) {
	f := c.Benchmark
	fmt.Fprintf(b, "\n  Benchmark (on the host itself)\n    one image %.2f s, five at once %.2f s each (medians)\n    %d pages at %.2f pages/s", f.Single, f.FiveAtOnce, f.Pages, f.PagesPerSecond)
	fmt.Fprintf(b, ": %.0f pages a day", f.pagesPerDay())
	if c.PriceHour > 0 {
		fmt.Fprintf(b, ", $%.3f for 1,000 pages", f.costPer1000(c.PriceHour))
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

// lines are commands to paste, each of which works on any file of its kind.
var lines = []struct{ options, path string }{
	{`-F image=@page.png -F task=text`, "/api/ocr/recognize"},
	{`-F file=@document.pdf -F pages=1 -H 'Accept: text/markdown'`, "/api/ocr/document"},
	{`-N -F file=@document.pdf`, "/api/ocr/document/stream"},
	{`-F images=@page.png -F images=@page-2.png`, "/api/ocr/batch"},
	{`-F image=@invoice.png -F 'schema={"invoice_number":"","total":""}'`, "/api/ocr/extract"},
}
