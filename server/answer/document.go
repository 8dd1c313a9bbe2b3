package answer

import (
	"context"
	"encoding/base64"
	"unicode/utf8"

	"ocr-gateway/document"
)

// Document is a result together with its renderings.
type Document struct {
	*document.Result
	Outputs map[string]Output `json:"outputs,omitempty"` // by format name, as asked for with "formats"
}

// Output is a document in another format.
type Output struct {
	MediaType string `json:"media_type"`
	Encoding  string `json:"encoding"` // utf-8, or base64 for binary formats
	Content   string `json:"content"`
}

// Document is the answer of a call that read a document, with the formats requested beside JSON.
// Absent parts of r become empty ones.
func (call *Call) Document(ctx context.Context, r *document.Result) (Document, error) {
	outputs, err := call.outputs(ctx, r)
	if err != nil {
		return Document{}, err
	}
	r.Timings = Timings(r.Timings)
	for i := range r.Pages {
		r.Pages[i] = WithRegions(r.Pages[i])
	}
	return Document{r, outputs}, nil
}

func (call *Call) outputs(ctx context.Context, r *document.Result) (map[string]Output, error) {
	if len(call.Options.Formats) == 0 || call.Media != JSON {
		return nil, nil
	}
	outputs := make(map[string]Output, len(call.Options.Formats))
	for _, f := range call.Options.Formats {
		written, err := call.write(ctx, f, r)
		if err != nil {
			return nil, err
		}
		o := Output{MediaType: f.MediaType, Encoding: "utf-8", Content: string(written)}
		if !utf8.Valid(written) {
			o.Encoding, o.Content = "base64", base64.StdEncoding.EncodeToString(written)
		}
		outputs[f.Name] = o
	}
	return outputs, nil
}
