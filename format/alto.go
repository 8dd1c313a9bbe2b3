package format

import (
	"fmt"
	"io"

	"ocr-gateway/document"
)

// altoHead begins a file of ALTO XML 4.4 (loc.gov/standards/alto).
const altoHead = `<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.loc.gov/standards/alto/ns-v4# http://www.loc.gov/standards/alto/v4/alto-4-4.xsd" SCHEMAVERSION="4.4">
<Description>
<MeasurementUnit>pixel</MeasurementUnit>
<sourceImageInformation><fileName>%s</fileName></sourceImageInformation>
<Processing ID="ocr"><processingCategory>contentGeneration</processingCategory><processingSoftware><softwareName>ocr-gateway</softwareName><applicationDescription>%s</applicationDescription></processingSoftware></Processing>
</Description>
<Layout>
`

func encodeALTO(w io.Writer, d Document) error {
	var h htmlWriter
	h.printf(altoHead, d.Name, d.Model)
	for i := range d.Pages {
		h.altoPage(&d.Pages[i])
	}
	h.WriteString("</Layout>\n</alto>\n")
	_, err := io.WriteString(w, h.String())
	return err
}

func (h *htmlWriter) altoPage(p *document.PageResult) {
	size := safe(fmt.Sprintf(`HEIGHT="%d" WIDTH="%d"`, p.Height, p.Width))
	h.printf("<Page ID=\"page_%d\" PHYSICAL_IMG_NR=\"%d\" %s>\n<PrintSpace %s HPOS=\"0\" VPOS=\"0\">\n", p.Number, p.Number, size, size)
	for i := range p.Regions {
		r := &p.Regions[i]
		lines := wordLines(r)
		switch {
		case r.Type == document.RegionImage && len(lines) == 0:
			h.printf("<Illustration ID=\"%s\" %s/>\n", "block_"+r.ID, altoBox(r.BBox))
		case len(lines) == 0:
		case r.Type == document.RegionTable:
			h.printf("<ComposedBlock ID=\"%s\" TYPE=\"table\" %s>\n", "table_"+r.ID, altoBox(r.BBox))
			h.altoBlock(r, lines)
			h.WriteString("</ComposedBlock>\n")
		default:
			h.altoBlock(r, lines)
		}
	}
	h.WriteString("</PrintSpace>\n</Page>\n")
}

func (h *htmlWriter) altoBlock(r *document.Region, lines []wordLine) {
	h.printf("<TextBlock ID=\"%s\" %s", "block_"+r.ID, altoBox(r.BBox))
	if lines[0].rotation != 0 {
		h.printf(" ROTATION=\"%d\"", 360-lines[0].rotation) // ALTO counts the other way
	}
	h.WriteString(">\n")
	for i, l := range lines {
		h.printf("<TextLine ID=\"%s\" %s>", fmt.Sprintf("line_%s_%d", r.ID, i+1), altoBox(l.box))
		for j, w := range l.words {
			if j > 0 {
				h.WriteString("<SP/>")
			}
			h.printf("<String ID=\"%s\" CONTENT=\"%s\"", fmt.Sprintf("word_%s_%d_%d", r.ID, i+1, j+1), w.Text)
			if l.placed {
				h.printf(" %s", altoBox(w.BBox))
			}
			if w.Confidence != nil {
				h.printf(" WC=\"%.3f\"", *w.Confidence)
			}
			h.WriteString("/>")
		}
		h.WriteString("</TextLine>\n")
	}
	h.WriteString("</TextBlock>\n")
}

func altoBox(b document.BBox) safe {
	return safe(fmt.Sprintf(`HPOS="%d" VPOS="%d" WIDTH="%d" HEIGHT="%d"`, b[0], b[1], b[2]-b[0], b[3]-b[1]))
}
