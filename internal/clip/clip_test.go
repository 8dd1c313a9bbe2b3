package clip_test

import (
	"strings"
	"testing"

	"ocr-gateway/internal/clip"
)

func TestText(t *testing.T) {
	long := strings.Repeat("ü", clip.Most)
	for in, want := range map[string]string{
		"": "", "a b": "a b", "a\x00\r\nb\u202e": "ab", "\xff\xfe": "",
		long: long, long + "ü": long + "…", strings.Repeat("x", 1<<20): strings.Repeat("x", clip.Most) + "…",
	} {
		if got := clip.Text(in); got != want {
			t.Errorf("%.20q: %q, want %q", in, got, want)
		}
	}
}

func TestFileNamesAreNoPaths(t *testing.T) {
	for in, want := range map[string]string{"a.pdf": "a.pdf", "../../a": "a", `C:\x\a.pdf`: "a.pdf", "/etc/": "", "..": ".."} {
		if got := clip.FileName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
