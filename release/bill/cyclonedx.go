package bill

import (
	"io"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// Write writes the parts of a version of the program as CycloneDX 1.6 in JSON. It has no
// time and no serial number, so that equal parts give equal files.
func Write(w io.Writer, version string, parts []Part) error {
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Component: &cdx.Component{
		Type: cdx.ComponentTypeApplication, BOMRef: "ocr-gateway", Name: "ocr-gateway", Version: version,
		Licenses: &cdx.Licenses{{License: &cdx.License{ID: "AGPL-3.0-or-later"}}},
	}}
	components := make([]cdx.Component, 0, len(parts))
	for _, p := range parts {
		c := cdx.Component{
			Type: cdx.ComponentType(p.Kind), BOMRef: p.URL + "#" + p.Name, Name: p.Name, Version: p.Version, PackageURL: p.URL,
		}
		if p.License != "" {
			c.Licenses = &cdx.Licenses{{Expression: p.License}}
		}
		if p.SHA256 != "" {
			c.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: p.SHA256}}
		}
		components = append(components, c)
	}
	bom.Components = &components
	return cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cdx.SpecVersion1_6)
}
