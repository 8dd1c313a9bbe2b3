package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"ocr-gateway/document"
	"ocr-gateway/internal/config"
	"ocr-gateway/service"
)

// stagesJob is `ocr-gateway bench --engine embedded`.
type stagesJob struct{ settings *settings }

func (s stagesJob) run(cmd *cobra.Command, files []string, asJSON bool) error {
	if len(files) == 0 {
		return errors.New("name documents to read")
	}
	cfg, err := s.settings.load()
	if err != nil {
		return err
	}
	if cfg.Engine.Kind != config.EngineEmbedded {
		return fmt.Errorf("--engine: only %s is measured without a server", config.EngineEmbedded)
	}
	cfg.Engine.Embedded.Threads, cfg.Engine.Embedded.Concurrency = 1, 1
	cfg.Cache.Dir, cfg.Cache.Shared = "", false // a page that was read before costs nothing
	cfg.Log.Level = "error"
	a, err := openApp(cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	measured, err := a.Stages(cmd.Context(), func(ctx context.Context) (pages int, err error) {
		for _, file := range files {
			n, err := readPages(ctx, a.Service, file, cfg.Server.MaxUploadBytes, cfg.Layout.Enabled)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", file, err)
			}
			pages += n
		}
		return pages, nil
	})
	if err != nil {
		return exitError{exitFailed, err}
	}
	write := measured.Write
	if asJSON {
		write = measured.WriteJSON
	}
	return write(cmd.OutOrStdout())
}

// readPages reads a document and returns how many pages it has.
func readPages(ctx context.Context, s *service.Service, name string, maxBytes int64, layout bool) (int, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	src, err := document.ReadSource(filepath.Base(name), f, maxBytes, "")
	if err != nil {
		return 0, plain(err)
	}
	defer src.Close()
	opts, err := service.Rules{}.Parse(asked, nil)
	if err != nil {
		return 0, err
	}
	opts.Layout = layout
	result, err := s.Read(ctx, src, opts, func(document.Event) {})
	if err != nil {
		return 0, plain(err)
	}
	return len(result.Pages), nil
}
