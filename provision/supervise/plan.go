package supervise

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// plan is a config with all that it refers to, as it was when it was read.
type plan struct {
	status   string
	programs []launch
	idle     *idlePlan
}

// idlePlan is Idle with its secrets.
type idlePlan struct {
	Idle
	secrets map[string]string
}

// launch is a program with its environment and the state of its files.
type launch struct {
	Program
	environ []string
	secrets []string // values that must not be shown
	// files are the files that the command names, so that a new build or a new
	// settings file counts as a change of the program.
	files map[string]fs.FileInfo
}

func (l launch) equal(other launch) bool {
	return reflect.DeepEqual(l.Program, other.Program) && slices.Equal(l.environ, other.environ) &&
		maps.EqualFunc(l.files, other.files, unchanged)
}

func unchanged(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// errNoStop is a config that asks for a stop that nobody can do.
var errNoStop = errors.New("idle: nothing here can stop the host; leave it out")

func load(file string, opts Options) (plan, error) {
	cfg, err := open(file)
	if err != nil {
		return plan{}, err
	}
	p := plan{status: cfg.Status}
	for _, program := range cfg.Programs {
		l, err := newLaunch(program, opts.Withhold)
		if err != nil {
			return plan{}, fmt.Errorf("%s: program %s: %w", file, program.Name, err)
		}
		p.programs = append(p.programs, l)
	}
	if cfg.Idle != nil {
		if opts.StopHost == nil {
			return plan{}, fmt.Errorf("%s: %w", file, errNoStop)
		}
		secrets, err := readEnvFile(cfg.Idle.EnvFile)
		if err != nil {
			return plan{}, fmt.Errorf("%s: idle: %w", file, err)
		}
		p.idle = &idlePlan{*cfg.Idle, secrets}
	}
	return p, nil
}

func newLaunch(p Program, withhold []string) (launch, error) {
	secrets, err := readEnvFile(p.EnvFile)
	if err != nil {
		return launch{}, err
	}
	vars := map[string]string{}
	for _, v := range os.Environ() {
		name, value, _ := strings.Cut(v, "=")
		vars[name] = value
	}
	for _, name := range withhold {
		delete(vars, name)
	}
	maps.Copy(vars, secrets)
	maps.Copy(vars, p.Env)
	l := launch{Program: p, files: map[string]fs.FileInfo{}}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		l.environ = append(l.environ, name+"="+vars[name])
	}
	l.secrets = slices.Sorted(maps.Values(secrets))
	for _, arg := range append([]string{l.path()}, p.Command[1:]...) {
		if !filepath.IsAbs(arg) {
			continue
		}
		if info, err := os.Stat(arg); err == nil && info.Mode().IsRegular() {
			l.files[arg] = info
		}
	}
	return l, nil
}

// path is the file to run: as a shell with the program's environment would find it.
func (l launch) path() string {
	name := l.Command[0]
	if strings.Contains(name, "/") {
		return name
	}
	for _, v := range l.environ {
		dirs, ok := strings.CutPrefix(v, "PATH=")
		if !ok {
			continue
		}
		for _, dir := range filepath.SplitList(dirs) {
			file := filepath.Join(dir, name)
			if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				return file
			}
		}
	}
	return name
}

// readEnvFile reads NAME=value lines. Values are taken as they stand, without
// quotes or escapes; blank lines and those with # are left out. Errors show no values.
func readEnvFile(file string) (map[string]string, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("env_file: %w", err)
	}
	vars := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok || !validVariable.MatchString(name) || strings.ContainsRune(value, 0) {
			return nil, fmt.Errorf("env_file: %s line %d: want NAME=value", file, n)
		}
		vars[name] = value
	}
	if err := lines.Err(); err != nil {
		return nil, errors.Join(fmt.Errorf("env_file: %s", file), err)
	}
	return vars, nil
}
