package server

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"go.yaml.in/yaml/v3"
)

//go:embed openapi.yaml
var contract []byte

//go:embed docs.html
var docsTemplate string

// openAPI serves the contract.
func openAPI(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/yaml", contract)
}

// operation is what the page shows of one route.
type operation struct {
	Method, Path, Summary, Description string
}

// docsPage renders the contract once, without scripts or anything from
// elsewhere.
func (s *Server) docsPage() (echo.HandlerFunc, error) {
	var doc struct {
		Info struct {
			Title, Description string
		}
		Paths yaml.Node // a node keeps the order of the file
	}
	if err := yaml.Unmarshal(contract, &doc); err != nil {
		return nil, fmt.Errorf("server: contract: %w", err)
	}
	var ops []operation
	for i := 0; i+1 < len(doc.Paths.Content); i += 2 {
		methods := doc.Paths.Content[i+1].Content
		for j := 0; j+1 < len(methods); j += 2 {
			op := operation{Method: strings.ToUpper(methods[j].Value), Path: doc.Paths.Content[i].Value}
			var text struct{ Summary, Description string }
			if err := methods[j+1].Decode(&text); err != nil {
				return nil, fmt.Errorf("server: contract: %s: %w", op.Path, err)
			}
			op.Summary, op.Description = text.Summary, text.Description
			ops = append(ops, op)
		}
	}
	page, err := template.New("docs").Parse(docsTemplate)
	if err != nil {
		return nil, fmt.Errorf("server: docs page: %w", err)
	}
	var buf bytes.Buffer
	if err := page.Execute(&buf, map[string]any{
		"Title": doc.Info.Title, "Description": doc.Info.Description, "Version": s.deps.Version,
		"Operations": ops, "Contract": string(contract),
	}); err != nil {
		return nil, fmt.Errorf("server: docs page: %w", err)
	}
	return func(c echo.Context) error {
		c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		return c.HTMLBlob(http.StatusOK, buf.Bytes())
	}, nil
}
