package main

import (
	"errors"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"ocr-gateway/internal/app"
	"ocr-gateway/internal/config"
	"ocr-gateway/provision/supervise"
)

func newSupervise() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "supervise --config FILE",
		Short: "Keep vLLM and the gateway running on a GPU host",
		Long: `Keep the programs of a config file (JSON) running: start them, check that they answer, restart them when they fail, keep their logs.

SIGHUP reads the config again and restarts failed programs at once. SIGINT or SIGTERM stops the programs, the last one first. A second signal kills them all.

Exit codes: 0 stopped as told; 1 another supervisor runs already; 2 the config is wrong; ` + strconv.Itoa(exitSignals) + ` a second signal.`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&file, "config", "", "config file (JSON)")
	if err := cmd.MarkFlagRequired("config"); err != nil {
		panic(err) // the flag is defined above
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		log, _, err := newLogger(config.Log{Level: "info", Format: config.LogAuto})
		if err != nil {
			return err
		}
		reload := make(chan os.Signal, 1)
		signal.Notify(reload, syscall.SIGHUP)
		defer signal.Stop(reload)
		err = supervise.Run(cmd.Context(), file, supervise.Options{
			Log: log, Timing: supervise.DefaultTiming(), Reload: reload, StopHost: app.StopPod, Withhold: app.CloudKeys,
		})
		if errors.Is(err, supervise.ErrHeld) {
			return exitError{exitFailed, err}
		}
		return err
	}
	return cmd
}
