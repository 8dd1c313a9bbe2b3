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
	"ocr-gateway/internal/app"
	"ocr-gateway/service"
)

// ocrJob is one call of `ocr-gateway ocr`.
type ocrJob struct {
	service  *service.Service
	opts     service.Options
	maxBytes int64 // of a file
	format   service.Format
	outDir   string // empty: to stdout
	stdout   io.Writer
}

// asked is what can be asked of a file: each option has a flag of its name, with dashes.
var asked = service.Kind{
	Task:    document.TaskDocument,
	Options: []string{"task", "pages", "password", "dpi", "include_headers", "table_format", "images", "boxes", "join_tables", "text_layer"},
}

func newOCR() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ocr FILE…",
		Short: "Read documents without a server",
		Long:  "Read documents without a server. The exit code is 1 when any page failed.",
		Example: `  ocr-gateway ocr scan.pdf
  ocr-gateway ocr *.pdf -o texts --format json`,
		Args: cobra.MinimumNArgs(1),
	}
	settings := addSettings(cmd)
	var flags ocrFlags
	flags.add(cmd)
	cmd.RunE = func(cmd *cobra.Command, files []string) error {
		job, err := flags.job(cmd)
		if err != nil {
			return err
		}
		cfg, err := settings.load()
		if err != nil {
			return err
		}
		if !cmd.Flags().Changed("log-level") {
			cfg.Log.Level = "error" // failures are told by the command itself
		}
		cfg.Raster.Spares = min(cfg.Raster.Spares, 1) // files come one after the other
		a, err := openApp(cfg)
		if err != nil {
			return err
		}
		defer a.Close()
		job.service, job.maxBytes, job.opts.Layout = a.Service, cfg.Server.MaxUploadBytes, cfg.Layout.Enabled
		for _, f := range a.Service.Formats() {
			if f.Name == flags.format {
				job.format = f
			}
		}
		job.opts.Use(job.format)
		return job.run(cmd.Context(), files)
	}
	return cmd
}

// ocrFlags are those flags of `ocr-gateway ocr` that are neither settings nor options
// of the reading.
type ocrFlags struct{ output, format string }

func (o *ocrFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&o.output, "output", "o", "-", "folder to write one file per document to; - is standard output")
	flags.StringVar(&o.format, "format", "md", strings.Join(app.FormatNames(), ", "))
	flags.String("pages", "", `pages such as "1-5,8", "-3", "7-" or "r2-r1"`)
	flags.String("task", string(document.TaskDocument), "document, text, table or formula")
	flags.String("password", "", "password of encrypted PDFs")
	flags.Int("dpi", 0, "resolution of PDF pages (default: setting raster.dpi)")
	flags.Bool("include-headers", false, "keep running heads, footers and page numbers in the Markdown")
	flags.String("table-format", string(document.TableHTML), "tables in the Markdown: html, or markdown where that loses nothing")
	flags.String("images", string(document.ImagesNone), "images on the pages: none, inline (as data URIs), or ref (as files beside the Markdown, within JSON)")
	flags.String("boxes", string(document.BoxesLine), "how finely JSON tells where text stands: region, line or word")
	flags.String("text-layer", "", "the text that PDFs bring with them: off, or verified to take what has been checked glyph by glyph (default: setting pipeline.text_layer)")
	flags.Bool("join-tables", false, "join tables that continue over a page break")
}

// job is what the flags ask for. What reads it is still missing.
func (o *ocrFlags) job(cmd *cobra.Command) (job ocrJob, err error) {
	job.stdout = cmd.OutOrStdout()
	if o.output != "-" {
		job.outDir = o.output
	}
	if job.opts, err = askedFor(cmd); err != nil {
		return ocrJob{}, err
	}
	if known := app.FormatNames(); !slices.Contains(known, o.format) {
		return ocrJob{}, fmt.Errorf("--format: %q is not one of %s", o.format, strings.Join(known, ", "))
	}
	if job.opts.Images == document.ImagesRef && o.format == "md" && job.outDir == "" {
		return ocrJob{}, errors.New("--images: ref writes files: name their folder with --output, or use --images inline or --format json")
	}
	return job, nil
}

// askedFor reads the options that flags were given for; errors name the flags.
func askedFor(cmd *cobra.Command) (service.Options, error) {
	values := map[string]string{}
	for _, option := range asked.Options {
		if f := cmd.Flags().Lookup(flagOf(option)); f.Changed {
			values[option] = f.Value.String()
		}
	}
	opts, err := service.Rules{}.Parse(asked, values)
	p, ok := errors.AsType[*document.Problem](err)
	if !ok {
		return opts, err
	}
	var wrong []error
	for _, part := range p.Parts {
		wrong = append(wrong, fmt.Errorf("--%s: %s", flagOf(part.Field), part.Detail))
	}
	return opts, errors.Join(wrong...)
}

func flagOf(option string) string { return strings.ReplaceAll(option, "_", "-") }

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
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return errors.New("it is a folder: name its files, or read all of it by `ocr-gateway batch`")
	}
	src, err := document.ReadSource(filepath.Base(name), f, j.maxBytes, "")
	if err != nil {
		return plain(err)
	}
	defer src.Close()
	opts := j.opts
	opts.ImagePrefix = filepath.Base(name) + "-" // the images of all files lie in one folder
	result, err := j.service.Read(ctx, src, opts, func(e document.Event) { bar.event(filepath.Base(name), e) })
	if result == nil {
		return plain(err)
	}
	if notice := result.Summary.Notice; notice != "" {
		bar.say("%s: %s", name, notice)
	}
	if werr := j.write(ctx, name, service.Reading{Source: src, Options: opts.Options, Result: result}); werr != nil {
		return plain(werr)
	}
	if p, ok := errors.AsType[*document.Problem](err); ok && len(p.Parts) == 0 {
		return plain(err)
	}
	return complaint(result)
}

func (j ocrJob) write(ctx context.Context, name string, read service.Reading) error {
	if j.outDir == "" {
		return j.format.Encode(ctx, j.stdout, read)
	}
	if j.format.Name == "md" {
		if err := j.writeImages(read.Result); err != nil {
			return err
		}
	}
	// The extension stays in the name, so that a.pdf and a.png do not meet.
	out, err := os.Create(filepath.Join(j.outDir, filepath.Base(name)+j.format.Extension))
	if err != nil {
		return err
	}
	if err := j.format.Encode(ctx, out, read); err != nil {
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
