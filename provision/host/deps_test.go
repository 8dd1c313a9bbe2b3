package host

import (
	"os"
	"strings"
	"testing"
)

// TestEncoderIsThatOfTheModels: a host gets the same library as `make models`
// fetches, whose hash the engine knows.
func TestEncoderIsThatOfTheModels(t *testing.T) {
	for file, want := range map[string]string{"../../models.lock": "\n" + encoderPin + "\n", "../../models.amd64.sha256": "  " + encoderFile + "\n"} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), want) {
			t.Errorf("%s does not have the line %q", file, want)
		}
	}
}
