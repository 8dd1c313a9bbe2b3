package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

var fromMake = flag.String("image", "", "an image that `make image` wrote")

// small is what a small image is made of.
func small(t *testing.T) parts {
	t.Helper()
	dir := t.TempDir()
	p := parts{arch: "amd64", base: filepath.Join(dir, "base"), lib: filepath.Join(dir, "lib"), models: filepath.Join(dir, "models"), program: filepath.Join(dir, "program"), version: "v1"}
	for path, mode := range map[string]os.FileMode{"base/etc/passwd": 0o644, "lib/libmupdf.so": 0o644, "models/det.onnx": 0o600, "program": 0o755} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(path[len(dir):]), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(p.base, "tmp"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(p.base, "tmp"), 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("passwd", filepath.Join(p.base, "etc", "group")); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAssemble(t *testing.T) {
	img, err := assemble(small(t), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*tar.Header{}
	content := mutate.Extract(img)
	defer content.Close()
	for r := tar.NewReader(content); ; {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if name := strings.TrimSuffix(head.Name, "/"); name == state {
			if head.Uid != nobody || head.Gid != nobody || head.Mode != 0o700 {
				t.Errorf("%+v", head)
			}
			continue
		}
		if head.Uid != 0 || head.Gid != 0 || head.Uname != "" || head.ModTime.Unix() > 0 {
			t.Errorf("%+v", head)
		}
		files[strings.TrimSuffix(head.Name, "/")] = head
	}
	for name, mode := range map[string]int64{"etc/passwd": 0o644, "tmp": 0o1777, "opt": 0o755, "opt/ocr-gateway/lib/libmupdf.so": 0o644, "opt/ocr-gateway/models/det.onnx": 0o644, "opt/ocr-gateway/ocr-gateway": 0o755} {
		if f := files[name]; f == nil || f.Mode != mode {
			t.Errorf("%s: %+v, want mode %o", name, f, mode)
		}
	}
	if f := files["etc/group"]; f == nil || f.Linkname != "passwd" {
		t.Errorf("a link: %+v", f)
	}
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if c := file.Config; c.User != "10001:10001" || !slices.Contains(c.Env, "XDG_STATE_HOME=/var/lib") || len(c.Volumes) != 1 || c.Healthcheck == nil || c.Entrypoint[0] != "/opt/ocr-gateway/ocr-gateway" || c.Cmd[0] != "serve" {
		t.Errorf("%+v", c)
	}
}

// TestEqualInputGivesAnEqualImage builds twice from files of other times and umasks.
func TestEqualInputGivesAnEqualImage(t *testing.T) {
	var digests []v1.Hash
	for _, p := range []parts{small(t), small(t)} {
		if err := os.Chmod(p.program, []os.FileMode{0o700, 0o775}[len(digests)]); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(p.program, time.Now(), time.Unix(int64(len(digests)), 0)); err != nil {
			t.Fatal(err)
		}
		img, err := assemble(p, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		digest, err := img.Digest()
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, digest)
	}
	if digests[0] != digests[1] {
		t.Errorf("%v", digests)
	}
}

func TestWriteNamesWhatIsMissing(t *testing.T) {
	p := small(t)
	p.models = filepath.Join(p.models, "none")
	if err := write([]parts{p}, "", filepath.Join(t.TempDir(), "image")); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("%v", err)
	}
}

// TestIndex makes images of two architectures from this test's own binary, whose modules are
// in the bill.
func TestIndex(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("../..")
	var all []*finished
	for _, arch := range []string{"amd64", "arm64"} {
		p := small(t)
		p.arch, p.program = arch, self
		control := filepath.Join(p.base, "var/lib/dpkg/status.d/libc6")
		if err := os.MkdirAll(filepath.Dir(control), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(control, []byte("Package: libc6\nVersion: 2.36-9+deb12u14\nArchitecture: "+arch+"\nDescription: one\n two\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := finish(p, t.TempDir(), strings.TrimSpace(string(cache)))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	index, err := indexOf(all)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	for i, arch := range []string{"amd64", "arm64"} {
		img, said := manifest.Manifests[2*i], manifest.Manifests[2*i+1]
		if img.Platform.Architecture != arch || said.Annotations["vnd.docker.reference.digest"] != img.Digest.String() {
			t.Errorf("%+v, %+v", img, said)
		}
		if !strings.Contains(string(all[i].statements[1]), img.Digest.Hex) {
			t.Errorf("provenance of another image: %s", all[i].statements[1])
		}
		for _, part := range []string{"github.com/google/go-containerregistry", "MuPDF", "pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=" + arch} {
			if !strings.Contains(string(all[i].bill), part) {
				t.Errorf("%s lacks %s", arch, part)
			}
		}
		if has := strings.Contains(string(all[i].bill), "libjpeg-turbo"); has != (arch == "amd64") {
			t.Errorf("%s has libjpeg-turbo of models.lock: %t", arch, has)
		}
	}
}

// TestImageReadsTheSample runs the built image with runc: root read-only, nobody's user, no
// capability, as an orchestrator would, on the host's network.
func TestImageReadsTheSample(t *testing.T) {
	if *fromMake == "" {
		t.Skip("run by make test-image")
	}
	img, err := tarball.ImageFromPath(*fromMake, nil)
	if err != nil {
		t.Fatal(err)
	}
	const most = 200e6
	if size, err := compressed(img); err != nil || size > most {
		t.Errorf("%d bytes compressed, %v; want at most %d", size, err, int(most))
	}
	bundle := t.TempDir()
	extract(t, img, filepath.Join(bundle, "rootfs"))
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	writeBundle(t, bundle, file.Config)
	id := fmt.Sprintf("ocr-gateway-test-%d", os.Getpid())
	runc := func(args ...string) *exec.Cmd { return exec.Command("runc", args...) }
	began := time.Now()
	run := runc("run", "--bundle", bundle, id)
	url := serve(t, run, func() { _ = runc("kill", id, "TERM").Run() })
	text := ask(t, url)
	load, _ := os.ReadFile("/proc/loadavg")
	t.Logf("first text %d ms after the start, load %s", time.Since(began).Milliseconds(), load)
	if !strings.Contains(text, "Harbour") {
		t.Errorf("read %q", text)
	}
	health := append([]string{"exec", id}, file.Config.Healthcheck.Test[1:]...)
	if out, err := runc(append(health, "--url", url+"/livez")...).CombinedOutput(); err != nil {
		t.Errorf("healthcheck: %v, %s", err, out)
	}
	doctor := runc("exec", id, file.Config.Entrypoint[0], "doctor", "--port", "0")
	out, err := doctor.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "/"+state+"/jobs") {
		t.Errorf("doctor: %v", err)
	}
	if _, err := os.Stat(filepath.Join(bundle, "rootfs", state)); err != nil {
		t.Error(err)
	}
}

// extract lays an image's files out in a folder.
func extract(t *testing.T, img v1.Image, root string) {
	t.Helper()
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	content := mutate.Extract(img)
	defer content.Close()
	unpack := exec.Command("tar", "-x", "-p", "-C", root)
	unpack.Stdin = content
	if out, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// writeBundle writes what runc is to do: the image's own entry point, at a free port of
// this machine.
func writeBundle(t *testing.T, bundle string, c v1.Config) {
	t.Helper()
	mount := func(kind, at string, options ...string) map[string]any {
		return map[string]any{"type": kind, "source": kind, "destination": at, "options": append(options, "nosuid", "noexec", "nodev")}
	}
	spec := map[string]any{
		"ociVersion": "1.0.2",
		"root":       map[string]any{"path": "rootfs", "readonly": true},
		"process": map[string]any{
			"user": map[string]any{"uid": 10001, "gid": 10001}, "cwd": c.WorkingDir, "env": c.Env,
			"args":            append(slices.Clone(c.Entrypoint), "serve", "--port", "0"),
			"noNewPrivileges": true, "capabilities": map[string]any{},
		},
		"mounts": []any{mount("proc", "/proc"), mount("tmpfs", "/tmp", "mode=1777"), mount("tmpfs", "/"+state, "mode=0700", "uid=10001", "gid=10001"), map[string]any{"type": "tmpfs", "source": "tmpfs", "destination": "/dev", "options": []string{"nosuid", "mode=755"}}},
		"linux":  map[string]any{"namespaces": []any{map[string]string{"type": "pid"}, map[string]string{"type": "mount"}, map[string]string{"type": "ipc"}, map[string]string{"type": "uts"}}},
	}
	data, err := json.Marshal(spec)
	if err == nil {
		err = os.WriteFile(filepath.Join(bundle, "config.json"), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// serve starts a container, and returns where it listens.
func serve(t *testing.T, run *exec.Cmd, stop func()) string {
	t.Helper()
	log, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(log)
	t.Cleanup(func() {
		stop()
		for lines.Scan() { // until it ends
		}
		if err := run.Wait(); err != nil {
			t.Errorf("the container ended with %v", err)
		}
	})
	for lines.Scan() {
		t.Log(lines.Text())
		var entry struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Msg == "listening" {
			return "http://" + entry.Address
		}
	}
	t.Fatal("it does not listen")
	return ""
}

// ask has the sample read.
func ask(t *testing.T, url string) string {
	t.Helper()
	sample, err := os.ReadFile("../../testdata/sample.png")
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "sample.png")
	if err == nil {
		_, err = part.Write(sample)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", url+"/api/ocr/document", &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept", "text/markdown")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%d, %v: %s", resp.StatusCode, err, text)
	}
	return string(text)
}
