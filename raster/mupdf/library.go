package mupdf

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// LibraryName is the file that contains MuPDF: version 1.28.5, as built for PyMuPDF, with fonts that replace
// those which a document names but does not embed.
const LibraryName = "libmupdf.so.28.5"

// librarySums pins the file for each architecture by its SHA-256: the declarations here fit no other, and it
// is code that we run.
var librarySums = map[string]string{
	"amd64": "207db34b170c59bc33716a435428b37a070286435e5b13b0a254c19f85f76687",
	"arm64": "c2df8c55a540dc5f263a5a117e91e7ce5d7efb619698b4a19c1d73b6ba17d6a4",
}

// OpenLibrary opens the library for an architecture, by Go's name. It is sought beside the program, in lib/
// there and one level up, and, for tests, in lib/ in the working folder and above. The open file is the one
// that was checked.
func OpenLibrary(arch, program string) (*os.File, error) {
	sum := librarySums[arch]
	if sum == "" {
		return nil, fmt.Errorf("there is no MuPDF for %s: use x86_64 or arm64", arch)
	}
	err := fmt.Errorf("MuPDF is missing: run `make mupdf`, or put %s beside the program", LibraryName)
	for _, path := range libraryPaths(program) {
		f, openErr := os.Open(path)
		if openErr != nil {
			continue
		}
		if err = verify(f, sum); err == nil {
			return f, nil
		}
		f.Close()
	}
	return nil, err
}

func libraryPaths(program string) []string {
	var paths []string
	if exe, err := filepath.EvalSymlinks(program); err == nil {
		dir := filepath.Dir(exe)
		paths = append(paths, filepath.Join(dir, LibraryName),
			filepath.Join(dir, "lib", LibraryName), filepath.Join(filepath.Dir(dir), "lib", LibraryName))
	}
	dir, err := os.Getwd()
	for err == nil {
		paths = append(paths, filepath.Join(dir, "lib", LibraryName))
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	return paths
}

// verify compares a file's SHA-256.
func verify(f *os.File, want string) error {
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return fmt.Errorf("MuPDF cannot be read: %w", err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != want {
		return errors.New("MuPDF in " + f.Name() + " is changed, incomplete or of another version: run `make mupdf`; its SHA-256 is " + got + ", not " + want)
	}
	_, err := f.Seek(0, io.SeekStart)
	return err
}
