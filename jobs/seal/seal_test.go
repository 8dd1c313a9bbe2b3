package seal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"ocr-gateway/jobs/seal"
)

func TestPasswordsAreSealed(t *testing.T) {
	dir := t.TempDir()
	load := func(name string) *seal.Sealer {
		t.Helper()
		s, err := seal.Load(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	const password = "correct horse"
	sealed := load("a").Seal(password, "job 1")
	if bytes.Contains(sealed, []byte(password)) {
		t.Error("the password is in the clear")
	}
	if got, err := load("a").Open(sealed, "job 1"); got != password || err != nil {
		t.Errorf("opened as %q (%v)", got, err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := load("a").Open(sealed, "job 1"); err == nil {
		t.Error("damage is not seen")
	}
	sealed[len(sealed)-1] ^= 1
	for name, f := range map[string]func() (string, error){
		"another key":     func() (string, error) { return load("b").Open(sealed, "job 1") },
		"another purpose": func() (string, error) { return load("a").Open(sealed, "job 2") },
		"nothing":         func() (string, error) { return load("a").Open(nil, "job 1") },
	} {
		if got, err := f(); err == nil {
			t.Errorf("%s opens it: %q", name, got)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "a")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", info.Mode(), err)
	}
}

func TestKeysThatAreNone(t *testing.T) {
	dir := t.TempDir()
	short := filepath.Join(dir, "short")
	if err := os.WriteFile(short, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{short, dir, filepath.Join(short, "key")} {
		if _, err := seal.Load(path); err == nil {
			t.Errorf("%s is taken", path)
		}
	}
}
