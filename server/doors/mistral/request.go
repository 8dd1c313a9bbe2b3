package mistral

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/form"
)

// request is what a client asks for. Whatever model it names, the server's own is used.
type request struct {
	Document struct {
		Type     string         `json:"type"`
		Document form.FileValue `json:"document_url"`
		Image    imageURL       `json:"image_url"`
		File     string         `json:"file_id"`
		Name     string         `json:"document_name"`
	} `json:"document"`
	Pages         pages  `json:"pages"`
	Images        bool   `json:"include_image_base64"`
	ImageLimit    *int   `json:"image_limit"`
	ImageMinSize  int    `json:"image_min_size"` // pixels, of the shorter side
	TableFormat   string `json:"table_format"`
	ExtractHeader bool   `json:"extract_header"`
	ExtractFooter bool   `json:"extract_footer"`
	Blocks        bool   `json:"include_blocks"`
	Confidence    string `json:"confidence_scores_granularity"`
	// Not supported here; refused.
	BoxAnnotation  any     `json:"bbox_annotation_format"`
	Annotation     any     `json:"document_annotation_format"`
	AnnotationText *string `json:"document_annotation_prompt"`
}

// imageURL is an address or data: URL, bare or in an object.
type imageURL struct{ form.FileValue }

// UnmarshalJSON reads both forms.
func (v *imageURL) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte("{")) {
		return json.Unmarshal(b, &v.FileValue)
	}
	var object struct {
		URL form.FileValue `json:"url"`
	}
	err := json.Unmarshal(b, &object)
	v.FileValue = object.URL
	return err
}

// pages are numbers from 0: a list, or text such as "0,2-4". Here they are as text.
type pages string

// UnmarshalJSON reads both forms.
func (p *pages) UnmarshalJSON(b []byte) error {
	var list []int
	if json.Unmarshal(b, &list) == nil {
		all := make([]string, len(list))
		for i, n := range list {
			all[i] = strconv.Itoa(n)
		}
		*p = pages(strings.Join(all, ","))
		return nil
	}
	return json.Unmarshal(b, (*string)(p))
}

// fromOne returns the pages counted from 1, as the service does.
func (p pages) fromOne() (string, error) {
	if p == "" {
		return "", nil
	}
	var ranges []string
	for part := range strings.SplitSeq(string(p), ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		a, err := strconv.ParseUint(strings.TrimSpace(first), 10, 31)
		b := a
		if err == nil && isRange {
			b, err = strconv.ParseUint(strings.TrimSpace(last), 10, 31)
		}
		if err != nil || b < a {
			return "", document.Invalid("pages", `pages must be numbers from 0, as a list or as "0,2-4", not %q`, clip.Text(part))
		}
		ranges = append(ranges, fmt.Sprintf("%d-%d", a+1, b+1))
	}
	return strings.Join(ranges, ","), nil
}

// options returns the service's options.
func (r *request) options() (map[string]string, error) {
	switch {
	case r.BoxAnnotation != nil, r.Annotation != nil, r.AnnotationText != nil:
		return nil, document.Invalid("document_annotation_format", "this server makes no annotations here; /api/ocr/extract finds fields by a schema")
	case r.Confidence != "" && r.Confidence != "page":
		return nil, document.Invalid("confidence_scores_granularity", "this server gives confidence by page, not by %q", clip.Text(r.Confidence))
	}
	values := map[string]string{"table_format": r.TableFormat, "include_headers": strconv.FormatBool(!r.splitsHeaders())}
	if r.TableFormat == "" {
		values["table_format"] = string(document.TableMarkdown)
	}
	if r.Images && (r.ImageLimit == nil || *r.ImageLimit > 0) {
		values["images"] = string(document.ImagesRef)
	}
	var err error
	values["pages"], err = r.Pages.fromOne()
	return values, err
}

// splitsHeaders reports whether running heads and feet are to be kept out of the text.
func (r *request) splitsHeaders() bool { return r.ExtractHeader || r.ExtractFooter }

// source finds the document; done gives it back.
func (f *files) source(c *doors.Call, r *request, sent *form.Foreign) (src *document.Source, done func(), err error) {
	field, value := "document.document_url", r.Document.Document
	switch r.Document.Type {
	case "", "document_url":
	case "image_url":
		field, value = "document.image_url", r.Document.Image.FileValue
	case "file":
		return f.open(c, r.Document.File)
	default:
		return nil, nil, document.Invalid("document.type", "there is no type %q; known are document_url, image_url and file", clip.Text(r.Document.Type))
	}
	if id := fileAt(value.Address); id != "" {
		return f.open(c, id)
	}
	if src, err = c.File(sent, field, value); err != nil {
		return nil, nil, err
	}
	if r.Document.Name != "" {
		src.Name = clip.FileName(r.Document.Name)
	}
	return src, func() {}, nil
}

// fileAt returns the id of the uploaded file that an address leads to, whatever host name it uses;
// empty where it leads elsewhere.
func fileAt(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	folder, last := path.Split(u.Path)
	before, id := path.Split(strings.TrimSuffix(folder, "/"))
	if last == "content" && strings.HasSuffix(before, "/v1/files/") {
		return id
	}
	return ""
}
