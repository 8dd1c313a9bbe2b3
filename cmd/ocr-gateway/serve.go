package main

import (
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
		log, err := newLogger(cfg.Log)
		if err != nil {
			return err
		}
		a, err := app.New(cfg, version, log)
		if err != nil {
			return err
		}
		defer a.Close()
		if err := a.Serve(cmd.Context()); err != nil {
			return exitError{exitFailed, err}
		}
		return nil
	}
	return cmd
}
