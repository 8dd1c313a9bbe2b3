package runpod

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Variables of the environment.
const (
	EnvKey      = "RUNPOD_KEY"       // the account's API key
	EnvPodKey   = "RUNPOD_API_KEY"   // the key of one pod, which RunPod sets there
	EnvBaseURL  = "RUNPOD_API_URL"   // of the API, where it is not RunPod's own
	EnvProxyURL = "RUNPOD_PROXY_URL" // of a pod's HTTP port, where it is not RunPod's own
	envPodID    = "RUNPOD_POD_ID"    // set by RunPod in each pod
)

// stopTimeout is for one request to stop a pod. It is asked for again later.
const stopTimeout = 30 * time.Second

// StopSelf stops the pod that this process runs in, which the variables in env name.
// accountKey may be empty. A pod's own key is not always allowed to stop it, so the
// account's key is tried first.
func StopSelf(ctx context.Context, env func(string) string, accountKey string) error {
	id := env(envPodID)
	if id == "" {
		return errors.New(envPodID + " is not set: this is not a pod of RunPod")
	}
	var errs []error
	for _, key := range []struct{ name, value string }{{EnvKey, accountKey}, {EnvPodKey, env(EnvPodKey)}} {
		if key.value == "" {
			continue
		}
		err := stopOnce(ctx, Config{Key: key.value, BaseURL: env(EnvBaseURL)}, id)
		if err == nil {
			return nil
		}
		errs = append(errs, fmt.Errorf("with %s: %w", key.name, err))
	}
	if len(errs) == 0 {
		return fmt.Errorf("neither %s nor %s is set: no key to stop the pod with", EnvKey, EnvPodKey)
	}
	return errors.Join(errs...)
}

func stopOnce(ctx context.Context, config Config, id string) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	cloud := New(config)
	defer cloud.Close()
	return cloud.Stop(ctx, id)
}
