// Command image assembles the container image from folders, without a container runtime or
// a daemon: the distribution's libraries, MuPDF, the models, the program. Equal input gives
// an equal image. `docker load` and `podman load` take what it writes.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func main() {
	var p parts
	flag.StringVar(&p.base, "base", "", "folder that base.sh made")
	flag.StringVar(&p.lib, "lib", "lib", "folder of MuPDF")
	flag.StringVar(&p.models, "models", "models", "folder of the models")
	flag.StringVar(&p.program, "program", "bin/ocr-gateway", "the program")
	flag.StringVar(&p.version, "version", "dev", "of the program: the image's tag")
	out := flag.String("o", "", "file to write")
	flag.Parse()
	if err := write(p, *out); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// write writes the image to a file, whole or not at all, and prints what it is.
func write(p parts, out string) error {
	tag, err := name.NewTag("ocr-gateway:" + p.version)
	if err != nil {
		return err
	}
	img, err := assemble(p)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o777); err != nil {
		return err
	}
	if err := tarball.WriteToFile(out+".part", tag, img); err != nil {
		return err
	}
	if err := os.Rename(out+".part", out); err != nil {
		return err
	}
	digest, err := img.Digest()
	if err != nil {
		return err
	}
	size, err := compressed(img)
	if err != nil {
		return err
	}
	fmt.Printf("image: %s as %s, %.1f MB compressed, %s\n", out, tag.Name(), float64(size)/1e6, digest)
	return nil
}
