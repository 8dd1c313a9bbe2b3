package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ocr-gateway/document"
	"ocr-gateway/format"
	"ocr-gateway/internal/app"
)

// ocrJob is one call of `ocr-gateway ocr`.
type ocrJob struct {
	app    *app.App
	opts   document.Options
	format format.Format
	outDir string // empty: to stdout
	stdout io.Writer
}

func newOCR() *cobra.Command {
	var outDir, name, pages, task, password, tables, images, layer string
	var dpi int
	var headers, join bool
	cmd := &cobra.Command{
		Use:   "ocr FILE…",
		Short: "Read documents without a server",
		Long:  "Read documents without a server. The exit code is 1 when any page failed.",
		Example: `  ocr-gateway ocr scan.pdf
  ocr-gateway ocr *.pdf -o texts --format json`,
		Args: cobra.MinimumNArgs(1),
	}
	settings := addSettings(cmd)
	cmd.Flags().StringVarP(&outDir, "output", "o", "", "folder to write one file per document to (default: standard output)")
	cmd.Flags().StringVar(&name, "format", "md", "md, txt, json or ndjson")
	cmd.Flags().StringVar(&pages, "pages", "", `pages such as "1-5,8", "-3", "7-" or "r2-r1"`)
	cmd.Flags().StringVar(&task, "task", string(document.TaskDocument), "document, text, table or formula")
	cmd.Flags().StringVar(&password, "password", "", "password of encrypted PDFs")
	cmd.Flags().IntVar(&dpi, "dpi", 0, "resolution of PDF pages (default: setting raster.dpi)")
	cmd.Flags().BoolVar(&headers, "include-headers", false, "keep running heads, footers and page numbers in the Markdown")
	cmd.Flags().StringVar(&tables, "table-format", string(document.TableHTML), "tables in the Markdown: html, or markdown where that loses nothing")
	cmd.Flags().StringVar(&images, "images", string(document.ImagesNone), "images on the pages: none, inline (as data URIs), or ref (as files beside the Markdown, within JSON)")
	cmd.Flags().StringVar(&layer, "text-layer", "", "the text that PDFs bring with them: off, or verified to take what has been checked glyph by glyph (default: setting pipeline.text_layer)")
	cmd.Flags().BoolVar(&join, "join-tables", false, "join tables that continue over a page break")
	cmd.RunE = func(cmd *cobra.Command, files []string) error {
		pageRange, err := document.ParsePageRange(pages)
		if err != nil {
			return fmt.Errorf("--pages: %w", err)
		}
		f, err := formatNamed(name)
		if err != nil {
			return err
		}
		opts := document.Options{
			Task: document.Task(task), Pages: pageRange, Password: password, DPI: dpi, IncludeHeaders: headers,
			TableFormat: document.TableFormat(tables), Images: document.Images(images), JoinTables: join,
			TextLayer: document.TextLayer(layer),
		}
		if err := errors.Join(
			oneOf("--table-format", opts.TableFormat, document.TableFormats),
			oneOf("--images", opts.Images, document.AllImages),
			oneOf("--text-layer", opts.TextLayer, append(document.TextLayers, ""))); err != nil {
			return err
		}
		if opts.Images == document.ImagesRef && f.Extension == ".md" && outDir == "" {
			return errors.New("--images: ref writes files: name their folder with --output, or use --images inline or --format json")
		}
		cfg, err := settings.load()
		if err != nil {
			return err
		}
		if !cmd.Flags().Changed("log-level") {
			cfg.Log.Level = "error" // failures are told by the command itself
		}
		log, err := newLogger(cfg.Log)
		if err != nil {
			return err
		}
		a, err := app.New(cfg, version, log)
		if err != nil {
			return err
		}
		defer a.Close()
		opts.Layout = cfg.Layout.Enabled
		job := ocrJob{app: a, opts: opts, format: f, outDir: outDir, stdout: cmd.OutOrStdout()}
		return job.run(cmd.Context(), files)
	}
	return cmd
}

func formatNamed(name string) (format.Format, error) {
	var known []string
	for _, f := range format.All() {
		if f.Name == name {
			return f, nil
		}
		known = append(known, f.Name)
	}
	return format.Format{}, fmt.Errorf("--format: %q is not one of %s", name, strings.Join(known, ", "))
}

func oneOf[T ~string](flag string, value T, known []T) error {
	if slices.Contains(known, value) {
		return nil
	}
	var names []string
	for _, k := range known {
		names = append(names, string(k))
	}
	return fmt.Errorf("%s: %q is not one of %s", flag, value, strings.Join(names, ", "))
}

// run reads the files one after the other; a bad one does not stop the rest.
func (j ocrJob) run(ctx context.Context, files []string) error {
	if j.outDir != "" {
		if err := os.MkdirAll(j.outDir, 0o777); err != nil {
			return fmt.Errorf("--output: %w", err)
		}
	}
	bar := newProgress()
	failed := false
	for _, file := range files {
		if err := j.file(ctx, file, bar); err != nil {
			failed = true
			bar.say("%s: %v", file, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	bar.close()
	if failed {
		return exitError{code: exitFailed}
	}
	return nil
}

// file reads one document and writes it, also when some of its pages failed.
func (j ocrJob) file(ctx context.Context, name string, bar *progress) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	src, err := document.ReadSource(filepath.Base(name), f, j.app.MaxUpload(), "")
	if err != nil {
		return plain(err)
	}
	defer src.Close()
	opts := j.opts
	opts.ImagePrefix = filepath.Base(name) + "-" // the images of all files lie in one folder
	var pages document.Collector
	result, err := j.app.Pipeline.Run(ctx, src, opts, func(e document.Event) {
		pages.Add(e)
		bar.event(filepath.Base(name), e)
	})
	if result == nil {
		return plain(err)
	}
	pages.Complete(result, func(pages []document.PageResult) { j.app.Pipeline.Join(pages, opts) })
	if notice := result.Summary.Notice; notice != "" {
		bar.say("%s: %s", name, notice)
	}
	if werr := j.write(name, result); werr != nil {
		return werr
	}
	if err != nil {
		return plain(err)
	}
	return complaint(result)
}

func (j ocrJob) write(name string, result *document.Result) error {
	if j.outDir == "" {
		return j.format.Encode(j.stdout, result)
	}
	if j.format.Extension == ".md" {
		if err := j.writeImages(result); err != nil {
			return err
		}
	}
	// The extension stays in the name, so that a.pdf and a.png do not meet.
	out, err := os.Create(filepath.Join(j.outDir, filepath.Base(name)+j.format.Extension))
	if err != nil {
		return err
	}
	if err := j.format.Encode(out, result); err != nil {
		out.Close()
		return fmt.Errorf("write %s: %w", out.Name(), err)
	}
	return out.Close()
}

// writeImages writes the images that the Markdown names.
func (j ocrJob) writeImages(result *document.Result) error {
	for _, page := range result.Pages {
		for name, data := range page.Images {
			if err := os.WriteFile(filepath.Join(j.outDir, name), data, 0o666); err != nil {
				return err
			}
		}
	}
	return nil
}

// complaint lists the pages that are not complete; nil when all are.
func complaint(r *document.Result) error {
	if r.Status == document.StatusOK {
		return nil
	}
	var errs []error
	for _, p := range r.Pages {
		switch {
		case p.Error != nil:
			errs = append(errs, fmt.Errorf("page %d: %s", p.Number, p.Error.Detail))
		case p.Status == document.StatusPartial:
			errs = append(errs, fmt.Errorf("page %d is incomplete", p.Number))
		}
	}
	return errors.Join(errs...)
}

// plain shows a problem the way it is meant for people.
func plain(err error) error {
	if p, ok := errors.AsType[*document.Problem](err); ok {
		return errors.New(p.Detail)
	}
	return err
}
