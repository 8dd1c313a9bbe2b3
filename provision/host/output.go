package host

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// maxOutput is how many bytes of a script's output are kept for the fetched logs.
const maxOutput = 256 << 10

// capture runs a script and keeps what it wrote under the name of a log: where it
// fails, that is fetched with the logs of the host.
func (s *Setup) capture(ctx context.Context, log, script string) (string, error) {
	var out bytes.Buffer
	err := s.onHost(ctx, script, &out)
	if s.output == nil {
		s.output = map[string][]byte{}
	}
	said := append(s.output[log], out.Bytes()...)
	s.output[log] = said[max(0, len(said)-maxOutput):]
	return out.String(), err
}

// shownLines of a failed download are shown.
const shownLines = 12

// whyNoDownload shows what hf said of a model and returns its reason, with what to do.
func (s *Setup) whyNoDownload(output, model string) string {
	_, said, _ := strings.Cut(output, "downloading="+model+"\n")
	said, _, _ = strings.Cut(said, "failed="+model+"\n")
	var lines []string
	for line := range strings.FieldsFuncSeq(said, func(r rune) bool { return r == '\n' || r == '\r' }) { // progress bars return
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	for _, line := range lines[max(0, len(lines)-shownLines):] {
		s.Progress.Log("hf", line)
	}
	return hubReason(lines)
}

// hubStatus is how hf's HTTP libraries write that a server refuses: "401 Client
// Error" and "Client error '401 Unauthorized'".
var hubStatus = regexp.MustCompile(`(?i)\b(4\d\d|5\d\d) (?:client|server) error\b|\b(?:client|server) error '(\d\d\d)\b`)

// hubReason is why a download failed: what the hub answered last, or the last line.
func hubReason(lines []string) string {
	for _, line := range slices.Backward(lines) {
		m := hubStatus.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		switch status := m[1] + m[2]; status {
		case "401", "403":
			return fmt.Sprintf("the hub answers %s: no public model has this name; it is misspelled, private or gated (%s)", status, line)
		case "404":
			return "the hub answers 404: there is no such model (" + line + ")"
		case "429":
			return "the hub answers 429: it limits this host's downloads, try again later (" + line + ")"
		}
		return line
	}
	if len(lines) == 0 {
		return "hf gave no reason"
	}
	return lines[len(lines)-1]
}
