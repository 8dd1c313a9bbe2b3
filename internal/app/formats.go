package app

import (
	"context"
	"io"

	"ocr-gateway/document"
	"ocr-gateway/format"
	"ocr-gateway/service"
)

// FormatNames lists what documents can be written as, the default first.
func FormatNames() []string {
	var names []string
	for _, f := range (&App{}).formats() {
		names = append(names, f.Name)
	}
	return names
}

// formats hands the formats to the service in its own terms, the searchable PDF among them,
// which takes the original file.
func (a *App) formats() []service.Format {
	var all []service.Format
	for _, f := range format.All() {
		all = append(all, service.Format{
			Name: f.Name, MediaType: f.MediaType, Extension: f.Extension, Boxes: f.Boxes, Images: f.Images,
			Encode: func(_ context.Context, w io.Writer, r service.Reading) error {
				return f.Encode(w, format.Document{Result: r.Result, Options: r.Options, Name: r.Source.Name})
			},
		})
	}
	return append(all, service.Format{
		Name: "pdf", MediaType: "application/pdf", Extension: ".searchable.pdf", Boxes: document.BoxesWord, Words: true,
		Encode: func(ctx context.Context, w io.Writer, r service.Reading) error {
			return a.raster.Searchable(ctx, r.Source, r.Options, r.Result.Pages, w)
		},
	})
}
