// Package mineru is the door for the API of MinerU 3: POST /file_parse, which answers when the
// files are read.
package mineru

import (
	"net/http"
	"path"
	"strconv"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/doors"
	"ocr-gateway/server/form"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
)

// Door is MinerU's API.
func Door() doors.Door {
	return doors.Door{
		Name:   "mineru",
		Routes: []doors.Route{{Method: http.MethodPost, Path: "/file_parse", Answer: parse}},
		Failure: func(p problem.Body) any {
			return failure{Detail: p.Detail, Status: "failed", Message: "Task execution failed", Error: p.Detail}
		},
	}
}

// failure is an error: detail as FastAPI writes it, the rest as in a failed task.
type failure struct {
	Detail  string `json:"detail"`
	Status  string `json:"status"`
	Message string `json:"message"`
	Error   string `json:"error"`
}

// parsed is the answer.
type parsed struct {
	Task    string          `json:"task_id"`
	Status  string          `json:"status"`
	Backend string          `json:"backend"`
	Version string          `json:"version"`
	Names   []string        `json:"file_names"`
	Results map[string]file `json:"results"` // by the files' names without extension
}

// file is what was read of one file.
type file struct {
	Markdown string            `json:"md_content"`
	Images   map[string]string `json:"images,omitempty"` // data: URLs by name
	Error    string            `json:"error,omitempty"`  // why there is no Markdown
}

// wanting are fields that ask for MinerU's own files, which this server does not make.
var wanting = []string{"return_middle_json", "return_model_output", "return_content_list", "return_original_file", "response_format_zip"}

func parse(c *doors.Call) error {
	sent, err := c.Form("files")
	if err != nil {
		return err
	}
	defer sent.Close()
	values, err := options(sent)
	if err != nil {
		return err
	}
	items, err := c.ReadAll(sent.Sources, values)
	if err != nil {
		return err
	}
	answer := parsed{Task: c.ID, Status: "completed", Backend: "ocr-gateway", Version: c.Version, Results: map[string]file{}}
	for _, item := range items {
		name := unused(stem(item.Name), answer.Results)
		answer.Names = append(answer.Names, name)
		answer.Results[name] = fileOf(item)
		if item.Result != nil {
			answer.Backend = item.Result.Engine
		}
	}
	return c.Send(http.StatusOK, answer)
}

// options reads the fields that mean something here; the rest choose among MinerU's engines.
func options(sent *form.Foreign) (map[string]string, error) {
	if len(sent.Sources) == 0 {
		return nil, document.Invalid("files", "there is no file in files")
	}
	for _, name := range wanting {
		if isTrue(sent.Values.Get(name)) {
			return nil, document.Invalid(name, "%s: this server answers with Markdown and images as JSON only", name)
		}
	}
	values := map[string]string{}
	if isTrue(sent.Values.Get("return_images")) {
		values["images"] = string(document.ImagesRef)
	}
	first, err := pageID(sent, "start_page_id", 0)
	if err != nil {
		return nil, err
	}
	last, err := pageID(sent, "end_page_id", noLastPage)
	if err != nil {
		return nil, err
	}
	switch {
	case last < first:
		return nil, document.Invalid("end_page_id", "end_page_id is before start_page_id")
	case last < noLastPage:
		values["pages"] = strconv.Itoa(first+1) + "-" + strconv.Itoa(last+1)
	case first > 0:
		values["pages"] = strconv.Itoa(first+1) + "-"
	}
	return values, nil
}

// noLastPage is MinerU's default of end_page_id.
const noLastPage = 99999

// pageID is a page's number from 0.
func pageID(sent *form.Foreign, name string, otherwise int) (int, error) {
	v := strings.TrimSpace(sent.Values.Get(name))
	if v == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, document.Invalid(name, "%s must be a page's number from 0, not %q", name, clip.Text(v))
	}
	return min(n, noLastPage), nil
}

func isTrue(v string) bool {
	b, err := strconv.ParseBool(strings.ToLower(strings.TrimSpace(v)))
	return err == nil && b
}

func stem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

// unused returns a name that no other result has.
func unused(name string, taken map[string]file) string {
	if name == "" {
		name = "file"
	}
	for n, free := 2, name; ; n++ {
		if _, used := taken[free]; !used {
			return free
		}
		free = name + "_" + strconv.Itoa(n)
	}
}

func fileOf(item service.Item) file {
	if item.Result == nil {
		return file{Error: item.Error.Detail}
	}
	f := file{Markdown: service.Whole(item.Result)}
	for _, p := range item.Result.Pages {
		for name, b := range p.Images {
			if f.Images == nil {
				f.Images = map[string]string{}
			}
			f.Images[name] = doors.DataURL(b)
		}
	}
	return f
}
