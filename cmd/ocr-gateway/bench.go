package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ocr-gateway/bench"
)

// envAPIKey is where bench takes the key from: other users can see command lines.
const envAPIKey = "GATEWAY_API_KEY"

func newBench() *cobra.Command {
	cfg := bench.DefaultConfig()
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "bench FILE…",
		Short: "Measure a running server: pages/s, CPU and memory, latencies, failures",
		Long: `Measure a running server: pages/s, CPU and memory, latencies, failures.

The documents are sent in turn, --concurrency at a time, until --requests or --duration is over; by default each once.
The API key, where the server wants one, is taken from the variable ` + envAPIKey + `.`,
		Example: `  ocr-gateway bench --concurrency 4 --requests 100 --pid $(pgrep -f 'ocr-gateway serve') scans/*.pdf`,
		Args:    cobra.MinimumNArgs(1),
	}
	cmd.Flags().StringVar(&cfg.BaseURL, "url", cfg.BaseURL, "the server")
	cmd.Flags().StringVar(&cfg.Endpoint, "endpoint", cfg.Endpoint, "what to call: "+bench.EndpointDocument+", "+bench.EndpointStream+" or "+bench.EndpointRecognize)
	cmd.Flags().StringToStringVar(&cfg.Fields, "field", nil, "form field to send with every document, such as pages=1-5")
	cmd.Flags().IntVarP(&cfg.Concurrency, "concurrency", "c", cfg.Concurrency, "requests at once")
	cmd.Flags().IntVarP(&cfg.Requests, "requests", "n", 0, "end after so many requests")
	cmd.Flags().DurationVar(&cfg.Duration, "duration", 0, "end after so long")
	cmd.Flags().DurationVar(&cfg.Timeout, "timeout", cfg.Timeout, "for one request")
	cmd.Flags().IntVar(&cfg.PID, "pid", 0, "the server's process on this machine, to measure CPU and memory of it and its children")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	cmd.RunE = func(cmd *cobra.Command, files []string) error {
		cfg.Files, cfg.APIKey = files, os.Getenv(envAPIKey)
		if err := cfg.Validate(); err != nil {
			return err
		}
		report, err := bench.Run(cmd.Context(), cfg, showProgress())
		if err != nil && report.Requests == 0 {
			return exitError{exitFailed, err}
		}
		write := report.Write
		if asJSON {
			write = report.WriteJSON
		}
		if werr := write(cmd.OutOrStdout()); werr != nil {
			return exitError{exitFailed, werr}
		}
		if err != nil || len(report.Failures) > 0 || report.FailedPages > 0 {
			return exitError{exitFailed, err}
		}
		return nil
	}
	return cmd
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
