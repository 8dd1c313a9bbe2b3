package supervise

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"time"
)

// Config is the config file: strict JSON, unknown keys are errors.
type Config struct {
	Status   string    `json:"status"`         // the status file; its folder is made where missing
	Programs []Program `json:"programs"`       // started in this order, stopped in the reverse one
	Idle     *Idle     `json:"idle,omitempty"` // nil: the host is never stopped
}

// Program is something to keep running.
type Program struct {
	Name    string   `json:"name"`    // unique: a-z, 0-9, - and _
	Command []string `json:"command"` // found through the program's own PATH
	// Env overrides EnvFile, and that the supervisor's own environment.
	Env          map[string]string `json:"env,omitempty"`
	EnvFile      string            `json:"env_file,omitempty"`      // secrets, as NAME=value lines; may be named by several
	Dir          string            `json:"dir,omitempty"`           // where it runs; empty: where the supervisor does
	Log          string            `json:"log"`                     // what it writes, both streams
	Ready        string            `json:"ready,omitempty"`         // loopback URL that answers 200; empty: ready once it runs
	StartTimeout Duration          `json:"start_timeout,omitempty"` // to become ready; default 15m
	StopTimeout  Duration          `json:"stop_timeout,omitempty"`  // between SIGTERM and SIGKILL; default 30s
}

// Idle stops a rented host that nobody uses.
type Idle struct {
	After   Duration `json:"after"`              // without work; the start counts as work
	Metrics string   `json:"metrics"`            // the gateway's /metrics, on loopback
	EnvFile string   `json:"env_file,omitempty"` // OCR_SERVER_API_KEYS for the metrics, the cloud's key for the stop
}

// Defaults of a program.
const (
	DefaultStartTimeout = 15 * time.Minute // a model is loaded, or even fetched
	DefaultStopTimeout  = 30 * time.Second
)

// Duration is a time span, "1m30s" in JSON.
type Duration time.Duration

// MarshalText writes it as time.Duration does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// Read decodes and checks a config.
func Read(r io.Reader) (Config, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxConfig+1))
	if err != nil {
		return Config{}, err
	}
	if len(text) > maxConfig {
		return Config{}, fmt.Errorf("longer than %d bytes", maxConfig)
	}
	var cfg Config
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&cfg); err != nil {
		return Config{}, fmt.Errorf("line %d: %w", line(text, decoder, err), err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Config{}, fmt.Errorf("line %d: text after the end", line(text, decoder, nil))
	}
	return cfg.withDefaults(), cfg.Validate()
}

const maxConfig = 1 << 20

// line says where reading stopped.
func line(text []byte, decoder *json.Decoder, err error) int {
	at := decoder.InputOffset()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = syntax.Offset
	} else if typed, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		at = typed.Offset
	}
	return 1 + bytes.Count(text[:min(max(at, 0), int64(len(text)))], []byte("\n"))
}

func (c Config) withDefaults() Config {
	programs := make([]Program, 0, len(c.Programs))
	for _, p := range c.Programs {
		if p.StartTimeout == 0 {
			p.StartTimeout = Duration(DefaultStartTimeout)
		}
		if p.StopTimeout == 0 {
			p.StopTimeout = Duration(DefaultStopTimeout)
		}
		programs = append(programs, p)
	}
	c.Programs = programs
	return c
}

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

var validVariable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Validate joins all that is wrong.
func (c Config) Validate() error {
	var errs []error
	if c.Status == "" {
		errs = append(errs, errors.New("status: is missing"))
	}
	names, logs := map[string]bool{}, map[string]bool{}
	for i, p := range c.Programs {
		at := fmt.Sprintf("programs[%d]", i)
		if names[p.Name] {
			errs = append(errs, fmt.Errorf("%s.name: %q is there twice", at, p.Name))
		}
		if p.Log != "" && logs[p.Log] {
			errs = append(errs, fmt.Errorf("%s.log: another program writes to it too", at))
		}
		names[p.Name], logs[p.Log] = true, true
		for _, err := range p.faults() {
			errs = append(errs, fmt.Errorf("%s.%w", at, err))
		}
	}
	if c.Idle != nil {
		if c.Idle.After < Duration(time.Minute) {
			errs = append(errs, errors.New("idle.after: must be at least 1m"))
		}
		if err := loopback(c.Idle.Metrics); err != nil {
			errs = append(errs, fmt.Errorf("idle.metrics: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (p Program) faults() (errs []error) {
	if !validName.MatchString(p.Name) {
		errs = append(errs, fmt.Errorf("name: %q is not made of a-z, 0-9, - and _", p.Name))
	}
	if len(p.Command) == 0 || p.Command[0] == "" {
		errs = append(errs, errors.New("command: is missing"))
	}
	if p.Log == "" {
		errs = append(errs, errors.New("log: is missing"))
	}
	if p.Ready != "" {
		if err := loopback(p.Ready); err != nil {
			errs = append(errs, fmt.Errorf("ready: %w", err))
		}
	}
	if p.StartTimeout < 0 || p.StopTimeout < 0 {
		errs = append(errs, errors.New("start_timeout, stop_timeout: must not be negative"))
	}
	for name := range p.Env {
		if !validVariable.MatchString(name) {
			errs = append(errs, fmt.Errorf("env: %q is not the name of a variable", name))
		}
	}
	return errs
}

// loopback wants a URL of this machine: keys go there.
func loopback(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.User != nil {
		return fmt.Errorf("%q is not an http:// address", address)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%q is not on this machine: use 127.0.0.1", address)
	}
	return nil
}

// open reads a config file; errors name it.
func open(file string) (Config, error) {
	f, err := os.Open(file)
	if err != nil {
		return Config{}, err
	}
	defer f.Close()
	cfg, err := Read(f)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", file, err)
	}
	return cfg, nil
}
