package runpod_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"ocr-gateway/provision/runpod"
)

func TestProblemText(t *testing.T) {
	for body, want := range map[string]string{
		`{"title":"Bad Request","status":400,"detail":"There are no instances currently available"}`: "There are no instances currently available",
		`{"title":"Unprocessable","status":422,"detail":"it breaks","errors":[{"path":"gpu.x"}]}`:    `it breaks: [{"path":"gpu.x"}]`,
		`{"title":"T"}`:                      "T",
		`{"error":"create pod: no"}`:         "create pod: no",
		`{"error":{"message":"m","code":1}}`: "m",
		`{"message":"m"}`:                    "m",
		`{"detail":1,"title":"T"}`:           "T",
		`{"detail":"d","errors":[]}`:         "d",
		`{"detail":"d","errors":null}`:       "d",
		"<html>\n502  bad\x00gateway</html>": "<html> 502 badgateway</html>",
		`{}`:                                 "",
		``:                                   "",
		`{"detail":"a\u001b[31m\nb"}`:        "a[31m b",
	} {
		if got := runpod.ProblemText([]byte(body)); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
	long := runpod.ProblemText([]byte(strings.Repeat("ü", runpod.MaxDetail)))
	if len(long) > runpod.MaxDetail || !utf8.ValidString(long) || !strings.HasSuffix(long, "ü…") {
		t.Errorf("%d bytes end in %q", len(long), long[len(long)-6:])
	}
}

func TestProblemFields(t *testing.T) {
	for body, want := range map[string][]string{
		`{"errors":[{"path":"gpu.id","message":"m"},{"path":"/ports/1"}]}`: {"gpu.id", "/ports/1"},
		`{"errors":[{"loc":["body","ports",1]},{"field":"disk"}]}`:         {"body.ports.1", "disk"},
		`{"errors":["ports: 8007"]}`:                                       nil,
		`{"errors":[{"message":"contact support"}]}`:                       nil,
		`{"detail":"ports"}`:                                               nil,
		`<html>`:                                                           nil,
	} {
		if got := runpod.ProblemFields([]byte(body)); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

func FuzzProblemText(f *testing.F) {
	f.Add([]byte(`{"title":"T","status":422,"detail":"d","errors":[{"path":"a","message":"m"}]}`))
	f.Add([]byte(`{"error":{"message":"m"}}`))
	f.Add([]byte("<html>\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got := runpod.ProblemText(body)
		if len(got) > runpod.MaxDetail || !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r\x1b\x00") {
			t.Errorf("%q", got)
		}
		for _, path := range runpod.ProblemFields(body) {
			if path == "" || len(path) > runpod.MaxDetail || strings.ContainsAny(path, "\n\r\x1b\x00") {
				t.Errorf("%q", path)
			}
		}
	})
}

func TestQuotaWait(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		header http.Header
		want   time.Duration
	}{
		"nothing":            {http.Header{}, 0},
		"quota left":         {http.Header{"Ratelimit": {`"minute";r=59;t=12, "hour";r=2999;t=1800`}}, 0},
		"a quota used up":    {http.Header{"Ratelimit": {`"minute";r=0;t=12, "hour";r=2900;t=1800`}}, 12 * time.Second},
		"two used up":        {http.Header{"Ratelimit": {`"minute";r=0;t=12, "hour";r=0;t=1800`}}, 30 * time.Minute},
		"in two headers":     {http.Header{"Ratelimit": {`"minute";r=0;t=12`, `"hour";r=0;t=1800`}}, 30 * time.Minute},
		"no time: the whole": {http.Header{"Ratelimit": {`"minute";r=0`}, "Ratelimit-Policy": {`"minute";q=60;w=60, "hour";q=3000;w=3600`}}, time.Minute},
		"a name with marks":  {http.Header{"Ratelimit": {`"a,b;r=0";r=5;t=9, c ; r=0 ; t=7`}}, 7 * time.Second},
		"retry after":        {http.Header{"Retry-After": {"30"}, "Ratelimit": {`"minute";r=0;t=12`}}, 30 * time.Second},
		"retry at":           {http.Header{"Retry-After": {"Fri, 20 Nov 2026 12:00:45 GMT"}}, 45 * time.Second},
		"retry in the past":  {http.Header{"Retry-After": {"Fri, 20 Nov 2026 11:00:45 GMT"}}, 0},
		"nonsense":           {http.Header{"Retry-After": {"NaN"}, "Ratelimit": {`;;,"`, `"x";r=0;t=-5`}}, 0},
		"for ever":           {http.Header{"Retry-After": {"1e300"}}, 24 * time.Hour},
	} {
		if got := runpod.QuotaWait(c.header, now); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func FuzzQuotaWait(f *testing.F) {
	f.Add(`"minute";r=0;t=12, "hour";r=0`, `"minute";q=60;w=60, "hour";q=3000;w=3600`, "12")
	f.Add(`"a;r=0`, `;w=`, "Fri, 20 Nov 2026 12:00:45 GMT")
	f.Add(`x;r=0;t=1e999`, ``, "+Inf")
	f.Fuzz(func(t *testing.T, limit, policy, after string) {
		h := http.Header{"Ratelimit": {limit}, "Ratelimit-Policy": {policy}, "Retry-After": {after}}
		if got := runpod.QuotaWait(h, time.Unix(1.8e9, 0)); got < 0 || got > runpod.MaxWait {
			t.Errorf("%s", got)
		}
	})
}

// events reads a stream as "id|data" texts.
func events(t testing.TB, stream string) []string {
	t.Helper()
	var all []string
	err := runpod.ReadEvents(strings.NewReader(stream), func(id, data string) error {
		all = append(all, id+"|"+data)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return all
}

func TestReadEvents(t *testing.T) {
	for name, c := range map[string]struct {
		stream string
		want   []string
	}{
		"two":          {"id: 1\ndata: a\n\nid: 2\ndata: b\n\n", []string{"1|a", "2|b"}},
		"CRLF and CR":  {"id: 1\r\ndata: a\r\n\r\nid: 2\rdata: b\r\r", []string{"1|a", "2|b"}},
		"comments":     {": beat\n\n: beat\ndata:a\n: beat\n\n", []string{"|a"}},
		"lines":        {"data: a\ndata:\ndata:  b\n\n", []string{"|a\n\n b"}},
		"the id stays": {"id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", []string{"1|a", "1|b", "|c"}},
		"cut off":      {"data: a\n\ndata: b\n", []string{"|a"}},
		"no data":      {"id: 7\nevent: x\n\ndata: a\n\n", []string{"7|a"}},
		"empty data":   {"data\n\n", []string{"|"}},
	} {
		if got := events(t, c.stream); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// A line without end is cut, and what follows it is read.
func TestReadEventsLong(t *testing.T) {
	got := events(t, "data: "+strings.Repeat("x", 3*runpod.MaxEvent)+"\n\ndata: a\n\n")
	if len(got) != 2 || got[1] != "|a" || len(got[0]) > runpod.MaxEvent {
		t.Errorf("%d events", len(got))
	}
	got = events(t, strings.Repeat("data: "+strings.Repeat("y", 1000)+"\n", 3000)+"\ndata: a\n\n")
	if len(got) != 2 || got[1] != "|a" || len(got[0]) > runpod.MaxEvent+1 {
		t.Errorf("%d events", len(got))
	}
}

func FuzzReadEvents(f *testing.F) {
	f.Add("id: 2026-11-20T12:00:00Z/1\ndata: {\"ts\":\"\",\"source\":\"container\",\"line\":\"x\"}\n\n")
	f.Add("data: a\r\n\r\ndata\r\r: c\n\n")
	f.Add("id: \x00\ndata:\n\n\n\n")
	f.Fuzz(func(t *testing.T, stream string) {
		whole := events(t, stream)
		// However the stream is torn, the events are the same.
		var torn []string
		err := runpod.ReadEvents(iotest.OneByteReader(strings.NewReader(stream)), func(id, data string) error {
			torn = append(torn, id+"|"+data)
			return nil
		})
		if err != nil || !slices.Equal(whole, torn) {
			t.Errorf("whole %q, torn %q, %v", whole, torn, err)
		}
	})
}
