package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"ocr-gateway/internal/app"
	"ocr-gateway/internal/config"
)

func newServe() *cobra.Command {
	var printConfig bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the HTTP API",
		Args:  cobra.NoArgs,
	}
	settings := addSettings(cmd)
	settings.string(cmd, "host", "server.host", "address to listen on")
	settings.int(cmd, "port", "server.port", "port to listen on")
	settings.bool(cmd, "allow-keyless", "server.allow_keyless", "serve without API keys on an address that other machines reach")
	settings.bool(cmd, "enable-layout", "layout.enabled", "split pages into regions where a request does not say; --enable-layout=false reads them whole")
	cmd.Flags().BoolVar(&printConfig, "print-config", false, "print the settings in force, secrets masked, and exit")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := settings.load()
		if err != nil {
			return err
		}
		if printConfig {
			return config.Print(cmd.OutOrStdout(), cfg)
		}
		if err := cfg.Server.CheckAddress(); err != nil {
			return err
		}
		return runUntilStopped(cmd.Context(), cfg, (*app.App).Serve)
	}
	return cmd
}

// runUntilStopped builds the program and has it run until ctx ends or the terminal is lost.
func runUntilStopped(ctx context.Context, cfg config.Config, run func(*app.App, context.Context) error) error {
	a, err := openApp(cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	ctx, stop := untilHangup(ctx)
	defer stop()
	if err := run(a, ctx); err != nil {
		return exitError{exitFailed, err}
	}
	return nil
}

// openApp builds the program's parts and its log. Whoever has it closes it.
func openApp(cfg config.Config) (*app.App, error) {
	log, level, err := newLogger(cfg.Log)
	if err != nil {
		return nil, err
	}
	a, err := app.New(cfg, version, log)
	if err != nil {
		return nil, err
	}
	a.LogLevel = level
	return a, nil
}

// untilHangup ends with ctx or when the terminal is lost, so that work is drained then,
// too. Hangups may come more than once, as a shell passes them on, and do not end the drain.
// A program that was started with them ignored (nohup) goes on. Writing the log to a
// pipe whose reader is gone is no reason to end before the work has.
func untilHangup(ctx context.Context) (context.Context, func()) {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	hangup := make(chan os.Signal, 1)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(hangup, syscall.SIGHUP)
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-hangup:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(); <-done }
}
