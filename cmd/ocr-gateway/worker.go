package main

import (
	"github.com/spf13/cobra"

	"ocr-gateway/internal/app"
)

func newWorker() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Work on the jobs of gateways that share a NATS cluster",
		Long: `Work on the jobs of gateways that share a NATS cluster (jobs.nats.urls) and a place for files (blob). It serves nothing.

When it is told to stop it gives back what it has; what it has done is kept.`,
		Args: cobra.NoArgs,
	}
	settings := addSettings(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := settings.load()
		if err != nil {
			return err
		}
		if err := app.CheckWorker(cfg); err != nil {
			return err
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
		ctx, stop := untilHangup(cmd.Context())
		defer stop()
		if err := a.Work(ctx); err != nil {
			return exitError{exitFailed, err}
		}
		return nil
	}
	return cmd
}
