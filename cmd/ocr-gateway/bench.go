package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ocr-gateway/bench"
	"ocr-gateway/internal/app"
)

// envAPIKey is where bench takes the key from: other users can see command lines.
const envAPIKey = "GATEWAY_API_KEY"

// benchLoad is how the flags name what is sent.
type benchLoad struct {
	concurrency int
	rate        string
	mix         []string
}

// benchJob is one call of `ocr-gateway bench`.
type benchJob struct {
	cfg    bench.Config
	load   benchLoad
	asJSON bool
	plot   string // file; empty: none
}

func newBench() *cobra.Command {
	job := benchJob{cfg: bench.DefaultConfig()}
	cmd := &cobra.Command{
		Use:   "bench FILE…",
		Short: "Measure a running server: pages/s, CPU and memory, latencies, failures",
		Long: `Measure a running server: pages/s, CPU and memory, latencies, failures.

The documents are sent in turn until --requests or --duration is over, by default each once: --concurrency at a time, or with
--rate by schedule, however slow the answers are; latency then counts from when a request was due.
With --engine embedded the documents are read here, without a server, by one thread, and what each stage of reading costs is measured.
With --mix several kinds of documents are sent side by side, each with a number at a time or a rate of its own.
The API key, where the server wants one, is taken from the variable ` + envAPIKey + `.`,
		Example: `  ocr-gateway bench --concurrency 4 --requests 100 --pid $(pgrep -f 'ocr-gateway serve') scans/*.pdf
  ocr-gateway bench --rate 5/s --ramp 1m --duration 5m --plot load.svg --price 2.39 scans/*.png
  ocr-gateway bench --duration 1m --mix 'small=5/s:scans/*.png' --mix long=2:book.pdf
  ocr-gateway bench --engine embedded scan.pdf`,
	}
	job.addFlags(cmd)
	stages := stagesJob{settings: addEngineSettings(cmd)}
	cmd.RunE = func(cmd *cobra.Command, files []string) error {
		if cmd.Flags().Changed("engine") {
			return stages.run(cmd, files, job.asJSON)
		}
		return job.run(cmd, files)
	}
	return cmd
}

func (b *benchJob) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&b.cfg.BaseURL, "url", b.cfg.BaseURL, "the server")
	flags.StringVar(&b.cfg.Endpoint, "endpoint", b.cfg.Endpoint, "endpoint to call: "+bench.EndpointDocument+", "+bench.EndpointStream+" or "+bench.EndpointRecognize)
	flags.StringToStringVar(&b.cfg.Fields, "field", nil, "form field to send with every document, such as pages=1-5")
	flags.IntVarP(&b.load.concurrency, "concurrency", "c", 0, fmt.Sprintf("requests at once (default 1); with --rate the most at once (default %d)", bench.MaxInFlight))
	flags.StringVar(&b.load.rate, "rate", "", "start requests at this rate, whether others have ended or not: 5/s, 90/m or 100/h")
	flags.StringArrayVar(&b.load.mix, "mix", nil, "NAME=LOAD:FILE[,FILE…]: a class of documents, instead of FILE…; LOAD is a concurrency or a rate; may be repeated")
	flags.DurationVar(&b.cfg.Ramp, "ramp", 0, "time in which concurrency and rates grow to their full size")
	flags.IntVarP(&b.cfg.Requests, "requests", "n", 0, "end after this many requests")
	flags.DurationVar(&b.cfg.Duration, "duration", 0, "end after this time")
	flags.DurationVar(&b.cfg.Timeout, "timeout", b.cfg.Timeout, "longest time for one request")
	flags.IntVar(&b.cfg.PID, "pid", 0, "the server's process on this machine, to measure CPU, memory and open files of it and its children")
	flags.Float64Var(&b.cfg.Price, "price", 0, "price of the server's machine in dollars an hour: print pages/day and the cost of 1,000 pages, beside published speeds")
	flags.BoolVar(&b.asJSON, "json", false, "print the report as JSON")
	flags.StringVar(&b.plot, "plot", "", "write pages/s, requests in progress, latency and memory over time to this file, as SVG")
}

func (b *benchJob) run(cmd *cobra.Command, files []string) error {
	var err error
	if b.cfg.Classes, err = b.load.classes(files); err != nil {
		return err
	}
	b.cfg.APIKey = os.Getenv(envAPIKey)
	if b.cfg.APIKey != "" && app.InClear(b.cfg.BaseURL) {
		fmt.Fprintln(cmd.ErrOrStderr(), "warning: "+b.cfg.BaseURL+" has no TLS: whoever is on the way reads the API key")
	}
	if err := b.cfg.Validate(); err != nil {
		return err
	}
	report, err := bench.Run(cmd.Context(), b.cfg, showProgress())
	if err != nil && report.Requests == 0 {
		return exitError{exitFailed, err}
	}
	write := report.Write
	if b.asJSON {
		write = report.WriteJSON
	}
	if werr := write(cmd.OutOrStdout()); werr != nil {
		return exitError{exitFailed, werr}
	}
	if werr := writePlot(b.plot, report); werr != nil {
		return exitError{exitFailed, werr}
	}
	if err != nil || len(report.Failures) > 0 || report.FailedPages > 0 || report.Overruns > 0 {
		return exitError{exitFailed, err}
	}
	return nil
}

// classes returns what is to be sent: the files, or the classes of --mix.
func (l benchLoad) classes(files []string) ([]bench.Class, error) {
	if len(l.mix) == 0 {
		if len(files) == 0 {
			return nil, errors.New("name documents to send, or classes of them with --mix")
		}
		class := bench.Class{Name: "all", Files: files, Concurrency: l.concurrency}
		var err error
		if l.rate != "" {
			class.Rate, err = bench.ParseRate(l.rate)
		}
		if l.concurrency == 0 {
			class.Concurrency = 1
			if class.Rate > 0 {
				class.Concurrency = bench.MaxInFlight
			}
		}
		return []bench.Class{class}, err
	}
	if len(files) > 0 || l.rate != "" || l.concurrency != 0 {
		return nil, errors.New("--mix says what is sent and how: it takes no further files, --rate or --concurrency")
	}
	var classes []bench.Class
	for _, text := range l.mix {
		class, err := bench.ParseClass(text)
		if err != nil {
			return nil, err
		}
		classes = append(classes, class)
	}
	return classes, nil
}

func writePlot(path string, report bench.Report) error {
	if path == "" {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the plot: %w", err)
	}
	return errors.Join(report.WritePlot(file), file.Close())
}

// showProgress keeps one line up to date on a terminal; nil elsewhere.
func showProgress() func(bench.Progress) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return nil
	}
	return func(p bench.Progress) {
		fmt.Fprintf(os.Stderr, "\r\033[K%d requests, %d pages, %d failed", p.Done, p.Pages, p.Failed)
		if p.Total > 0 && p.Done == p.Total {
			fmt.Fprintln(os.Stderr)
		}
	}
}
