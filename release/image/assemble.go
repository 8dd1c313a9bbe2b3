package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// parts is what an image is made of.
type parts struct {
	base, lib, models string // folders
	program           string // file
	version           string
}

// home is where the program is in the image; it finds lib and models beside it.
const home = "opt/ocr-gateway"

// assemble makes the image: a layer for each part, those that change least first.
func assemble(p parts) (v1.Image, error) {
	img := empty.Image
	for _, l := range []struct{ from, at string }{
		{p.base, "."}, {p.lib, home + "/lib"}, {p.models, home + "/models"}, {p.program, home + "/ocr-gateway"},
	} {
		layer, err := layerOf(l.from, l.at)
		if err != nil {
			return nil, err
		}
		if img, err = mutate.AppendLayers(img, layer); err != nil {
			return nil, err
		}
	}
	owned, err := stateLayer()
	if err != nil {
		return nil, err
	}
	if img, err = mutate.AppendLayers(img, owned); err != nil {
		return nil, err
	}
	return mutate.ConfigFile(img, configOf(img, p.version))
}

// stateLayer is the empty folder of the state, which its user may write. A new volume takes its
// owner.
func stateLayer() (v1.Layer, error) {
	var data bytes.Buffer
	out := tar.NewWriter(&data)
	for _, dir := range above(state) {
		if err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755}); err != nil {
			return nil, err
		}
	}
	if err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: state + "/", Mode: 0o700, Uid: user, Gid: user}); err != nil {
		return nil, err
	}
	return closed(out, &data)
}

// closed is the layer of an archive that is complete.
func closed(out *tar.Writer, data *bytes.Buffer) (v1.Layer, error) {
	if err := out.Close(); err != nil {
		return nil, err
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data.Bytes())), nil }
	return tarball.LayerFromOpener(open, tarball.WithCompressedCaching)
}

const (
	user = 10001 // nobody's
	// state is the folder of what is to outlive a container: jobs. It is a volume, so that it can
	// be written where nothing else can.
	state = "var/lib/ocr-gateway"
)

// configOf is how the image runs: as nobody, with nothing to write to but a /tmp that is
// mounted, and its state.
func configOf(img v1.Image, version string) *v1.ConfigFile {
	file, _ := img.ConfigFile() // of layers in memory
	file = file.DeepCopy()
	file.OS, file.Architecture = "linux", runtime.GOARCH
	file.Config = v1.Config{
		Entrypoint:   []string{"/" + home + "/ocr-gateway"},
		Cmd:          []string{"serve", "--host", "0.0.0.0", "--port", "8007"},
		User:         fmt.Sprintf("%d:%[1]d", user),
		Volumes:      map[string]struct{}{"/" + state: {}},
		WorkingDir:   "/" + home,
		Env:          []string{"PATH=/" + home, "XDG_STATE_HOME=/" + path.Dir(state)},
		ExposedPorts: map[string]struct{}{"8007/tcp": {}},
		Labels: map[string]string{
			"org.opencontainers.image.title": "ocr-gateway", "org.opencontainers.image.version": version,
			"org.opencontainers.image.description": "Documents to text, tables, formulas and fields",
		},
		Healthcheck: &v1.HealthConfig{
			Test:     []string{"CMD", "/" + home + "/ocr-gateway", "healthcheck"},
			Interval: 15 * time.Second, Timeout: 6 * time.Second, StartPeriod: 30 * time.Second, Retries: 3,
		},
	}
	return file
}

// layerOf is a file, or all that is in a folder, at a path of the image. Owners and times
// are left out, so that a layer depends on nothing but names, modes and contents.
func layerOf(from, at string) (v1.Layer, error) {
	var data bytes.Buffer
	out := tar.NewWriter(&data)
	for _, dir := range above(at) {
		if err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755}); err != nil {
			return nil, err
		}
	}
	err := filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil || path.Join(at, rel) == "." {
			return err
		}
		return add(out, name, path.Join(at, rel), entry)
	})
	if err != nil {
		return nil, err
	}
	return closed(out, &data)
}

// above are the folders that a path is in, the outermost first.
func above(at string) (all []string) {
	for i, c := range at {
		if c == '/' {
			all = append(all, at[:i])
		}
	}
	return all
}

// add writes a file, folder or link.
func add(out *tar.Writer, name, at string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	link := ""
	if info.Mode()&fs.ModeSymlink != 0 {
		if link, err = os.Readlink(name); err != nil {
			return err
		}
	}
	head, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return err
	}
	if head.Name = at; info.IsDir() {
		head.Name += "/"
	}
	*head = tar.Header{Typeflag: head.Typeflag, Name: head.Name, Linkname: link, Size: head.Size, Mode: head.Mode}
	if err := out.WriteHeader(head); err != nil || !info.Mode().IsRegular() {
		return err
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(out, file)
	return err
}

// compressed is how many bytes the layers of an image are to download.
func compressed(img v1.Image) (sum int64, err error) {
	layers, err := img.Layers()
	if err != nil {
		return 0, err
	}
	for _, l := range layers {
		size, err := l.Size()
		if err != nil {
			return 0, err
		}
		sum += size
	}
	return sum, nil
}
