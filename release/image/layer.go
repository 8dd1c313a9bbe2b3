package main

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
)

// layerOf is a file, or all that is in a folder, at a path of the image, written to a file in
// a folder: the layers of the image with Python do not fit in memory. Owners, times and what
// the builder's umask did are left out, so that a layer depends on names and contents.
func layerOf(layers, from, at string) (v1.Layer, error) {
	return writeLayer(layers, from+" "+at, func(out *tar.Writer) error {
		if err := addAbove(out, at); err != nil {
			return err
		}
		return filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(from, name)
			if err != nil || path.Join(at, rel) == "." {
				return err
			}
			return add(out, name, path.Join(at, rel), entry)
		})
	})
}

// stateLayer has the folder that the program writes to.
func stateLayer(layers string) (v1.Layer, error) {
	return writeLayer(layers, state, func(out *tar.Writer) error {
		if err := addAbove(out, state); err != nil {
			return err
		}
		return out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: state + "/", Mode: 0o700, Uid: nobody, Gid: nobody})
	})
}

// writeLayer writes a layer to a file named after what is in it.
func writeLayer(layers, content string, write func(*tar.Writer) error) (v1.Layer, error) {
	sum := sha256.Sum256([]byte(content))
	name := filepath.Join(layers, hex.EncodeToString(sum[:8])+".tar.gz")
	err := create(name, func(file *os.File) error {
		zip := gzip.NewWriter(file)
		out := tar.NewWriter(zip)
		if err := write(out); err != nil {
			return err
		}
		if err := out.Close(); err != nil {
			return err
		}
		return zip.Close()
	})
	if err != nil {
		return nil, err
	}
	return tarball.LayerFromFile(name, tarball.WithMediaType(types.OCILayer))
}

// addAbove writes the folders that a path is in, the outermost first.
func addAbove(out *tar.Writer, at string) error {
	for i, c := range at {
		if c != '/' {
			continue
		}
		if err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: at[:i] + "/", Mode: 0o755}); err != nil {
			return err
		}
	}
	return nil
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
	*head = tar.Header{Typeflag: head.Typeflag, Name: head.Name, Linkname: link, Size: head.Size, Mode: readable(head.Mode)}
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

// readable is a mode by which everybody may read and run what its owner may, as the program
// does not own what it is made of, and nobody else may write.
func readable(mode int64) int64 {
	const sticky = 0o1000
	if mode&sticky != 0 { // /tmp
		return mode
	}
	return mode&^0o022 | mode&0o500>>3 | mode&0o500>>6
}
