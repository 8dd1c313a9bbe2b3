package inside

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// begin furnishes the pod and becomes its main process. It returns only when
// that failed.
func begin() error {
	syscall.Umask(0o022)
	syscall.CloseOnExec(SetupFD)
	syscall.CloseOnExec(StatusFD)
	var s Setup
	if err := json.NewDecoder(os.NewFile(SetupFD, "setup")).Decode(&s); err != nil {
		return fmt.Errorf("read the setup: %w", err)
	}
	if err := unix.Sethostname([]byte(s.Hostname)); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	if err := loopbackUp(); err != nil {
		return fmt.Errorf("bring the loopback interface up: %w", err)
	}
	if err := enterRoot(s); err != nil {
		return err
	}
	for _, variable := range s.Env {
		if path, ok := strings.CutPrefix(variable, "PATH="); ok {
			os.Setenv("PATH", path)
		}
	}
	program, err := exec.LookPath(s.Args[0])
	if err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", program, syscall.Exec(program, s.Args, s.Env))
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}

// staging is a folder that every machine has. In the pod's own view of the
// mounts it is covered by the memory that holds the pod's disk, so the machine
// needs no folder for a pod, and has none left when the pod is gone.
const staging = "/tmp"

// enterRoot builds the pod's root on an overlay of the machine's and makes it
// the only one.
func enterRoot(s Setup) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("part from the machine's mounts: %w", err)
	}
	from, err := openSources(s) // before staging is covered: they may lie there
	if err != nil {
		return err
	}
	defer from.close()
	if err := mount("tmpfs", staging, "tmpfs", 0, "mode=0755"); err != nil {
		return err
	}
	if err := os.Chdir(staging); err != nil {
		return err
	}
	for _, dir := range []string{"upper", "work", "root"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	if err := mount("overlay", "root", "overlay", 0, "lowerdir=/,upperdir=upper,workdir=work"); err != nil {
		return err
	}
	if err := os.Chdir("root"); err != nil {
		return err
	}
	for _, step := range []func() error{
		mountSystem,
		func() error { return mountVolume(s, from) },
		func() error { return furnish(s, from) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	// The old root goes on top of the new one, and is taken off.
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("change the root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leave the machine's root: %w", err)
	}
	return os.Chdir("/")
}

// sources are the things of the machine that a pod is made of.
type sources struct {
	self, vllm, volume *os.File // volume is nil when there is none
	openSSH            *os.Root // nil when there is none
}

func openSources(s Setup) (from sources, err error) {
	if from.self, err = os.Open("/proc/self/exe"); err != nil {
		return from, err
	}
	if from.vllm, err = os.Open(s.VLLM); err != nil {
		return from, fmt.Errorf("open the fake vLLM: %w", err)
	}
	if s.Volume != "" {
		if from.volume, err = os.Open(s.Volume); err != nil {
			return from, fmt.Errorf("open the volume: %w", err)
		}
	}
	from.openSSH, err = os.OpenRoot(s.OpenSSH)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return from, fmt.Errorf("open the unpacked OpenSSH: %w", err)
	}
	return from, nil
}

func (from sources) close() {
	from.self.Close()
	from.vllm.Close()
	if from.volume != nil {
		from.volume.Close()
	}
	if from.openSSH != nil {
		from.openSSH.Close()
	}
}

func mount(source, target, kind string, flags uintptr, options string) error {
	if err := unix.Mount(source, target, kind, flags, options); err != nil {
		return fmt.Errorf("mount %s on %s: %w", source, target, err)
	}
	return nil
}

// mountSystem mounts what a container has beside its disk. Paths are relative
// to the pod's root, as in all that follows.
func mountSystem() error {
	const locked = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	for _, m := range []struct {
		kind, target string
		flags        uintptr
		options      string
	}{
		{"proc", "proc", locked, ""},
		{"sysfs", "sys", locked | unix.MS_RDONLY, ""},
		{"tmpfs", "dev", unix.MS_NOSUID, "mode=0755"},
		{"devpts", "dev/pts", unix.MS_NOSUID | unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"},
		{"tmpfs", "dev/shm", unix.MS_NOSUID | unix.MS_NODEV, ""},
		{"tmpfs", "run", unix.MS_NOSUID | unix.MS_NODEV, "mode=0755"},
		{"tmpfs", "tmp", unix.MS_NOSUID | unix.MS_NODEV, "mode=1777"},
		{"tmpfs", "root", unix.MS_NOSUID | unix.MS_NODEV, "mode=0700"}, // the home: nothing of the machine's own
	} {
		if err := os.MkdirAll(m.target, 0o755); err != nil {
			return err
		}
		if err := mount(m.kind, m.target, m.kind, m.flags, m.options); err != nil {
			return err
		}
	}
	for _, name := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		// Bound, not made: making a device needs a right more.
		if err := os.WriteFile("dev/"+name, nil, 0o666); err != nil {
			return err
		}
		if err := mount("/dev/"+name, "dev/"+name, "", unix.MS_BIND, ""); err != nil {
			return err
		}
	}
	for name, target := range map[string]string{
		"ptmx": "pts/ptmx", "fd": "/proc/self/fd",
		"stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	} {
		if err := os.Symlink(target, "dev/"+name); err != nil {
			return err
		}
	}
	return nil
}

func mountVolume(s Setup, from sources) error {
	if from.volume == nil {
		return nil
	}
	at := inRoot(s.VolumePath)
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	return mount(fmt.Sprintf("/proc/self/fd/%d", from.volume.Fd()), at, "", unix.MS_BIND, "")
}

// inRoot is the relative name of an absolute path.
func inRoot(path string) string { return "." + filepath.Clean("/"+path) }

// furnish puts programs and files on the pod's disk.
func furnish(s Setup, from sources) error {
	if _, err := os.Stat("usr/sbin/sshd"); err != nil && from.openSSH != nil {
		if err := unpack(from.openSSH.FS()); err != nil {
			return fmt.Errorf("unpack OpenSSH: %w", err)
		}
	}
	if err := os.MkdirAll(inRoot(Tools), 0o755); err != nil {
		return err
	}
	if err := writeProgram(from.self, Program); err != nil {
		return err
	}
	if err := writeProgram(from.vllm, VLLM); err != nil {
		return err
	}
	if err := sshServer(s.HideSSHD); err != nil {
		return fmt.Errorf("prepare OpenSSH: %w", err)
	}
	if err := accounts(); err != nil {
		return fmt.Errorf("write the accounts: %w", err)
	}
	// /usr/local/sbin comes first in every login's PATH.
	if err := os.MkdirAll("usr/local/sbin", 0o755); err != nil {
		return err
	}
	for _, name := range s.StandIns {
		link := "usr/local/sbin/" + name
		if err := os.RemoveAll(link); err != nil {
			return err
		}
		if err := os.Symlink(Program, link); err != nil {
			return err
		}
	}
	for name, content := range s.Files {
		if err := write(inRoot(name), content, 0o644); err != nil {
			return err
		}
	}
	if err := write("etc/hostname", s.Hostname+"\n", 0o644); err != nil {
		return err
	}
	return write("etc/hosts", "127.0.0.1 localhost "+s.Hostname+"\n", 0o644)
}

// write replaces a file, and a link by a file.
func write(name, content string, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.RemoveAll(name); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(content), mode)
}

func writeProgram(from io.Reader, to string) error {
	f, err := os.OpenFile(inRoot(to), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, from); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// unpack copies a tree onto the pod's disk. Folders that are there stay, links
// to folders (/lib) too.
func unpack(tree fs.FS) error {
	return fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch d.Type() {
		case fs.ModeDir:
			return os.MkdirAll(name, 0o755)
		case fs.ModeSymlink:
			target, err := fs.ReadLink(tree, name)
			if err != nil {
				return err
			}
			if err := os.RemoveAll(name); err != nil {
				return err
			}
			return os.Symlink(target, name)
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return write(name, string(content), info.Mode().Perm())
	})
}

// sshServer makes OpenSSH as a fresh installation leaves it, whatever the
// machine made of its own, or as it is before one.
func sshServer(hide bool) error {
	keys, err := filepath.Glob("etc/ssh/ssh_host_*")
	if err != nil {
		return err
	}
	local, err := filepath.Glob("etc/ssh/sshd_config.d/*")
	if err != nil {
		return err
	}
	for _, name := range append(keys, local...) {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	config, err := os.ReadFile("usr/share/openssh/sshd_config")
	if err == nil {
		err = write("etc/ssh/sshd_config", string(config), 0o644)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !hide {
		return nil
	}
	return os.Rename("usr/sbin/sshd", inRoot(HiddenSSHD))
}

// accounts gives root a home and a shell, no password, and sshd its user.
func accounts() error {
	for name, lines := range map[string][]string{
		"etc/passwd": {"root:x:0:0:root:/root:/bin/bash", "sshd:x:64999:65534::/run/sshd:/usr/sbin/nologin"},
		"etc/shadow": {"root:*:19000:0:99999:7:::", "sshd:!:19000::::::"},
	} {
		old, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for line := range strings.Lines(string(old)) {
			if !strings.HasPrefix(line, "root:") && !strings.HasPrefix(line, "sshd:") {
				lines = append(lines, strings.TrimSuffix(line, "\n"))
			}
		}
		if err := write(name, strings.Join(lines, "\n")+"\n", 0o644); err != nil {
			return err
		}
	}
	return os.Chmod("etc/shadow", 0o600)
}
