package host

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// APIKey reads the gateway's key from a host, the first where there are several. dir is
// where the deployment lies there.
func APIKey(ctx context.Context, host Host, dir string) (string, error) {
	path := dir + "/" + secretsFile
	var out bytes.Buffer
	if err := host.Run(ctx, "cat "+Quote(path)+"\n", &out); err != nil {
		return "", fmt.Errorf("the host has no API key in %s: %w", path, err)
	}
	key, _, _ := strings.Cut(first(pairs(out.String()), keysName), ",")
	if key == "" {
		return "", fmt.Errorf("there is no %s in %s on the host", keysName, path)
	}
	return key, nil
}

// FollowLogs writes the last lines of the logs of vLLM and the gateway, and
// what comes, until ctx ends.
func FollowLogs(ctx context.Context, host Host, dir string, w io.Writer) error {
	err := host.Run(ctx, fmt.Sprintf("cd %s/logs && exec tail -n 50 -F vllm.log gateway.log supervise.log\n", Quote(dir)), w)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// hostLogs are fetched after a failure.
var hostLogs = []string{"vllm.log", "gateway.log", "supervise.log"}

// FetchLogs hands over what the logs of the host and its scripts say, as far as there is a
// connection.
func (s *Setup) FetchLogs(ctx context.Context, keep func(name string, content []byte)) {
	if s.host != nil {
		for _, name := range hostLogs {
			text, err := s.tail(ctx, "logs/"+name, 2000)
			if err == nil && text != "" {
				keep(name, []byte(text+"\n"))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.output)) {
		keep(name, s.output[name])
	}
}
