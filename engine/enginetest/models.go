package enginetest

// Model is a scripted vision model.
type Model struct {
	Root   string // the hub's name
	Answer func(Request) Answer
}

// Models are the scripted models by the profile that they are asked with. All read PageLine.
// The answers of all but the first are constructed by their published grammars, not recorded.
var Models = map[string]Model{
	"glm-ocr":      {"zai-org/GLM-OCR", Script},
	"paddleocr-vl": {"PaddlePaddle/PaddleOCR-VL-1.6", paddleScript},
	"lightonocr":   {"lightonai/LightOnOCR-3-1B", lightonScript},
}

// Texts of the scripted models.
const (
	PaddleTable   = "<fcel>Item<fcel>Qty<lcel><nl><fcel>Bolt M8 \\(d < 9\\)<fcel>40<ecel><nl><ucel><fcel>41<fcel>x & y<nl>"
	PaddleChart   = "Year | Sales\n2023 | 7\n2024 | 9"
	PaddleFormula = `\[ E = mc^{2} + \frac{a}{b} \]`
	PaddleSeal    = "Müller & Söhne GmbH"

	LightOnMarkdown = "# " + PageLine + "\n\nBilled to: Müller & Söhne GmbH,\n北京市朝阳区\n\n" + TableText + "\n\n$$\nE = mc^{2}\n$$\n\n- first\n- second\n\n![image](image_1.png)"
	LightOnGrounded = "![header](100,10,900,30) Müller & Söhne\n" +
		"![title](100,50,600,90) # " + PageLine + "\n" +
		"![text](100,100,480,300) Billed to a customer whose name flows into the next\n" +
		"![image](100,310,480,400) A photograph of a bolt.\n" +
		"![text+](520,100,900,300)\ncolumn, 北京市朝阳区\n" +
		"![table](100,420,900,600) <table>\n<tr><th>Item</th><th>Qty</th></tr>\n\n<tr><td>Bolt M8</td><td>40</td></tr>\n</table>\n" +
		"![formula](100,620,900,680) $$E = mc^{2}$$\n" +
		"![page_number](490,960,510,980) 7"
)

// paddleScript answers as PaddleOCR-VL, by prompt.
func paddleScript(q Request) Answer {
	switch q.Prompt {
	case "Table Recognition:":
		return Answer{Text: PaddleTable}
	case "Formula Recognition:":
		return Answer{Text: PaddleFormula}
	case "Chart Recognition:":
		return Answer{Text: PaddleChart}
	case "Seal Recognition:":
		return Answer{Text: PaddleSeal}
	}
	return Answer{Text: PageText}
}

// lightonScript answers as LightOnOCR-3, by mode.
func lightonScript(q Request) Answer {
	if q.Prompt == "grounding" {
		return Answer{Text: LightOnGrounded}
	}
	return Answer{Text: LightOnMarkdown}
}
