package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"runtime"
	"strings"

	"ocr-gateway/release/bill"
)

// Types of what is said of an image.
const (
	typeStatement  = "https://in-toto.io/Statement/v1"
	typeBill       = "https://cyclonedx.org/bom"
	typeProvenance = "https://slsa.dev/provenance/v1"
)

// statement is what in-toto says of an image. Nothing here signs it.
type statement struct {
	Type          string    `json:"_type"`
	Subject       []subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     any       `json:"predicate"`
}

type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// materials are the parts of an image and the bill of them.
func materials(p parts, cache string) ([]bill.Part, []byte, error) {
	all, err := bill.Modules(p.program, cache)
	if err != nil {
		return nil, nil, err
	}
	for _, more := range []func() ([]bill.Part, error){
		func() ([]bill.Part, error) { return bill.Fetched(".", p.arch) },
		func() ([]bill.Part, error) { return bill.Distribution(p.base) },
		func() ([]bill.Part, error) { return bill.Python(p.python) },
	} {
		found, err := more()
		if err != nil {
			return nil, nil, err
		}
		all = append(all, found...)
	}
	var out bytes.Buffer
	err = bill.Write(&out, p.version, all)
	return all, out.Bytes(), err
}

// provenance says from what, and how, an image was made: the commit, the command and the parts.
// It is no more to be trusted than the machine that it was written on.
func provenance(p parts, all []bill.Part) map[string]any {
	dependencies := []map[string]any{{"uri": "urn:ocr-gateway:source", "digest": map[string]string{"gitCommit": gitHead()}}}
	for _, part := range all {
		d := map[string]any{"uri": part.URL}
		if part.SHA256 != "" {
			d["digest"] = map[string]string{"sha256": part.SHA256}
		}
		dependencies = append(dependencies, d)
	}
	return map[string]any{
		"buildDefinition": map[string]any{
			"buildType":            "urn:ocr-gateway:make-image",
			"externalParameters":   map[string]any{"version": p.version, "platform": "linux/" + p.arch},
			"resolvedDependencies": dependencies,
		},
		"runDetails": map[string]any{
			"builder": map[string]any{"id": "urn:ocr-gateway:some-machine:linux-" + runtime.GOARCH, "version": map[string]string{"go": runtime.Version()}},
		},
	}
}

// gitHead is the commit that is checked out, or empty.
func gitHead() string {
	out, _ := exec.Command("git", "rev-parse", "HEAD").Output() // none in a source tarball
	return strings.TrimSpace(string(out))
}

// encode writes a statement.
func (s statement) encode() ([]byte, error) { return json.MarshalIndent(s, "", "  ") }
