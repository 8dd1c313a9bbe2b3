package main

import (
	"encoding/json"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// finished is an image with what is said of it.
type finished struct {
	parts
	img        v1.Image
	bill       []byte   // CycloneDX
	statements [][]byte // in-toto's
}

// finish makes an image and its statements.
func finish(p parts, layers, cache string) (*finished, error) {
	img, err := assemble(p, layers)
	if err != nil {
		return nil, err
	}
	digest, err := img.Digest()
	if err != nil {
		return nil, err
	}
	all, text, err := materials(p, cache)
	if err != nil {
		return nil, err
	}
	b := &finished{parts: p, img: img, bill: text}
	about := []subject{{Name: "ocr-gateway", Digest: map[string]string{digest.Algorithm: digest.Hex}}}
	for _, s := range []statement{
		{typeStatement, about, typeBill, json.RawMessage(text)},
		{typeStatement, about, typeProvenance, provenance(p, all)},
	} {
		data, err := s.encode()
		if err != nil {
			return nil, err
		}
		b.statements = append(b.statements, data)
	}
	return b, nil
}

// indexOf joins images of several platforms under one name. Beside each is what is said of it,
// the way that Docker's tools look for it: an image of no platform whose layers are statements.
func indexOf(all []*finished) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, b := range all {
		digest, err := b.img.Digest()
		if err != nil {
			return nil, err
		}
		said, err := b.attestation()
		if err != nil {
			return nil, err
		}
		index = mutate.AppendManifests(index,
			mutate.IndexAddendum{Add: b.img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: b.arch}}},
			mutate.IndexAddendum{Add: said, Descriptor: v1.Descriptor{
				Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"},
				Annotations: map[string]string{
					"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digest.String(),
				},
			}})
	}
	return index, nil
}

// attestation holds the statements about an image.
func (b *finished) attestation() (v1.Image, error) {
	img := emptyImage()
	for i, kind := range []string{typeBill, typeProvenance} {
		var err error
		img, err = mutate.Append(img, mutate.Addendum{
			Layer: static.NewLayer(b.statements[i], "application/vnd.in-toto+json"), MediaType: "application/vnd.in-toto+json",
			Annotations: map[string]string{"in-toto.io/predicate-type": kind},
		})
		if err != nil {
			return nil, err
		}
	}
	return img, nil
}

// emptyImage is one of OCI's media types.
func emptyImage() v1.Image {
	return mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
}
