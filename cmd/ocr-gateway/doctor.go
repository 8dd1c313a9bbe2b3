package main

import (
	"github.com/spf13/cobra"

	"ocr-gateway/internal/app"
	"ocr-gateway/internal/doctor"
)

func newDoctor() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Try everything that the settings name, and say what works and what mends the rest (exit code 0 or 1)",
		Long: `Try everything that the settings name: rendering, models, reading, model servers, the layout
program, folders, memory and address. Nothing is served or changed. Give it the settings of serve.`,
		Args: cobra.NoArgs,
	}
	settings := addSettings(cmd)
	settings.string(cmd, "host", "server.host", "address to listen on")
	settings.int(cmd, "port", "server.port", "port to listen on")
	settings.bool(cmd, "allow-keyless", "server.allow_keyless", "serve without API keys on an address that other machines reach")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the findings as JSON")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		findings := []doctor.Finding{{Name: "settings", State: doctor.OK, Detail: "valid"}}
		if cfg, err := settings.load(); err != nil {
			findings[0] = doctor.Finding{Name: "settings", State: doctor.Failed, Detail: err.Error() + "\nnothing else was looked at"}
		} else {
			findings = append(findings, app.Examine(cmd.Context(), cfg)...)
		}
		report := doctor.NewReport(version, findings)
		write := report.WriteText
		if asJSON {
			write = report.WriteJSON
		}
		if err := write(cmd.OutOrStdout()); err != nil {
			return err
		}
		if !report.Healthy {
			return exitError{exitFailed, nil}
		}
		return nil
	}
	return cmd
}
