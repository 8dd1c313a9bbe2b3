package server_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"ocr-gateway/server"
)

// keyOf sends an API key with every request.
type keyOf string

func (k keyOf) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(k))
	return http.DefaultTransport.RoundTrip(r)
}

// session connects the official SDK's client.
func (a *api) session(key string) (*sdk.ClientSession, error) {
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil)
	return client.Connect(a.t.Context(), &sdk.StreamableClientTransport{
		Endpoint: a.base + "/mcp", HTTPClient: &http.Client{Transport: keyOf(key)}, DisableStandaloneSSE: true, MaxRetries: -1,
	}, nil)
}

// tool calls one, and gives its text and whether that is an error.
func tool(t *testing.T, s *sdk.ClientSession, name string, arguments map[string]any) (string, bool) {
	t.Helper()
	res, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var all []string
	for _, c := range res.Content {
		all = append(all, c.(*sdk.TextContent).Text)
	}
	return strings.Join(all, "\n"), res.IsError
}

func TestMCP(t *testing.T) {
	a := start(t, scripted(), withJobs(t), func(cfg *server.Config, _ *deps) { cfg.APIKeys = []string{"a key of the tests"} })
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	if _, err := a.session("another key"); err == nil {
		t.Error("a wrong key is taken")
	}
	s, err := a.session("a key of the tests")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	list, err := s.ListTools(t.Context(), nil)
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
	b64 := func(script string) string { return base64.StdEncoding.EncodeToString([]byte(script)) }
	for _, c := range []struct {
		name      string
		arguments map[string]any
		says      string
		failed    bool
	}{
		{"ocr_document", map[string]any{"content": b64("pages:2 fail:2"), "pages": "1-2"}, "**text of page 1**\n\n<!-- page 2 could not be read: page 2 failed -->", false},
		{"ocr_document", map[string]any{"content": "data:application/pdf;base64," + b64("pages:2 fail:2"), "format": "text"}, "text of page 1\n\n[not read: page 2: page 2 failed]", false},
		{"ocr_image", map[string]any{"content": b64("pages:1")}, "text of page 1", false},
		{"ocr_image", map[string]any{"content": b64("pages:1"), "task": "table"}, "**text of page 1**", false},
		{"extract", map[string]any{"content": b64("pages:1"), "schema": map[string]any{"name": ""}}, `"method":`, false},
		{"ocr_document", map[string]any{"content": b64("error:unreadable_document")}, "unreadable_document: scripted unreadable_document", true},
		{"ocr_document", map[string]any{"content": "%%"}, "is not base64", true},
		{"ocr_document", map[string]any{"content": "https://example.org/a.pdf"}, "fetches nothing", true},
		{"ocr_document", map[string]any{"content": b64("x"), "format": "doc"}, "markdown or text", true},
		{"ocr_image", map[string]any{"content": b64("x"), "task": "sing"}, "no task", true},
		{"get_job", map[string]any{"id": "none"}, "no such job", true},
	} {
		if got, failed := tool(t, s, c.name, c.arguments); !strings.Contains(got, c.says) || failed != c.failed {
			t.Errorf("%s %v gives %q, failed %t; want %q, %t", c.name, c.arguments, got, failed, c.says, c.failed)
		}
	}
}

// TestMCPJob: a job that has ended is given by its id.
func TestMCPJob(t *testing.T) {
	a := start(t, scripted(), withJobs(t))
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	s, err := a.session("")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got, failed := tool(t, s, "get_job", map[string]any{"id": a.endedJob("pages:2")}); got != "**text of page 1**\n\n**text of page 2**" || failed {
		t.Errorf("gives %q, failed %t", got, failed)
	}
}

func TestMCPMessages(t *testing.T) {
	a := start(t, scripted())
	a.doUnchecked(a.request("POST", "/mcp", "application/json", []byte("no JSON"))).says(400, "")
	large := a.doUnchecked(a.request("POST", "/mcp", "application/json", make([]byte, 5<<20)))
	if large.status != 400 && large.status != 413 {
		t.Errorf("a message of zeros gives %d %.100s", large.status, large.body)
	}
	keyedOne := start(t, scripted(), keyed)
	keyedOne.postJSON("/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`).says(401, `{"jsonrpc":"2.0","id":null,"error":{"code":-32000,`)
}
