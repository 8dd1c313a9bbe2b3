package format

import (
	"fmt"
	"io"
	"math"
	"strings"

	"ocr-gateway/document"
)

// hocrHead begins a file of hOCR 1.2 (kba.github.io/hocr-spec/1.2), in XHTML.
const hocrHead = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="und" lang="und">
<head>
<title>%s</title>
<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>
<meta name="ocr-system" content="ocr-gateway, %s"/>
<meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word ocr_table ocr_image ocrp_wconf"/>
<meta name="ocr-number-of-pages" content="%d"/>
</head>
<body>
`

func encodeHOCR(w io.Writer, d Document) error {
	var h htmlWriter
	h.printf(hocrHead, d.Name, d.Model, len(d.Pages))
	for i := range d.Pages {
		h.hocrPage(&d.Pages[i], d.Name)
	}
	h.WriteString("</body>\n</html>\n")
	_, err := io.WriteString(w, h.String())
	return err
}

// hocrPage writes a page. Its regions come in reading order, pictures without text among them.
func (h *htmlWriter) hocrPage(p *document.PageResult, name string) {
	title := fmt.Sprintf(`image "%s"; bbox 0 0 %d %d; ppageno %d`, strings.NewReplacer(`"`, "", ";", "", "\n", " ").Replace(name), p.Width, p.Height, p.Number-1)
	if p.DPI > 0 {
		title += fmt.Sprintf("; scan_res %.0f %.0f", p.DPI, p.DPI)
	}
	h.printf("<div class=\"ocr_page\" id=\"page_%d\" title=\"%s\">\n", p.Number, title)
	for i := range p.Regions {
		r := &p.Regions[i]
		lines := wordLines(r)
		switch {
		case r.Type == document.RegionImage && len(lines) == 0:
			h.printf("<div class=\"ocr_image\" id=\"%s\" title=\"%s\"></div>\n", "image_"+r.ID, boxProperty(r.BBox))
		case len(lines) > 0:
			h.hocrRegion(r, lines)
		}
	}
	h.WriteString("</div>\n")
}

func (h *htmlWriter) hocrRegion(r *document.Region, lines []wordLine) {
	class := "ocr_carea"
	if r.Type == document.RegionTable {
		class = "ocr_table"
	}
	box := boxProperty(r.BBox)
	h.printf("<div class=\"%s\" id=\"%s\" title=\"%s\">\n<p class=\"ocr_par\" id=\"%s\" title=\"%s\">\n", class, "block_"+r.ID, box, "par_"+r.ID, box)
	for i, l := range lines {
		title := boxProperty(l.box)
		if l.rotation != 0 {
			title += fmt.Sprintf("; textangle %d", 360-l.rotation) // hOCR counts the other way
		}
		h.printf("<span class=\"ocr_line\" id=\"%s\" title=\"%s\">", fmt.Sprintf("line_%s_%d", r.ID, i+1), title)
		for j, w := range l.words {
			if j > 0 {
				h.WriteString(" ")
			}
			title := boxProperty(w.BBox)
			if w.Confidence != nil {
				title += fmt.Sprintf("; x_wconf %.0f", math.Round(100**w.Confidence))
			}
			h.printf("<span class=\"ocrx_word\" id=\"%s\" title=\"%s\">%s</span>", fmt.Sprintf("word_%s_%d_%d", r.ID, i+1, j+1), title, w.Text)
		}
		h.WriteString("</span>\n")
	}
	h.WriteString("</p>\n</div>\n")
}

func boxProperty(b document.BBox) string {
	return fmt.Sprintf("bbox %d %d %d %d", b[0], b[1], b[2], b[3])
}
