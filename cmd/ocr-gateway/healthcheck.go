package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

// newHealthcheck is for containers without curl.
func newHealthcheck() *cobra.Command {
	var url string
	var insecure bool
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask a running server whether it is alive (exit code 0 or 1)",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), 5*time.Second)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				return fmt.Errorf("--url: %w", err)
			}
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: insecure}}} //nolint:gosec // when told so
			resp, err := client.Do(req)
			if err != nil {
				return exitError{exitFailed, err}
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				return exitError{exitFailed, fmt.Errorf("%s answers %s", url, resp.Status)}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&insecure, "insecure", false, "with https: whoever answers is believed, as to a server of one's own at 127.0.0.1")
	cmd.Flags().StringVar(&url, "url", "http://127.0.0.1:8007/livez", "URL to ask")
	return cmd
}
