// Package service is what callers may ask for, whatever the transport: options by name, parsed and
// checked; documents read within limits and deadlines, one or many; and the verdict on a document
// as a whole. It knows nothing of HTTP. Errors are *document.Problem.
package service

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"sync"

	"ocr-gateway/document"
	"ocr-gateway/service/admission"
)

// Pipeline turns a source into accounted pages.
type Pipeline interface {
	// Run calls emit for every event, one at a time, in order, and returns when the document is
	// done. Pages come through emit only: the Result has neither Pages nor Markdown. The error is a
	// *document.Problem when the document could not be opened at all or ctx ended; in the latter
	// case the Result, where there is one, accounts for what was read.
	Run(ctx context.Context, src *document.Source, opts document.Options, emit func(document.Event)) (*document.Result, error)
	// Join joins what continues over page breaks, where opts ask for it. The pages are all those of
	// a document, in order.
	Join(pages []document.PageResult, opts document.Options)
}

// Format is a way to write documents.
type Format struct {
	Name      string // as in the options "format" and "formats": md, hocr, …
	MediaType string
	Extension string // of files, with the dot
	// Boxes and Images are what it needs unless the options say otherwise.
	Boxes  document.Boxes
	Images document.Images
	// Words says that it is useless without the boxes of words, whatever the options say.
	Words bool
	// Encode writes a document. The error is a *document.Problem where the document cannot be
	// written in this format.
	Encode func(ctx context.Context, w io.Writer, r Reading) error
}

// Reading is a document that was read completely. Its source is still open.
type Reading struct {
	Source  *document.Source
	Options document.Options
	Result  *document.Result
}

// Fields are what a caller wants to extract from a document.
type Fields interface {
	// Question is what the engine is asked about each page, if it can answer.
	Question() *document.Question
	// Extract finds the fields in a document that was read with the question; the error is a
	// *document.Problem when no page could be searched.
	Extract(res *document.Result) (*document.Extraction, error)
}

// Parts are what a Service works with.
type Parts struct {
	Pipeline Pipeline
	Formats  []Format
	// Fields reads a schema; the error is a *document.Problem.
	Fields func(schema string) (Fields, error)
	Layout bool // the default of the option enable_layout
}

// Service answers callers. It is safe for concurrent use.
type Service struct {
	// Admission lets requests in. Work without a ticket is not counted there, but its pages are.
	Admission *admission.Control

	cfg   Config
	parts Parts
	log   *slog.Logger

	mu     sync.Mutex
	pages  map[document.Status]int64
	layers document.LayerCounts
	used   document.Usage
}

// New builds a service; it needs no closing.
func New(cfg Config, parts Parts, log *slog.Logger) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if parts.Pipeline == nil {
		return nil, errors.New("service: Pipeline is required")
	}
	return &Service{
		Admission: admission.New(cfg.Config), cfg: cfg, parts: parts, log: log, pages: map[document.Status]int64{},
	}, nil
}

// Formats lists what results can be written as.
func (s *Service) Formats() []Format { return s.parts.Formats }

// Pages returns how many pages are done so far, by outcome.
func (s *Service) Pages() map[document.Status]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.pages)
}

// Layers returns what became of PDFs' own text so far.
func (s *Service) Layers() document.LayerCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.layers
}

// Used is what all pages so far have cost.
func (s *Service) Used() document.Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

func (s *Service) count(page *document.PageResult) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[page.Status]++
	s.layers = *s.layers.Plus(page.TextLayer)
	s.used.Add(page.Usage)
}
