package runpodtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// shape is what a JSON value must look like. Objects are closed.
type shape struct {
	kind   string           // string, int, bool, object, list, texts (an object of strings)
	fields map[string]shape // of an object
	need   []string         // fields that must be there
	items  *shape           // of a list
	least  float64          // of an int, characters of a string
	most   int              // items of a list; 0 means any
	words  []string         // that a string may be
	match  *regexp.Regexp   // that a string must match
}

var (
	text     = shape{kind: "string"}
	some     = shape{kind: "string", least: 1}
	texts    = shape{kind: "list", items: &text}
	number   = shape{kind: "int", least: 1}
	yes      = shape{kind: "bool"}
	cudaText = shape{kind: "string", match: regexp.MustCompile(`^\d+\.\d+$`)}
	portText = shape{kind: "string", match: regexp.MustCompile(`^[1-9]\d{0,4}/(http|tcp)$`)}
	ports    = shape{kind: "list", items: &portText}
)

var mountsShape = shape{kind: "object", fields: map[string]shape{
	"persistent": {kind: "object", need: []string{"size", "path"}, fields: map[string]shape{
		"size": {kind: "int", least: 10}, "path": some,
	}},
	"network": {kind: "list", most: 1, items: &shape{kind: "object", need: []string{"volumeId", "path"}, fields: map[string]shape{
		"volumeId": some, "path": some,
	}}},
}}

// createShape is a create's body by the older or the newer contract.
func createShape(older bool) shape {
	gpu := map[string]shape{
		"id": some, "count": number, "minCudaVersion": cudaText,
		"allowedCudaVersions": {kind: "list", items: &cudaText},
	}
	fields := map[string]shape{
		"name": some, "image": some, "templateId": some,
		"gpu":   {kind: "object", need: []string{"id"}, fields: gpu},
		"cpu":   {kind: "object", fields: map[string]shape{"id": some, "vcpuCount": number}},
		"cloud": {kind: "string", words: []string{"SECURE", "COMMUNITY"}}, "dataCenterIds": texts,
		"disk": number, "mounts": mountsShape, "ports": ports, "env": {kind: "texts"},
		"args": text, "startSsh": yes, "globalNetworking": yes, "registry": text,
	}
	if !older {
		gpu["minRamPerGpu"], gpu["minVcpuCountPerGpu"] = number, number
		fields["entrypoint"], fields["cmd"] = texts, texts
	}
	return shape{kind: "object", need: []string{"name"}, fields: fields}
}

// patchShape is a PATCH's body: what can be changed of a pod.
func patchShape(older bool) shape {
	all := createShape(older).fields
	fields := map[string]shape{}
	for _, name := range []string{"name", "image", "args", "entrypoint", "cmd", "env", "ports", "disk"} {
		if s, known := all[name]; known {
			fields[name] = s
		}
	}
	return shape{kind: "object", fields: fields}
}

var actionShape = shape{kind: "object", need: []string{"action"}, fields: map[string]shape{
	"action": {kind: "string", words: []string{"start", "stop", "restart", "terminate"}},
}}

// check decodes a body into out, unless it breaks the contract.
func check(body []byte, s shape, out any) []violation {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return []violation{{"", "the body is not JSON"}}
	}
	if list := s.check("", v); len(list) > 0 {
		return list
	}
	if err := json.Unmarshal(body, out); err != nil {
		return []violation{{"", err.Error()}}
	}
	return nil
}

func (s shape) check(path string, v any) []violation {
	wrong := func(format string, args ...any) []violation {
		return []violation{{path, fmt.Sprintf(format, args...)}}
	}
	switch s.kind {
	case "string":
		t, ok := v.(string)
		switch {
		case !ok:
			return wrong("must be a string")
		case float64(len(t)) < s.least:
			return wrong("must not be empty")
		case s.words != nil && !slices.Contains(s.words, t):
			return wrong("must be one of %v", s.words)
		case s.match != nil && !s.match.MatchString(t):
			return wrong("must match %s", s.match)
		}
	case "int":
		n, ok := v.(float64)
		if !ok || n != float64(int(n)) || n < s.least {
			return wrong("must be an integer of at least %v", s.least)
		}
	case "bool":
		if _, ok := v.(bool); !ok {
			return wrong("must be true or false")
		}
	case "texts":
		object, ok := v.(map[string]any)
		if !ok {
			return wrong("must be an object")
		}
		for _, t := range object {
			if _, ok := t.(string); !ok {
				return wrong("must have strings only")
			}
		}
	case "list":
		list, ok := v.([]any)
		if !ok {
			return wrong("must be a list")
		}
		if s.most > 0 && len(list) > s.most {
			return wrong("must have at most %d items", s.most)
		}
		var found []violation
		for i, item := range list {
			found = append(found, s.items.check(fmt.Sprintf("%s[%d]", path, i), item)...)
		}
		return found
	case "object":
		object, ok := v.(map[string]any)
		if !ok {
			return wrong("must be an object")
		}
		return s.checkFields(path, object)
	}
	return nil
}

func (s shape) checkFields(path string, object map[string]any) []violation {
	prefix := ""
	if path != "" {
		prefix = path + "."
	}
	var found []violation
	for _, name := range slices.Sorted(maps.Keys(object)) {
		field, known := s.fields[name]
		if !known {
			found = append(found, violation{prefix + name, "unknown field"})
			continue
		}
		found = append(found, field.check(prefix+name, object[name])...)
	}
	for _, name := range s.need {
		if _, there := object[name]; !there {
			found = append(found, violation{prefix + name, "required"})
		}
	}
	return found
}
