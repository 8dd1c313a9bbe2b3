package endpoints

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
)

// maxKeyFile bounds, in bytes, what is read of a key's file.
const maxKeyFile = 64 << 10

// apiKey is what opens an endpoint. Where it comes from a file, the file is read again, so
// that keys can be replaced while we run.
type apiKey struct {
	file   string // empty for a key that stays
	value  atomic.Pointer[string]
	failed string // why the file was last of no use; for the watcher only
}

func newAPIKey(value, file string) *apiKey {
	k := &apiKey{file: file}
	k.value.Store(&value)
	return k
}

func (k *apiKey) get() string { return *k.value.Load() }

// readAgain takes over what the file holds now. A file that is of no use changes nothing,
// which is said once.
func (k *apiKey) readAgain(ctx context.Context, log *slog.Logger) {
	key, err := readKey(k.file)
	switch {
	case err != nil && err.Error() != k.failed:
		k.failed = err.Error()
		log.WarnContext(ctx, "the API key's file cannot be read: the key before is kept", "error", err)
	case err != nil:
	default:
		k.failed = ""
		if key != "" && key != k.get() {
			k.value.Store(&key)
			log.InfoContext(ctx, "the API key was replaced")
		}
	}
}

// readKey reads the key of a file; none when there is no file that can be read twice.
func readKey(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() { // a pipe, which was empty after the start
		return "", nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return "", err
	}
	key := strings.TrimRight(string(data), "\r\n")
	switch {
	case key == "":
		return "", fmt.Errorf("%s is empty", path)
	case len(key) > maxKeyFile:
		return "", fmt.Errorf("%s is larger than %d bytes", path, maxKeyFile)
	case strings.ContainsAny(key, "\r\n"):
		return "", errors.New(path + " has more than one line")
	}
	return key, nil
}
