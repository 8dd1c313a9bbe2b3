package keys

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var quiet = slog.New(slog.DiscardHandler)

func TestParse(t *testing.T) {
	sum := Sum("a key")
	for text, want := range map[string]string{
		"":                                 "",
		"- {name: a, sha256: " + sum + "}": "",
		"- {name: a, sha256: " + sum + ", scopes: [read, admin], requests_per_minute: 3, pages_per_day: 4, expires: 2030-01-02}": "",
		"- {name: a, sha256: short}":                                              "64 hexadecimal digits",
		"- {name: a b, sha256: " + sum + "}":                                      "name",
		"- {sha256: " + sum + "}":                                                 "name",
		"- {name: a, sha256: " + sum + ", scopes: [write]}":                       `"write"`,
		"- {name: a, sha256: " + sum + ", pages_per_day: -1}":                     "0 or more",
		"- {name: a, sha256: " + sum + ", key: secret}":                           "not found",
		"- {name: a, sha256: " + sum + "}\n- {name: a, sha256: " + Sum("b") + "}": "",
		"- {name: a, sha256: " + sum + "}\n- {name: b, sha256: " + sum + "}":      "twice",
		"name: a":     "cannot unmarshal",
		"[]\n---\n[]": "more than one",
	} {
		_, err := Parse([]byte(text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// FuzzParse wants what was parsed to come back from what is written.
func FuzzParse(f *testing.F) {
	f.Add([]byte("- {name: a, sha256: " + Sum("a key") + ", scopes: [read, admin], expires: 2030-01-02}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := Parse(data)
		if err != nil {
			return
		}
		again, err := Write(entries)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := Parse(again); err != nil || len(back) != len(entries) {
			t.Errorf("%q: %v", again, err)
		}
	})
}

// clock is a time that a test sets.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func write(t *testing.T, path string, entries ...Entry) {
	t.Helper()
	data, err := Write(entries)
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// ringOf is a ring of one file, with a clock that stands still.
func ringOf(t *testing.T, entries ...Entry) (*Ring, *clock, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.yaml")
	write(t, path, entries...)
	r, err := Open(path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)}
	r.now = c.now
	for _, h := range r.bySum {
		h.now = c.now
	}
	r.looked = c.Time
	return r, c, path
}

func TestKeysAreMadeAndFound(t *testing.T) {
	key, sum := New()
	if other, _ := New(); key == other || len(key) < 64 || Sum(key) != sum {
		t.Errorf("%s, %s, %s", key, other, sum)
	}
	r, _, _ := ringOf(t, Entry{Name: "billing", SHA256: sum})
	if h := r.Find(key); h == nil || h.Name != "billing" || !h.May(Read) || h.May(Admin) {
		t.Errorf("found %+v", h)
	}
	for _, wrong := range []string{"", sum, key[:len(key)-1], strings.ToUpper(key)} {
		if r.Find(wrong) != nil {
			t.Errorf("%q opens", wrong)
		}
	}
}

// TestKeysAreRotated changes the file under a ring: new keys open, old ones do not, and a
// file that is broken changes nothing.
func TestKeysAreRotated(t *testing.T) {
	old, oldSum := New()
	next, nextSum := New()
	r, clock, path := ringOf(t, Entry{Name: "billing", SHA256: oldSum, PagesPerDay: 10})
	if _, ok := r.Find(old).Pages(8, 0); !ok {
		t.Fatal("no pages")
	}
	write(t, path, Entry{Name: "billing", SHA256: nextSum, PagesPerDay: 10}, Entry{Name: "other", SHA256: Sum("other")})
	if r.Find(old) == nil {
		t.Error("the file is looked at before its time")
	}
	clock.Time = clock.Add(2 * lookEvery)
	if r.Find(old) != nil || r.Find(next) == nil || r.Find("other") == nil {
		t.Error("the new keys are not in force")
	}
	if left, ok := r.Find(next).Pages(8, 0); ok || left != 2 {
		t.Errorf("%d pages left, %v: a new key makes nobody's pages anew", left, ok)
	}
	for _, broken := range []string{"- {name: billing}", ""} {
		if broken == "" {
			os.Remove(path)
		} else if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		clock.Time = clock.Add(2 * lookEvery)
		if r.Find(next) == nil {
			t.Errorf("%q took the keys away", broken)
		}
	}
	write(t, path)
	clock.Time = clock.Add(2 * lookEvery)
	if r.Find(next) != nil {
		t.Error("a key that was taken out opens")
	}
}

func TestKeysExpire(t *testing.T) {
	r, clock, _ := ringOf(t, Entry{Name: "a", SHA256: Sum("a key"), Expires: time.Date(2026, 5, 4, 13, 0, 0, 0, time.UTC)})
	if r.Find("a key") == nil {
		t.Error("expired early")
	}
	clock.Time = clock.Add(time.Hour)
	if r.Find("a key") != nil {
		t.Error("does not expire")
	}
}

func TestLimits(t *testing.T) {
	r, clock, _ := ringOf(t, Entry{Name: "a", SHA256: Sum("a key"), RequestsPerMinute: 3, PagesPerDay: 100}, Entry{Name: "free", SHA256: Sum("free")})
	h := r.Find("a key")
	for range 3 {
		if _, ok := h.Request(); !ok {
			t.Fatal("refused within the limit")
		}
	}
	if wait, ok := h.Request(); ok || wait <= 19*time.Second || wait > 20*time.Second {
		t.Errorf("a fourth request: %v, wait %v", ok, wait)
	}
	clock.Time = clock.Add(20 * time.Second)
	if _, ok := h.Request(); !ok {
		t.Error("refused after the wait")
	}
	if left, ok := h.Pages(60, 0); !ok || left != 40 {
		t.Errorf("60 pages: %d left, %v", left, ok)
	}
	if left, ok := h.Pages(41, 0); ok || left != 40 {
		t.Errorf("41 more: %d left, %v", left, ok)
	}
	clock.Time = clock.Add(12 * time.Hour)
	if left, ok := h.Pages(100, 0); !ok || left != 0 {
		t.Errorf("the next day: %d left, %v", left, ok)
	}
	for range 1000 {
		_, one := r.Find("free").Request()
		if _, two := r.Find("free").Pages(1<<20, 0); !one || !two {
			t.Fatal("refused without limits")
		}
	}
}

func TestOpenRefusesABrokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.yaml")
	if _, err := Open(path, quiet); err == nil {
		t.Error("no file")
	}
	if err := os.WriteFile(path, []byte("- {name: a}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, quiet); err == nil || !strings.Contains(err.Error(), "key 1") {
		t.Errorf("a broken file: %v", err)
	}
}
