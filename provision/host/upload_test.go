package host

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/stage/stagetest"
)

// hands is a host that notes what is done with it.
type hands struct {
	Host
	scripts []string
	files   map[string][]byte
}

func (h *hands) Run(_ context.Context, script string, _ io.Writer) error {
	h.scripts = append(h.scripts, script)
	return nil
}

func (h *hands) Upload(_ context.Context, content io.ReadSeeker, path string, _ fs.FileMode) error {
	data, err := io.ReadAll(content)
	h.files[path] = data
	return err
}

// TestOldHostsBuildTheProgram has a host whose libc is older than this very test's.
func TestOldHostsBuildTheProgram(t *testing.T) {
	host := &hands{files: map[string][]byte{}}
	parts := Parts{Progress: new(stagetest.Recorder), Payload: Payload{
		Version: "v1",
		Program: func() (Program, error) { return os.Open("/proc/self/exe") },
		Library: func() (Program, error) { return os.Open("upload_test.go") }, LibraryName: "lib.so",
	}}
	s := &Setup{Parts: parts, d: &deployment.Deployment{Options: deployment.DefaultOptions()}, host: host, probed: probe{Glibc: "2.1"}}
	if err := s.upload(t.Context()); !errors.Is(err, errOldLibc) || !strings.Contains(err.Error(), "--binary") {
		t.Errorf("without sources: %v", err)
	}
	s.Source = func() ([]byte, error) { return []byte("packed"), nil }
	if err := s.upload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := string(host.files[deployment.CloudDir+"/run/source.tar.gz"]); got != "packed" {
		t.Errorf("sent %q", got)
	}
	if last := host.scripts[len(host.scripts)-1]; !strings.Contains(last, "go_pin='"+goPin+"'") || !strings.Contains(last, "go build") {
		t.Errorf("ran %s", last)
	}
	if len(host.files[deployment.CloudDir+"/bin/lib.so"]) == 0 {
		t.Error("the program built there has no library beside it")
	}
	delete(host.files, deployment.CloudDir+"/bin/lib.so")
	s.probed.Glibc = "9.0"
	if err := s.upload(t.Context()); err != nil || len(host.files[deployment.CloudDir+"/bin/ocr-gateway"]) == 0 || len(host.files[deployment.CloudDir+"/bin/lib.so"]) == 0 {
		t.Errorf("on a newer host: %v, files %d", err, len(host.files))
	}
}
