package docling

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
)

// options are those of docling's options that mean something here. Those that choose among its
// engines and models are ignored, as docling ignores unknown ones: what is read is none the worse.
type options struct {
	values    map[string]string // of service.Document
	formats   []string
	pageBreak string
	timeout   time.Duration
	abort     bool // fail where a part cannot be read
}

// valuesOfJSON are options as JSON, read as those of a form: lists as repeated values.
type valuesOfJSON map[string][]string

// UnmarshalJSON keeps scalars and lists of scalars; anything else that is nested chooses models.
func (v *valuesOfJSON) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*v = valuesOfJSON{}
	for name, value := range raw {
		var list []json.RawMessage
		if json.Unmarshal(value, &list) != nil {
			list = []json.RawMessage{value}
		}
		for _, one := range list {
			if text, ok := scalar(one); ok {
				(*v)[name] = append((*v)[name], text)
			}
		}
	}
	return nil
}

// scalar is a JSON string, number or boolean as text.
func scalar(raw json.RawMessage) (string, bool) {
	var text string
	if json.Unmarshal(raw, &text) == nil && raw[0] == '"' {
		return text, true
	}
	return string(raw), len(raw) > 0 && raw[0] != '{' && raw[0] != '[' && raw[0] != 'n'
}

// formats are docling's formats that we can write, with the service's names.
var formats = map[string]string{"md": "md", "text": "txt", "html": "html", "json": "docling"}

// wanting are options that ask for something this server does not do.
var wanting = []string{"do_picture_classification", "do_picture_description", "do_chart_extraction"}

func parse[V ~map[string][]string](given V) (options, error) {
	opts := options{formats: given["to_formats"], values: map[string]string{"table_format": string(document.TableMarkdown)}}
	last := func(name string) string {
		if all := given[name]; len(all) > 0 {
			return strings.TrimSpace(all[len(all)-1])
		}
		return ""
	}
	for _, name := range wanting {
		if isTrue(last(name)) {
			return options{}, document.Invalid(name, "%s: this server does not do that", name)
		}
	}
	if len(opts.formats) == 0 {
		opts.formats = []string{"md"}
	}
	for _, f := range opts.formats {
		if _, known := formats[f]; !known {
			return options{}, document.Invalid("to_formats", "this server does not write %q; it writes md, text, html and json", clip.Text(f))
		}
	}
	switch mode := last("image_export_mode"); mode {
	case "", "placeholder":
	case "embedded":
		opts.values["images"] = string(document.ImagesInline)
	default:
		return options{}, document.Invalid("image_export_mode", "%q is not done here; ask for placeholder or embedded", clip.Text(mode))
	}
	opts.abort, opts.pageBreak = isTrue(last("abort_on_error")), last("md_page_break_placeholder")
	var err error
	if opts.timeout, err = seconds(last("document_timeout")); err != nil {
		return options{}, err
	}
	opts.values["pages"], err = pages(given["page_range"])
	return opts, err
}

func isTrue(v string) bool {
	b, err := strconv.ParseBool(strings.ToLower(v))
	return err == nil && b
}

func seconds(v string) (time.Duration, error) {
	if v == "" {
		return 0, nil
	}
	s, err := strconv.ParseFloat(v, 64)
	if err != nil || !(s > 0) {
		return 0, document.Invalid("document_timeout", "document_timeout must be a number of seconds, not %q", clip.Text(v))
	}
	const most = 7 * 24 * time.Hour // as in docling-serve; the server's own limit is lower
	return time.Duration(min(s, most.Seconds()) * float64(time.Second)), nil
}

// pages reads a range: two numbers, or one text "[1, 4]"; the last may be arbitrarily large.
func pages(given []string) (string, error) {
	all := strings.FieldsFunc(strings.Join(given, ","), func(r rune) bool { return strings.ContainsRune(", []()", r) })
	if len(all) == 0 {
		return "", nil
	}
	wrong := document.Invalid("page_range", "page_range must be the first and the last page, such as 1 and 4")
	if len(all) != 2 {
		return "", wrong
	}
	first, err := strconv.ParseInt(all[0], 10, 64)
	if err != nil || first < 1 {
		return "", wrong
	}
	last, err := strconv.ParseInt(all[1], 10, 64)
	switch {
	case err != nil || last < first:
		return "", wrong
	case last > maxPage && first == 1:
		return "", nil
	case last > maxPage:
		return fmt.Sprintf("%d-", first), nil
	}
	return fmt.Sprintf("%d-%d", first, last), nil
}

// maxPage is the most that a page range of ours may name.
const maxPage = 1_000_000

func (o options) has(format string) bool { return slices.Contains(o.formats, format) }
