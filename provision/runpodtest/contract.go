package runpodtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// contractJSON has the schemas of bodies that clients send, under the names of the calls.
//
//go:embed contract.json
var contractJSON []byte

// contract is one version of them.
type contract map[string]*jsonschema.Schema

var (
	contractToday = newContract()
	// contractOlder is the one of Config.OlderBodies.
	contractOlder = newContract("entrypoint", "cmd", "minRamPerGpu", "minVcpuCountPerGpu")
)

// contract is what requests are held to now.
func (f *Fake) contract() contract {
	if f.get().OlderBodies {
		return contractOlder
	}
	return contractToday
}

// newContract compiles the schemas without some fields, wherever those stand. It panics: the
// schemas are this package's.
func newContract(without ...string) contract {
	const address = "contract.json"
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(contractJSON))
	if err != nil {
		panic(fmt.Sprintf("runpodtest: %s: %v", address, err))
	}
	leaveOut(root, without)
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(address, root); err != nil {
		panic(fmt.Sprintf("runpodtest: %v", err))
	}
	c := contract{}
	for _, call := range []string{"create", "patch", "action"} {
		c[call] = compiler.MustCompile(address + "#/$defs/" + call)
	}
	return c
}

// leaveOut removes fields from all objects of a schema.
func leaveOut(schema any, fields []string) {
	object, ok := schema.(map[string]any)
	if !ok {
		return
	}
	for name, inner := range object {
		if slices.Contains(fields, name) {
			delete(object, name)
			continue
		}
		leaveOut(inner, fields)
	}
}

// violation is one way in which a request breaks the contract.
type violation struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// decode decodes the body of a call into out, unless it breaks the contract.
func (c contract) decode(call string, body []byte, out any) []violation {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return []violation{{"", "the body is not JSON"}}
	}
	if invalid, is := errors.AsType[*jsonschema.ValidationError](c[call].Validate(v)); is {
		return violations(invalid)
	}
	if err := json.Unmarshal(body, out); err != nil {
		return []violation{{"", err.Error()}}
	}
	return nil
}

// violations are what is behind an error: one for each field.
func violations(e *jsonschema.ValidationError) (all []violation) {
	for _, cause := range e.Causes {
		all = append(all, violations(cause)...)
	}
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			all = append(all, violation{pathOf(append(e.InstanceLocation, name)), "unknown field"})
		}
	case *kind.Required:
		for _, name := range k.Missing {
			all = append(all, violation{pathOf(append(e.InstanceLocation, name)), "required"})
		}
	default:
		if len(e.Causes) == 0 {
			all = append(all, violation{pathOf(e.InstanceLocation), e.Error()})
		}
	}
	return all
}

// pathOf writes the way to a value: "mounts.network[0].path".
func pathOf(location []string) string {
	var path strings.Builder
	for _, step := range location {
		switch _, err := strconv.Atoi(step); {
		case err == nil:
			fmt.Fprintf(&path, "[%s]", step)
		case path.Len() > 0:
			path.WriteString("." + step)
		default:
			path.WriteString(step)
		}
	}
	return path.String()
}
