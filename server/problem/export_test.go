package problem

import "ocr-gateway/document"

// Statuses has the status of every code with which a request can end.
func Statuses() map[document.Code]int {
	all := map[document.Code]int{}
	for code, a := range answers {
		all[code] = a.status
	}
	return all
}
