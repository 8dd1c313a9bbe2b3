// Package bill is the bill of materials of what is shipped: the Go modules in the program, the
// libraries and models beside it and, in an image, the distribution's packages, each with its
// version, license and sums.
package bill

import (
	"slices"
	"strings"
)

// Part is one thing of somebody else's that is shipped.
type Part struct {
	Kind          Kind
	Name, Version string
	License       string // in SPDX's words; "" where it is not known
	URL           string // package URL (purl)
	SHA256        string // of the file or package that it was taken from, where there is one
}

// Kind is what a part is to the program.
type Kind string

// The kinds, in CycloneDX's words.
const (
	Library Kind = "library"
	Model   Kind = "machine-learning-model"
)

// Unwelcome are the parts whose license does not let them be shipped within a work under AGPL-3.0.
func Unwelcome(parts []Part) (no []Part) {
	for _, p := range parts {
		for license := range strings.SplitSeq(p.License, " AND ") {
			if !slices.Contains(welcome, license) {
				no = append(no, p)
				break
			}
		}
	}
	return no
}

// welcome are licenses that go with AGPL-3.0.
var welcome = []string{
	"AGPL-3.0", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "GPL-3.0", "IJG", "ISC", "LGPL-2.1", "LGPL-3.0", "MIT", "MPL-2.0", "Unlicense", "Zlib",
}
