package app

import (
	"os"
	"path/filepath"
)

// findModels resolves a relative models folder: from the working folder when
// it is there, else beside the binary or one above (bin/ocr-gateway, models/).
func findModels(dir string) string {
	if filepath.IsAbs(dir) || isDir(dir) {
		return dir
	}
	exe, err := os.Executable()
	if err != nil {
		return dir
	}
	for _, base := range []string{filepath.Dir(exe), filepath.Dir(filepath.Dir(exe))} {
		if beside := filepath.Join(base, dir); isDir(beside) {
			return beside
		}
	}
	return dir
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
