package enginetest

import "strings"

// Script answers as the recorded model did: a known text for each prompt.
func Script(q Request) Answer {
	switch q.Prompt {
	case "Table Recognition:":
		return Answer{Text: TableText}
	case "Formula Recognition:":
		return Answer{Text: FormulaText}
	case "LOOP":
		return Answer{Text: strings.Repeat(" again and over", max(q.MaxTokens, 4)/4), Finish: "length"}
	}
	if strings.HasPrefix(q.Prompt, fieldsPrompt) {
		return Answer{Text: FieldsText}
	}
	return Answer{Text: PageText}
}

// fieldsPrompt begins every question for fields.
const fieldsPrompt = "请按下列JSON格式输出图中信息:"

// The scripted model's texts.
const (
	PageText    = "Invoice No. 2024-0417\n\nBilled to: Müller & Söhne GmbH, 北京市朝阳区\nAmount due: €1,234.56 — thank you!"
	TableText   = "<table><tr><th>Item</th><th>Qty</th></tr><tr><td>Bolt M8</td><td>40</td></tr></table>"
	FieldsText  = "```json\n{\"invoice_number\": \"2024-0417\", \"amount_due\": \"€1,234.56\", \"iban\": null}\n```"
	FormulaText = "$$\nE = mc^{2} + \\frac{a}{b}\n$$"
)
