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

// maxKeyFile limits, in bytes, how much of a key file is read.
const maxKeyFile = 64 << 10

// apiKey is the key of an endpoint. If it comes from a file, the file is read again, so that the key can be
// replaced at run time.
type apiKey struct {
	file   string // empty for a fixed key
	value  atomic.Pointer[string]
	failed string // why the file was last unusable; only for the watcher
}

func newAPIKey(value, file string) *apiKey {
	k := &apiKey{file: file}
	k.value.Store(&value)
	return k
}

func (k *apiKey) get() string { return *k.value.Load() }

// readAgain adopts what the file contains now. An unusable file changes nothing and is logged once.
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

// readKey reads the key in a file; none if the file does not exist or cannot be read twice.
func readKey(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() { // a pipe, which is empty after the start
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
