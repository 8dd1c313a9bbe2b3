package main

import (
	"os"
	"path"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// parts is what an image is made of.
type parts struct {
	arch              string
	base, lib, models string // folders
	python            string // folder of the layout program's packages; "" for none
	program           string // file
	version           string
}

// home is where the program is in the image; it finds lib and models beside it.
const home = "opt/ocr-gateway"

// state is the one folder that the program may write to beside /tmp: jobs and models that
// are fetched at run time. A volume that is mounted there takes its owner.
const state = "var/lib/ocr-gateway"

// nobody is the user of the program, who owns nothing but state.
const nobody = 10001

// python is where Debian's interpreter looks for packages that are not Debian's.
const python = "usr/local/lib/python3.11/dist-packages"

// assemble makes the image: a layer for each part, those that change least first. The layers
// are kept as files in a folder.
func assemble(p parts, layers string) (v1.Image, error) {
	img := emptyImage()
	for _, l := range []struct{ from, at string }{
		{p.base, "."}, {p.python, python}, {p.lib, home + "/lib"}, {p.models, home + "/models"}, {p.program, home + "/ocr-gateway"},
	} {
		if l.from == "" {
			continue
		}
		layer, err := layerOf(layers, l.from, l.at)
		if err != nil {
			return nil, err
		}
		if img, err = mutate.AppendLayers(img, layer); err != nil {
			return nil, err
		}
	}
	layer, err := stateLayer(layers)
	if err != nil {
		return nil, err
	}
	if img, err = mutate.AppendLayers(img, layer); err != nil {
		return nil, err
	}
	return mutate.ConfigFile(img, configOf(img, p))
}

// configOf is how the image runs: as nobody, with nothing to write to but its state and a
// /tmp that is mounted.
func configOf(img v1.Image, p parts) *v1.ConfigFile {
	file, _ := img.ConfigFile() // of layers that are there
	file = file.DeepCopy()
	file.OS, file.Architecture = "linux", p.arch
	file.Config = v1.Config{
		Entrypoint:   []string{"/" + home + "/ocr-gateway"},
		Cmd:          []string{"serve", "--host", "0.0.0.0", "--port", "8007"},
		User:         "10001:10001",
		WorkingDir:   "/" + home,
		Env:          []string{"PATH=/" + home + ":/usr/bin", "XDG_STATE_HOME=/" + path.Dir(state)},
		Volumes:      map[string]struct{}{"/" + state: {}},
		ExposedPorts: map[string]struct{}{"8007/tcp": {}},
		Labels: map[string]string{
			"org.opencontainers.image.title": "ocr-gateway", "org.opencontainers.image.version": p.version,
			"org.opencontainers.image.description": "Documents to text, tables, formulas and fields",
			"org.opencontainers.image.licenses":    "AGPL-3.0-or-later",
		},
		Healthcheck: &v1.HealthConfig{
			Test:     []string{"CMD", "/" + home + "/ocr-gateway", "healthcheck"},
			Interval: 15 * time.Second, Timeout: 6 * time.Second, StartPeriod: 30 * time.Second, Retries: 3,
		},
	}
	if p.python != "" {
		file.Config.Env = append(file.Config.Env, "OCR_LAYOUT_PYTHON=/usr/bin/python3.11", "HF_HOME=/"+state+"/hf",
			"NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_DRIVER_CAPABILITIES=compute,utility")
	}
	return file
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

// create makes a file for what write writes to it, whole or not at all.
func create(name string, write func(*os.File) error) error {
	file, err := os.Create(name + ".part")
	if err != nil {
		return err
	}
	defer os.Remove(name + ".part") // gone when all went well
	err = write(file)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(name+".part", name)
}
