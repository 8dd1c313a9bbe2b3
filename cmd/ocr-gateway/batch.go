package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"ocr-gateway/batch"
	"ocr-gateway/client"
	"ocr-gateway/internal/app"
)

// batchJob is one call of `ocr-gateway batch`.
type batchJob struct {
	cfg    batch.Config
	url    string
	schema string // file
	asJSON bool
}

func newBatch() *cobra.Command {
	job := batchJob{cfg: batch.DefaultConfig(), url: "http://127.0.0.1:8007"}
	cmd := &cobra.Command{
		Use:   "batch DIR|FILE|GLOB|MANIFEST.jsonl|s3://BUCKET/PREFIX…",
		Short: "Have a running server read thousands of documents as jobs",
		Long: `Have a running server read thousands of documents as jobs.

Results are written beside each document, or with --out into a folder or bucket. What ends the program, the server or the machine
between costs nothing: run the same command again, and it goes on where it ended, without sending or reading anything twice.
A manifest has a line {"path": "a.pdf", "out": "first/a", "options": {"pages": "1-3"}} for each document; only path is needed.
The API key, where the server wants one, is taken from the variable ` + envAPIKey + `. Buckets are reached as by the AWS tools:
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL.

Exit codes: 0 all was read; 1 something was not, or the run has ended before; 2 flags, arguments or inputs are wrong.`,
		Example: `  ocr-gateway batch scans --out texts
  ocr-gateway batch s3://archive/2024 --out s3://archive/texts --format md,json --parallel 32 --price 2.39
  ocr-gateway batch invoices.jsonl --out fields --schema invoice.json`,
	}
	job.addFlags(cmd)
	cmd.RunE = job.run
	return cmd
}

func (b *batchJob) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&b.url, "url", b.url, "the server")
	flags.StringVarP(&b.cfg.Out, "out", "o", "", "folder or s3://BUCKET/PREFIX for the results; empty: beside each document")
	flags.StringSliceVar(&b.cfg.Formats, "format", b.cfg.Formats, "formats of the results, as /api/info lists them")
	flags.StringToStringVar(&b.cfg.Options, "field", nil, "option of all documents, such as pages=1-5; a manifest's go before them")
	flags.StringVar(&b.schema, "schema", "", "file with a JSON example or JSON Schema: extract these fields; the results are JSON")
	flags.IntVarP(&b.cfg.Parallel, "parallel", "c", b.cfg.Parallel, "documents in work at once")
	flags.DurationVar(&b.cfg.RetryFor, "retry-for", b.cfg.RetryFor, "how long a server is waited for that is full or does not answer")
	flags.BoolVar(&b.cfg.RetryFailed, "retry-failed", false, "read again what was not, or not wholly, read before")
	flags.StringVar(&b.cfg.State, "state", "", "file that remembers what is done (default: .ocr-gateway-batch.jsonl in the --out folder, or here)")
	flags.Float64Var(&b.cfg.Price, "price", 0, "price of the server's machines in dollars an hour: report what it has cost")
	flags.BoolVar(&b.asJSON, "json", false, "print the report as JSON")
}

func (b *batchJob) run(cmd *cobra.Command, inputs []string) error {
	b.cfg.Inputs = inputs
	if err := b.fields(cmd); err != nil {
		return err
	}
	if err := b.cfg.Validate(); err != nil {
		return err
	}
	key := os.Getenv(envAPIKey)
	if key != "" && app.InClear(b.url) {
		fmt.Fprintln(cmd.ErrOrStderr(), "warning: "+b.url+" has no TLS: whoever is on the way reads the API key")
	}
	gateway, err := client.New(b.url, key, nil)
	if err != nil {
		return err
	}
	bars := newBatchBars()
	report, err := batch.Run(cmd.Context(), b.cfg, gateway, bars.tell)
	bars.close()
	if err != nil && report.Files == 0 { // it has not begun
		return exitError{exitUsage, err}
	}
	if werr := b.print(cmd.OutOrStdout(), report); werr != nil {
		return exitError{exitFailed, werr}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return exitError{exitFailed, errors.New("interrupted: the same command goes on from here")}
	case err != nil:
		return exitError{exitFailed, fmt.Errorf("%w\nThe same command goes on from here", err)}
	case report.Failed+report.Partial > 0:
		return exitError{exitFailed, nil}
	}
	return nil
}

// fields reads the schema, whose results come in one format only.
func (b *batchJob) fields(cmd *cobra.Command) error {
	if b.schema == "" {
		return nil
	}
	text, err := os.ReadFile(b.schema)
	if err != nil {
		return fmt.Errorf("--schema: %w", err)
	}
	if cmd.Flags().Changed("format") {
		return errors.New("--schema and --format: fields are written as JSON")
	}
	b.cfg.Formats = []string{"json"}
	if b.cfg.Options == nil {
		b.cfg.Options = map[string]string{}
	}
	b.cfg.Options["schema"] = string(text)
	return nil
}

func (b *batchJob) print(w io.Writer, r batch.Report) error {
	if b.asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	return r.Write(w)
}

// batchBars shows documents and pages on a terminal; elsewhere nothing.
type batchBars struct {
	all          *mpb.Progress
	files, pages *mpb.Bar
}

func newBatchBars() *batchBars {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return &batchBars{}
	}
	all := mpb.New(mpb.WithOutput(os.Stderr), mpb.WithRefreshRate(200*time.Millisecond))
	bar := func(what string, more ...decor.Decorator) *mpb.Bar {
		return all.AddBar(0, mpb.PrependDecorators(decor.Name(what, decor.WCSyncSpaceR), decor.CountersNoUnit("%d/%d", decor.WCSyncSpace)), mpb.AppendDecorators(more...))
	}
	return &batchBars{all, bar("documents", decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO), "")), bar("pages", decor.AverageSpeed(0, "%.1f pages/s"))}
}

func (b *batchBars) tell(p batch.Progress) {
	if b.all == nil {
		return
	}
	b.files.SetTotal(int64(p.Files), false)
	b.files.SetCurrent(int64(p.FilesDone))
	b.pages.SetTotal(int64(p.Pages), false)
	b.pages.SetCurrent(int64(p.PagesDone))
}

func (b *batchBars) close() {
	if b.all == nil {
		return
	}
	b.files.SetTotal(-1, true)
	b.pages.SetTotal(-1, true)
	b.all.Wait()
}
