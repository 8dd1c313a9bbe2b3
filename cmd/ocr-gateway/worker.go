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
		return runUntilStopped(cmd.Context(), cfg, (*app.App).Work)
	}
	return cmd
}
