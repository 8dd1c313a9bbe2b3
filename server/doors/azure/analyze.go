package azure

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/form"
)

// The models that clients may ask for.
const (
	modelRead   = "prebuilt-read"
	modelLayout = "prebuilt-layout"
)

// request is a JSON body: the document itself, or its address.
type request struct {
	Content form.FileValue `json:"base64Source"`
	Address form.FileValue `json:"urlSource"`
}

// analyze has a document read as a job.
func analyze(c *doors.Call) error {
	model, err := modelOf(c.Param("model"))
	if err != nil {
		return err
	}
	values, unit, err := parse(c.Request.URL.Query())
	if err != nil {
		return err
	}
	sent, src, err := receive(c)
	if err != nil {
		return err
	}
	defer sent.Close()
	job, err := c.Jobs.Submit(c.Request.Context(), src, values, 0)
	if err != nil {
		return err
	}
	header := c.Response.Header()
	header.Set("Operation-Location", fmt.Sprintf("%s?api-version=%s", c.Address(modelsPath+model+resultsPath+resultID(job.ID, unit)), apiVersion))
	header.Set("Retry-After", retryAfter)
	c.Response.WriteHeader(http.StatusAccepted)
	return nil
}

// modelOf returns the model named in the last part of an address.
func modelOf(name string) (string, error) {
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain // some write the colon as %3A
	}
	model, asked := strings.CutSuffix(name, ":analyze")
	if !asked || model != modelRead && model != modelLayout {
		return "", document.Problemf(document.CodeNotFound, document.PhaseAdmission, "there is no %s; send documents to %s:analyze or %s:analyze", clip.Text(name), modelRead, modelLayout)
	}
	return model, nil
}

// receive reads the document: from JSON, or as the whole body. The caller closes sent.
func receive(c *doors.Call) (sent *form.Foreign, src *document.Source, err error) {
	if media, _, _ := mime.ParseMediaType(c.Request.Header.Get("Content-Type")); media != "application/json" {
		if sent, err = c.Raw("document"); err != nil {
			return nil, nil, err
		}
		return sent, sent.Sources[0], nil
	}
	var asked request
	if sent, err = c.JSON(&asked, "base64Source", "urlSource"); err != nil {
		return nil, nil, err
	}
	field, value := "base64Source", asked.Content
	if asked.Address != (form.FileValue{}) {
		field, value = "urlSource", asked.Address
	}
	if asked.Content != (form.FileValue{}) && field == "urlSource" {
		err = document.Invalid(field, "there is a document in both base64Source and urlSource; send one")
	} else {
		src, err = c.File(sent, field, value)
	}
	if err != nil {
		sent.Close()
		return nil, nil, err
	}
	return sent, src, nil
}

// formats are the names of the service's formats by those of Azure's content.
var formats = map[string]string{"": "txt", "text": "txt", "markdown": "md"}

// parse turns the query into options by name, and the unit of spans. The locale and the add-on
// ocrHighResolution, which choose among Azure's engines, are ignored.
func parse(query url.Values) (values map[string]string, u unit, err error) {
	content, known := formats[query.Get("outputContentFormat")]
	if !known {
		return nil, "", unknown(query, "outputContentFormat", "text and markdown")
	}
	wanted := []string{content}
	for name := range list(query, "output") {
		if name != "pdf" {
			return nil, "", unknown(query, "output", "pdf")
		}
		wanted = append(wanted, name)
	}
	for name := range list(query, "features") {
		if name != "ocrHighResolution" {
			return nil, "", document.Invalid("features", "this server does not do %q", clip.Text(name))
		}
	}
	if query.Get("queryFields") != "" {
		return nil, "", document.Invalid("queryFields", "fields are not asked for here, but with a schema at /api/ocr/extract")
	}
	if u = unit(query.Get("stringIndexType")); u == "" {
		u = textElements
	}
	if !slices.Contains(units, u) {
		return nil, "", unknown(query, "stringIndexType", "textElements, unicodeCodePoint and utf16CodeUnit")
	}
	return map[string]string{
		"formats": strings.Join(wanted, ","), "pages": query.Get("pages"), "boxes": string(document.BoxesWord), "include_headers": "true",
	}, u, nil
}

// list yields the values of a parameter, which are separated by commas or repeat it.
func list(query url.Values, name string) func(yield func(string) bool) {
	return strings.FieldsFuncSeq(strings.Join(query[name], ","), func(r rune) bool { return r == ',' || r == ' ' })
}

func unknown(query url.Values, name, known string) error {
	return document.Invalid(name, "%s is %q, known are %s", name, clip.Text(strings.Join(query[name], ",")), known)
}
