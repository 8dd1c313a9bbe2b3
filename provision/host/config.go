package host

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ocr-gateway/provision/stage"
	"ocr-gateway/provision/supervise"
)

// Files on the host, from Options.Dir on.
const (
	superviseFile = "etc/supervise.json"
	settingsFile  = "etc/config.yaml"
	secretsFile   = "etc/secrets.env" // the gateway's
	cloudFile     = "etc/cloud.env"   // of the supervisor alone: programs do not see it
	statusFile    = "run/status.json"
)

// keysName is the gateway's setting in secretsFile.
const keysName = "OCR_SERVER_API_KEYS"

// file is one that the host must have.
type file struct {
	name    string
	content []byte
	secret  bool
}

// configured is met when the host has the settings, and a supervisor of this
// very program runs by them.
func (s *Setup) configured(ctx context.Context) error {
	if err := s.findKey(ctx); err != nil {
		return err
	}
	if err := s.resetFailures(ctx); err != nil {
		return err
	}
	for _, f := range s.files() {
		var out bytes.Buffer
		if err := s.onHost(ctx, s.script(`[ ! -f "$dir/$file" ] || sha256sum < "$dir/$file"`, map[string]string{"file": f.name}), &out); err != nil {
			return err
		}
		sum := sha256.Sum256(f.content)
		if !strings.HasPrefix(out.String(), hex.EncodeToString(sum[:])) {
			return stage.WaitFor("%s is not as it should be", f.name)
		}
	}
	state, err := s.supervisor(ctx)
	if err != nil {
		return err
	}
	if state != current {
		return stage.WaitFor("the supervisor is %s", state)
	}
	_, err = s.status(ctx) // it may refuse what it read
	return err
}

// States of the supervisor.
const (
	absent  = "absent"
	current = "current"
	old     = "old"                    // of a program that was replaced since
	behind  = "behind on its settings" // not read, or their changes not done
)

// supervisorPID begins scripts that need the supervisor: pid is empty when there was none.
const supervisorPID = `pid=$(sed -n 's/^ *"pid": *\([0-9]*\),*$/\1/p' "$dir/run/status.json" 2>/dev/null | head -1) || true
`

// supervisor says how the supervisor is. It is current when it runs this program
// and began to read its settings after they were last written: then what runs, runs
// by them. Change times are compared, as a rename does not touch the others.
func (s *Setup) supervisor(ctx context.Context) (string, error) {
	var out bytes.Buffer
	err := s.onHost(ctx, s.script(supervisorPID+`if [ -z "$pid" ] || [[ $(tr '\0' ' ' 2>/dev/null < "/proc/$pid/cmdline") != *" supervise "* ]]; then
	echo "$absent"
elif [ "$(readlink "/proc/$pid/exe")" != "$(readlink -f "$dir/bin/ocr-gateway")" ]; then
	echo "$old"
else
	read=$(sed -n 's/^ *"config_read": *"\([^"]*\)".*/\1/p' "$dir/run/status.json")
	later=$(find "$dir/etc" -type f ! -name '.*' -newerct "$read") || later=unknown
	if [ -n "$later" ]; then echo "$behind"; else echo "$current"; fi
fi
`, map[string]string{"absent": absent, "current": current, "old": old, "behind": behind}), &out)
	return strings.TrimSpace(out.String()), err
}

// resetFailures has programs that failed before this run started anew, at once and
// with a count that begins, and a config that was refused before checked anew: the
// cause may be gone. The supervisor does so when it reads its config again, for
// which the config must look changed.
func (s *Setup) resetFailures(ctx context.Context) error {
	if s.failuresReset {
		return nil
	}
	state, err := s.supervisor(ctx)
	if err != nil {
		return err
	}
	if state != absent && state != old {
		status, err := s.readStatus(ctx)
		if err == nil && (status.ConfigError != "" || slices.ContainsFunc(status.Programs, supervise.ProgramStatus.Failing)) {
			err = s.onHost(ctx, s.script(`touch "$dir/etc/supervise.json"`, nil), nil)
		}
		if err != nil {
			return err
		}
	}
	s.failuresReset = true
	return nil
}

// configure writes the settings and makes the supervisor take them.
func (s *Setup) configure(ctx context.Context) error {
	for _, f := range s.files() {
		if err := s.put(ctx, f.name, f.content, f.secret); err != nil {
			return err
		}
	}
	state, err := s.supervisor(ctx)
	if err != nil {
		return err
	}
	signal := map[string]string{current: "HUP", behind: "HUP", old: "TERM"}[state]
	switch {
	case state == old && s.ending:
		// A second signal would kill the programs instead of letting them finish.
	case signal != "":
		s.ending = state == old
		err = s.onHost(ctx, s.script(supervisorPID+`kill -`+signal+` "$pid"`, nil), nil)
	case !s.d.Rented():
		err = s.onHost(ctx, s.script(launchScript, nil), nil)
	}
	if err != nil {
		return err
	}
	return stage.WaitFor("the supervisor is %s", state)
}

// findKey takes the gateway's API key from the host, or makes one.
func (s *Setup) findKey(ctx context.Context) error {
	if s.apiKey != "" {
		return nil
	}
	var out bytes.Buffer
	if err := s.onHost(ctx, s.script(`[ ! -f "$dir/etc/secrets.env" ] || cat "$dir/etc/secrets.env"`, nil), &out); err != nil {
		return err
	}
	if s.apiKeys = first(pairs(out.String()), keysName); s.apiKeys == "" {
		s.apiKeys, s.d.KeyShown = rand.Text(), false
	}
	s.apiKey, _, _ = strings.Cut(s.apiKeys, ",")
	return nil
}

// files are the settings of the deployment.
func (s *Setup) files() []file {
	o := s.d.Options
	secrets := keysName + "=" + s.apiKeys + "\n"
	files := []file{
		{secretsFile, []byte(secrets), true},
		{settingsFile, []byte(s.settings()), false},
	}
	if o.IdleStop > 0 {
		files = append(files, file{cloudFile, []byte(secrets + s.CloudEnv + "\n"), true})
	}
	// The last: with it the supervisor starts.
	return append(files, file{superviseFile, s.supervision(), false})
}

// settings is the gateway's config.yaml.
func (s *Setup) settings() string {
	o := s.d.Options
	var b strings.Builder
	fmt.Fprintf(&b, "# Written by ocr-gateway provision, and again at each run.\nserver:\n  host: 0.0.0.0\n  port: %d\n", o.APIPort)
	fmt.Fprintf(&b, "vllm:\n  model: %[1]s\n  profile: %[1]s\n  endpoints:\n    - name: vllm\n      url: http://127.0.0.1:%[2]d\n      max_in_flight: %[3]d\n",
		o.Served().Name, o.VLLMPort, maxSeqs*o.GPUCount)
	if !s.d.UsesLayout() {
		b.WriteString("layout:\n  sidecar: \"off\"\n")
	} else {
		fmt.Fprintf(&b, "layout:\n  python: %s/python/bin/python\n  model: %s\n", o.Dir, o.LayoutModel)
	}
	if s.d.PricePerHour > 0 {
		fmt.Fprintf(&b, "prices:\n  currency: USD\n  gpu_hour: %g\n", s.d.PricePerHour)
	}
	return b.String()
}

// maxSeqs is how many answers vLLM writes at once on one GPU.
const maxSeqs = 64

// vllmCommand starts vLLM for this host only; the world reaches it through
// the gateway.
func (s *Setup) vllmCommand() []string {
	o := s.d.Options
	served := o.Served()
	command := []string{
		"vllm", "serve", o.Model, "--host", "127.0.0.1", "--port", strconv.Itoa(o.VLLMPort),
		"--served-model-name", served.Name, "--gpu-memory-utilization", "0.85", "--max-num-seqs", strconv.Itoa(maxSeqs),
	}
	command = append(command, served.Args...)
	if o.GPUCount > 1 {
		command = append(command, "--data-parallel-size", strconv.Itoa(o.GPUCount))
	}
	if s.d.UsesMTP() {
		command = append(command, "--speculative-config", `{"method":"mtp","num_speculative_tokens":1}`)
	}
	return command
}

// supervision is what runs on the host.
func (s *Setup) supervision() []byte {
	o := s.d.Options
	path := func(name string) string { return o.Dir + "/" + name }
	hub := path("hf")
	cfg := supervise.Config{
		Status: path(statusFile),
		Programs: []supervise.Program{
			{
				Name: "vllm", Command: s.vllmCommand(), Log: path("logs/vllm.log"),
				// The image's own vLLM sees the packages that were added.
				Env: map[string]string{
					"HF_HOME": hub, "HF_HUB_OFFLINE": "1", "PYTHONPATH": s.site,
					"VLLM_CACHE_ROOT": path("cache/vllm"), "VLLM_NO_USAGE_STATS": "1",
				},
				Ready:        fmt.Sprintf("http://127.0.0.1:%d/health", o.VLLMPort),
				StartTimeout: supervise.Duration(s.Deadlines.VLLM), StopTimeout: supervise.Duration(30 * time.Second),
			},
			{
				Name: "gateway", Command: []string{s.program(), "serve", "--config", path(settingsFile)}, Log: path("logs/gateway.log"),
				// What is not said otherwise is kept on the volume: jobs outlive the stop of the host.
				Env:          map[string]string{"HF_HOME": hub, "HF_HUB_OFFLINE": "1", "XDG_STATE_HOME": path("state")},
				EnvFile:      path(secretsFile),
				Ready:        fmt.Sprintf("http://127.0.0.1:%d/livez", o.APIPort),
				StartTimeout: supervise.Duration(2 * time.Minute), StopTimeout: supervise.Duration(time.Minute),
			},
		},
	}
	if o.IdleStop > 0 {
		cfg.Idle = &supervise.Idle{
			After: supervise.Duration(o.IdleStop), Metrics: fmt.Sprintf("http://127.0.0.1:%d/metrics", o.APIPort), EnvFile: path(cloudFile),
		}
	}
	data, err := json.MarshalIndent(cfg, "", "  ")
	if err != nil {
		panic(err) // plain values
	}
	return append(data, '\n')
}

// status reads the supervisor's status file. A config that it refuses ends the run.
func (s *Setup) status(ctx context.Context) (supervise.Status, error) {
	status, err := s.readStatus(ctx)
	if err == nil && status.ConfigError != "" {
		return status, errors.New("the supervisor refuses its config: " + status.ConfigError)
	}
	return status, err
}

// readStatus reads the supervisor's status file.
func (s *Setup) readStatus(ctx context.Context) (supervise.Status, error) {
	var out bytes.Buffer
	if err := s.onHost(ctx, s.script(`[ ! -f "$dir/run/status.json" ] || cat "$dir/run/status.json"`, nil), &out); err != nil {
		return supervise.Status{}, err
	}
	var status supervise.Status
	if out.Len() == 0 {
		return status, stage.WaitFor("the supervisor has not started")
	}
	if err := json.Unmarshal(out.Bytes(), &status); err != nil {
		return status, stage.WaitFor("the supervisor's status cannot be read: %v", err)
	}
	return status, nil
}
