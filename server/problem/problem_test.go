package problem_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ocr-gateway/document"
	"ocr-gateway/server/problem"
	"ocr-gateway/service"
)

func file(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// section is what of a text lies between two of its lines.
func section(t *testing.T, text, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, from)
	found, _, closed := strings.Cut(rest, to)
	if !ok || !closed {
		t.Fatalf("no part from %q to %q", from, to)
	}
	return found
}

var (
	codeInTable = regexp.MustCompile("`([a-z_]+)`")
	codeInList  = regexp.MustCompile(`(?m)^            - ([a-z_]+)$`)
	declared    = regexp.MustCompile(`Code = "([a-z_]+)"`)
)

func found(in *regexp.Regexp, text string) []string {
	var all []string
	for _, m := range in.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestCodesAreOneTable: code, contract and docs name the same codes, and docs the same
// statuses.
func TestCodesAreOneTable(t *testing.T) {
	statuses := problem.Statuses()
	var codes []string
	for code := range statuses {
		codes = append(codes, string(code))
	}
	slices.Sort(codes)
	contract := section(t, section(t, file(t, "../openapi.yaml"), "additionalProperties: false\n    Problem:\n", "\n    Component:"), "enum:", "retryable:")
	if got := found(codeInList, contract); !slices.Equal(got, codes) {
		t.Errorf("openapi.yaml has the codes %v, the server %v", got, codes)
	}
	docs := section(t, file(t, "../../docs/api.md"), "| status | codes |", "\n\n")
	listed := map[string]string{}
	for line := range strings.Lines(docs) {
		cells := strings.Split(line, "|")
		for _, code := range found(codeInTable, line) {
			listed[code] = cells[1]
		}
	}
	listed[string(document.CodeCanceled)] = "499" // which nobody is there to read
	if got := slices.Sorted(maps.Keys(listed)); !slices.Equal(got, codes) {
		t.Errorf("docs/api.md has the codes %v, the server %v", got, codes)
	}
	for code, status := range statuses {
		if got := problem.Status(code); !strings.Contains(listed[string(code)], strconv.Itoa(got)) || got != status {
			t.Errorf("%s: docs/api.md says %s, the server %d", code, listed[string(code)], status)
		}
	}
}

// TestEveryCodeIsARequestsOrAPages: what is declared ends requests or pages, and docs say which.
func TestEveryCodeIsARequestsOrAPages(t *testing.T) {
	pages := found(codeInTable, section(t, file(t, "../../docs/api.md"), "Pages and regions have more codes", "No request ends"))
	statuses := problem.Statuses()
	for _, code := range found(declared, file(t, "../../document/problem.go")) {
		_, ends := statuses[document.Code(code)]
		if ends == slices.Contains(pages, code) {
			t.Errorf("%s: ends requests %v, and docs/api.md lists it for pages %v", code, ends, !ends)
		}
		of := service.Problem(document.Problemf(document.Code(code), document.PhaseRecognize, "why"))
		if kept := of.Code == document.Code(code); kept != ends {
			t.Errorf("%s: ends requests %v, and the service lets it %v", code, ends, kept)
		}
	}
}
