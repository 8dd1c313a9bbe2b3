// Command image assembles the container images from folders, without a container runtime or
// a daemon: the distribution's libraries, MuPDF, the models, the program. Equal input gives
// an equal image. It writes an OCI layout with an image for each architecture that it is
// given, what is in them and how they came to be; and each as a file for `docker load`.
package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func main() {
	version := flag.String("version", "dev", "of the program: the image's tag")
	cache := flag.String("cache", "", "Go's module cache, for licenses")
	gpu := flag.Bool("gpu", false, "with Python and the packages of the layout program")
	out := flag.String("o", "build/image", "folder to write")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "image: name the architectures to make images for, as amd64 arm64")
		os.Exit(2)
	}
	var all []parts
	for _, arch := range flag.Args() {
		all = append(all, partsOf(arch, *version, *gpu))
	}
	if err := write(all, *cache, *out); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// partsOf are the parts of an architecture where the Makefile leaves them.
func partsOf(arch, version string, gpu bool) parts {
	at := "."
	if arch != runtime.GOARCH {
		at = filepath.Join("build", arch)
	}
	p := parts{
		arch: arch, version: version, base: "build/image-base-" + arch,
		lib: filepath.Join(at, "lib"), models: filepath.Join(at, "models"), program: filepath.Join(at, "bin", "ocr-gateway"),
	}
	if gpu {
		p.version, p.base, p.python = version+"-gpu", "build/image-base-gpu", "build/image-python"
	}
	return p
}

// write writes all images, and prints what they are.
func write(all []parts, cache, out string) error {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	layers := filepath.Join(out, "layers")
	if err := os.MkdirAll(layers, 0o777); err != nil {
		return err
	}
	defer os.RemoveAll(layers)
	var images []*finished
	for _, p := range all {
		f, err := finish(p, layers, cache)
		if err == nil {
			err = writeOne(f, out)
		}
		if err != nil {
			return err
		}
		images = append(images, f)
	}
	index, err := indexOf(images)
	if err != nil {
		return err
	}
	folder, err := layout.Write(filepath.Join(out, "oci"), empty.Index)
	if err != nil {
		return err
	}
	err = folder.AppendIndex(index, layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": all[0].version}))
	if err != nil {
		return err
	}
	return writeSums(out)
}

// writeOne writes an image as `docker load` and `podman load` take it, with what is said of it.
func writeOne(f *finished, out string) error {
	tag, err := name.NewTag("ocr-gateway:" + f.version)
	if err != nil {
		return err
	}
	stem := filepath.Join(out, "ocr-gateway-"+f.version+"-"+f.arch)
	err = create(stem+".tar", func(file *os.File) error { return tarball.Write(tag, f.img, file) })
	if err == nil {
		err = os.WriteFile(stem+".cdx.json", f.bill, 0o644)
	}
	if err == nil {
		err = os.WriteFile(stem+".provenance.json", f.statements[1], 0o644)
	}
	if err != nil {
		return err
	}
	digest, err := f.img.Digest()
	if err != nil {
		return err
	}
	size, err := compressed(f.img)
	if err != nil {
		return err
	}
	fmt.Printf("image: %s.tar as %s, %.1f MB compressed, %s\n", stem, tag.Name(), float64(size)/1e6, digest)
	return nil
}

// writeSums writes the SHA-256 of each file in a folder, as sha256sum checks them.
func writeSums(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		file, err := os.Open(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		hash := sha256.New()
		_, err = io.Copy(hash, file)
		file.Close()
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", hash.Sum(nil), e.Name())
	}
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(sums.String()), 0o644)
}
