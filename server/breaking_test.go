package server_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// released is the contract as it was released last. A release writes it anew.
const released = "testdata/contract-released.yaml"

// severities are what is no break here: answers may get values that clients do not know yet,
// such as codes of problems.
const severities = "response-property-enum-value-added INFO\n"

// breaks has oasdiff compare a contract with the one that was released.
func breaks(t *testing.T, contract string) (report string, found bool) {
	t.Helper()
	const tool = "../build/oasdiff/oasdiff"
	if _, err := os.Stat(tool); err != nil {
		t.Skip("oasdiff is missing: run `make oasdiff`")
	}
	levels := filepath.Join(t.TempDir(), "severities")
	if err := os.WriteFile(levels, []byte(severities), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tool, "breaking", "--fail-on", "ERR", "--severity-levels", levels, released, contract).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 {
		return string(out), true
	}
	if err != nil {
		t.Fatalf("oasdiff: %v\n%s", err, out)
	}
	return string(out), false
}

// TestContractBreaksNothing that clients of the last release rely on.
func TestContractBreaksNothing(t *testing.T) {
	if report, found := breaks(t, "openapi.yaml"); found {
		t.Errorf("clients of the last release break:\n%s", report)
	}
}

// TestBreaksAreFound proves that the test before can fail.
func TestBreaksAreFound(t *testing.T) {
	contract, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"a route is gone":  {"\n  /api/ocr/extract:\n", "\n  /api/ocr/extracted:\n"},
		"a member is gone": {"        markdown: {type: string", "        marked: {type: string"},
		"a value is gone":  {"enum: [text, table, formula, document]", "enum: [text, table, document]"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := bytes.ReplaceAll(contract, []byte(change[0]), []byte(change[1]))
			if bytes.Equal(changed, contract) {
				t.Fatalf("the contract has no %q", change[0])
			}
			file := filepath.Join(t.TempDir(), "openapi.yaml")
			if err := os.WriteFile(file, changed, 0o600); err != nil {
				t.Fatal(err)
			}
			if report, found := breaks(t, file); !found {
				t.Errorf("is not found:\n%s", report)
			}
		})
	}
}
