package geometry

import "ocr-gateway/document"

// sealLabel is the label of a stamp. It lies over the text and is no part of its order.
const sealLabel = "seal"

// takeSeals divides the model's boxes from stamps, which are read after everything else.
func takeSeals(boxes []document.Region) (others, seals []document.Region) {
	for _, b := range boxes {
		if b.Label == sealLabel {
			seals = append(seals, b)
		} else {
			others = append(others, b)
		}
	}
	return others, seals
}
