// Command ocr-gateway turns documents into text: as an HTTP server, from the
// command line, or (as a child of itself) rendering pages in isolation.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"ocr-gateway/raster/worker"
)

// version is set by the Makefile.
var version = "dev"

// Exit codes, as --help lists them.
const (
	exitOK      = 0
	exitFailed  = 1 // a page, a document or a request failed
	exitUsage   = 2 // flags, arguments, settings or missing models
	exitSignals = 130
)

// exitError ends the program with a code; err is nil when all has been said.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return fmt.Sprint(e.err) }
func (e exitError) Unwrap() error { return e.err }

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	// The child that renders pages must start in milliseconds and link nothing else in.
	if len(args) > 0 && args[0] == "render" {
		return worker.Main()
	}
	ctx, stop := signalContext()
	defer stop()
	cmd := newRoot()
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	code := exitUsage
	if failed, ok := errors.AsType[exitError](err); ok {
		code, err = failed.code, failed.err
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "ocr-gateway:", err)
	}
	return code
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "ocr-gateway",
		Short: "Turn documents into text, tables, formulas and fields on your own machines",
		Long: `ocr-gateway turns PDFs and images into text, tables, formulas and fields on your own machines.

Exit codes: 0 all went well; 1 a page, document or request failed; 2 flags, arguments or settings are wrong.`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newServe(), newOCR(), newBatch(), newBench(), newHealthcheck(), newProvision(), newSupervise(), newWorker(), newDoctor(), newNewKey(), newMCP())
	return root
}

// signalContext ends with the first SIGINT or SIGTERM, so that work is drained; the
// second one ends the process at once.
func signalContext() (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitSignals)
	}()
	return ctx, cancel
}
