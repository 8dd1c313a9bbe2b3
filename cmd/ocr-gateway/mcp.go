package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"

	"ocr-gateway/tools"
	"ocr-gateway/tools/local"
)

func newMCP() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mcp [FOLDER…]",
		Short: "Offer tools to a program on this machine, by the Model Context Protocol",
		Long: `Offer the tools ocr_document, ocr_image, extract and get_job to a program such as Claude Desktop or Cursor, by the
Model Context Protocol over standard input and output. Nothing else needs to run. Files below the folders can be read,
below the working folder where none is named.`,
		Example: `  ocr-gateway mcp ~/Documents ~/Downloads`,
	}
	settings := addSettings(cmd)
	settings.defaults.Log.Level = "error" // clients show what is written there
	cmd.RunE = func(cmd *cobra.Command, folders []string) error {
		cfg, err := settings.load()
		if err != nil {
			return err
		}
		if len(folders) == 0 {
			folders = []string{"."}
		}
		a, err := openApp(cfg)
		if err != nil {
			return err
		}
		defer a.Close()
		host, err := local.New(cmd.Context(), a.Service, folders, cfg.Server.MaxUploadBytes)
		if err != nil {
			return fmt.Errorf("folders: %w", err)
		}
		defer host.Close()
		return serveTools(cmd.Context(), tools.NewServer(version, tools.ByPath, host))
	}
	return cmd
}

// serveTools serves the client at the other end of standard input and output, until it leaves.
func serveTools(ctx context.Context, server *sdk.Server) error {
	err := server.Run(ctx, &sdk.StdioTransport{})
	if ctx.Err() != nil || errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
