package embedded_test

import (
	"image"
	"os"
	"testing"
)

// TestFractionsAreToldByTheirLowerParts has lines in which the reader sees ½ only.
func TestFractionsAreToldByTheirLowerParts(t *testing.T) {
	f, err := os.Open("testdata/fractions.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	got := readPage(t, newEngine(t), pageOf(img))
	want := []string{"1½ cups of flour and 2¼ spoons of salt", "10½ inches by 8¼ inches, ½ a mile"}
	if len(got.Lines) != len(want) {
		t.Fatalf("%d lines, want %d", len(got.Lines), len(want))
	}
	for i, l := range got.Lines {
		if l.Text != want[i] {
			t.Errorf("%q, want %q", l.Text, want[i])
		}
	}
}
