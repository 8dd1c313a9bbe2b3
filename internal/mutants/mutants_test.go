package mutants_test

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"

	"ocr-gateway/internal/mutants"
)

func seeds(t *testing.T) []mutants.Seed {
	t.Helper()
	files, err := filepath.Glob("../../raster/testdata/*.[a-z]*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no seeds: %v", err)
	}
	var seeds []mutants.Seed
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		seeds = append(seeds, mutants.Seed{Name: filepath.Base(file), Data: data})
	}
	return seeds
}

func TestMutantsAreDamagedBoundedAndTheSameEachTime(t *testing.T) {
	from := seeds(t)
	before := sha256.New()
	for _, seed := range from {
		before.Write(seed.Data)
	}
	const count = 3000
	same, different := 0, map[[32]byte]bool{}
	for n := range count {
		m, again := mutants.Make(from, n), mutants.Make(from, n)
		if m.Name != again.Name || !bytes.Equal(m.Data, again.Data) {
			t.Fatalf("mutant %d differs from itself", n)
		}
		if len(m.Data) > 1<<20 {
			t.Errorf("%s has %d bytes", m.Name, len(m.Data))
		}
		if bytes.Equal(m.Data, from[n%len(from)].Data) {
			same++
		}
		different[sha256.Sum256(m.Data)] = true
	}
	if same > count/50 || len(different) < count*9/10 {
		t.Errorf("of %d mutants %d are unharmed and %d different", count, same, len(different))
	}
	after := sha256.New()
	for _, seed := range from {
		after.Write(seed.Data)
	}
	if !bytes.Equal(before.Sum(nil), after.Sum(nil)) {
		t.Error("the seeds were changed")
	}
}
