package app

import (
	"context"
	"fmt"
	"os"

	"ocr-gateway/provision/runpod"
)

// CloudKeys are the variables that hold keys of the cloud. Programs on a rented host
// do not inherit them: whoever has one can rent and destroy hosts.
var CloudKeys = []string{runpod.EnvKey, runpod.EnvPodKey}

// StopPod stops the RunPod pod that this process runs in. secrets may hold the key
// of the account.
func StopPod(ctx context.Context, secrets map[string]string) error {
	return stopPod(ctx, os.Getenv, secrets)
}

func stopPod(ctx context.Context, env func(string) string, secrets map[string]string) error {
	if api := env(runpod.EnvBaseURL); InClear(api) {
		return fmt.Errorf("%s %s has no TLS: the key is not sent there", runpod.EnvBaseURL, api)
	}
	return runpod.StopSelf(ctx, env, secrets[runpod.EnvKey])
}
