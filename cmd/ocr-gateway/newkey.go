package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"ocr-gateway/server/keys"
)

// newNewKey makes API keys. The key is shown once; what is kept is its hash.
func newNewKey() *cobra.Command {
	var file, until string
	var scopes []string
	entry := keys.Entry{}
	cmd := &cobra.Command{
		Use:   "new-key NAME",
		Short: "Make an API key with a name, for server.keys_file",
		Long: `Make an API key. It is written to standard output, once; its entry, with a hash of it, is added to
--file, which a running server reads again, or written to standard error.`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&file, "file", "", "file of keys (setting server.keys_file) to add the entry to")
	cmd.Flags().StringSliceVar(&scopes, "scope", []string{string(keys.Read)}, "what it opens: read, admin")
	cmd.Flags().IntVar(&entry.RequestsPerMinute, "requests-per-minute", 0, "most requests a minute; 0 for no limit")
	cmd.Flags().IntVar(&entry.PagesPerDay, "pages-per-day", 0, "most pages a day; 0 for no limit")
	cmd.Flags().StringVar(&until, "expires", "", "day from which it opens nothing, as 2030-12-31")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		entry.Name = args[0]
		for _, s := range scopes {
			entry.Scopes = append(entry.Scopes, keys.Scope(s))
		}
		if until != "" {
			var err error
			if entry.Expires, err = time.Parse(time.DateOnly, until); err != nil {
				return fmt.Errorf("--expires: %q is not a day such as 2030-12-31", until)
			}
		}
		var key string
		key, entry.SHA256 = keys.New()
		data, err := keys.Write([]keys.Entry{entry})
		if err != nil {
			return err
		}
		if _, err := keys.Parse(data); err != nil {
			return err
		}
		if file == "" {
			fmt.Fprintf(cmd.ErrOrStderr(), "# for the file that server.keys_file names\n%s", data)
		} else if err := addKey(file, data); err != nil {
			return err
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), key)
		return err
	}
	return cmd
}

// addKey adds an entry to a file of keys, whole or not at all.
func addKey(path string, entry []byte) error {
	before, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if len(before) > 0 && before[len(before)-1] != '\n' {
		before = append(before, '\n')
	}
	all := append(before, entry...)
	if _, err := keys.Parse(all); err != nil {
		return fmt.Errorf("%s would not be right with it: %w", path, err)
	}
	part := path + ".part"
	if err := os.WriteFile(part, all, 0o600); err != nil {
		return err
	}
	return os.Rename(part, path)
}
