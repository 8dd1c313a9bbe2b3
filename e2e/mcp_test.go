package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"ocr-gateway/e2e/program"
)

// TestToolsOverPipes has the official SDK's client start the program, as desktop programs do.
func TestToolsOverPipes(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"sample.pdf", "sample.png"} {
		data, err := os.ReadFile(testdata + name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "bad.pdf"), []byte("%PDF-1.7\nnothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	ours := program.Command(t, "mcp", dir)
	cmd := exec.Command(ours.Path, ours.Args[1:]...)
	cmd.Env, cmd.Dir, cmd.Stderr = ours.Env, ours.Dir, os.Stderr
	session, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), &sdk.CommandTransport{Command: cmd}, nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range list.Tools {
		names = append(names, tool.Name)
	}
	if want := []string{"extract", "get_job", "ocr_document", "ocr_image"}; !slices.Equal(names, want) {
		t.Errorf("tools are %v, want %v", names, want)
	}
	outside, err := filepath.Abs(testdata + "sample-scan.pdf")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		tool      string
		arguments map[string]any
		says      string
		failed    bool
	}{
		{"ocr_document", map[string]any{"path": filepath.Join(dir, "sample.pdf"), "pages": "2"}, "|", false},
		{"ocr_image", map[string]any{"path": "sample.png"}, "", false},
		{"extract", map[string]any{"path": "sample.pdf", "schema": map[string]any{"date": ""}, "pages": "1"}, `"method":`, false},
		{"ocr_document", map[string]any{"path": "bad.pdf"}, "unreadable_document", true},
		{"ocr_document", map[string]any{"path": outside}, "outside of the folders", true},
		{"ocr_document", map[string]any{"content": "JVBERi0="}, "unexpected additional properties", true},
		{"get_job", map[string]any{"id": "none"}, "no such job", true},
	} {
		res, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: c.tool, Arguments: c.arguments})
		var said string
		switch {
		case err != nil:
			said = err.Error()
		case len(res.Content) == 1:
			said = res.Content[0].(*sdk.TextContent).Text
		}
		if failed := err != nil || res.IsError; failed != c.failed || !strings.Contains(said, c.says) || said == "" {
			t.Errorf("%s %v gives %q, failed %t; want %q, %t", c.tool, c.arguments, said, failed, c.says, c.failed)
		}
	}
	if err := session.Close(); err != nil {
		t.Errorf("the program ends with %v", err)
	}
}
