package geometry

import "ocr-gateway/document"

// sealLabel is the label of a stamp, which lies over the text and is not part of its order.
const sealLabel = "seal"

// takeSeals separates stamps from the model's boxes, which are read after everything else.
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
