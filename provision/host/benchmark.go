package host

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"

	"ocr-gateway/provision/card"
	"ocr-gateway/provision/stage"
)

// samplePages is the document of the benchmark: 20 dense A4 pages.
//
//go:embed sample/pages.pdf
var samplePages []byte

// report is what of bench's report is shown.
type report struct {
	Failed         int     `json:"failed_requests"`
	Pages          int     `json:"pages"`
	FailedPages    int     `json:"failed_pages"`
	PagesPerSecond float64 `json:"pages_per_s"`
	Latency        struct {
		P50 float64 `json:"p50"`
	} `json:"latency_s"`
}

// tryBenchmark measures. That it fails costs the figures only: the host serves.
func (s *Setup) tryBenchmark(ctx context.Context) error {
	err := s.benchmark(ctx)
	if err == nil || ctx.Err() != nil || errors.As(err, new(stage.Unmet)) {
		return err
	}
	s.Progress.Warn("the benchmark failed: " + err.Error())
	return nil
}

// benchmark runs `ocr-gateway bench` on the host.
func (s *Setup) benchmark(ctx context.Context) error {
	for name, content := range map[string][]byte{"run/page.png": samplePage, "run/pages.pdf": samplePages} {
		if err := s.put(ctx, name, content, false); err != nil {
			return err
		}
	}
	var figures card.Figures
	for _, round := range []struct {
		args string
		take func(report)
	}{
		{`--endpoint /api/ocr/recognize --requests 1 "$dir/run/page.png"`, func(report) {}}, // warms up
		{`--endpoint /api/ocr/recognize --requests 10 "$dir/run/page.png"`, func(b report) { figures.Single = b.Latency.P50 }},
		{`--endpoint /api/ocr/recognize --concurrency 5 --requests 25 "$dir/run/page.png"`, func(b report) { figures.FiveAtOnce = b.Latency.P50 }},
		{`--concurrency 4 --requests 10 "$dir/run/pages.pdf"`, func(b report) {
			figures.PagesPerSecond, figures.Pages, figures.FailedPages = b.PagesPerSecond, b.Pages, b.FailedPages
		}},
	} {
		s.Progress.Waiting("bench " + round.args)
		b, err := s.bench(ctx, round.args)
		if err != nil {
			return err
		}
		round.take(b)
	}
	s.figures = &figures
	return nil
}

func (s *Setup) bench(ctx context.Context, args string) (report, error) {
	script := fmt.Sprintf(`export GATEWAY_API_KEY=$(sed -n 's/^OCR_SERVER_API_KEYS=//p' "$dir/etc/secrets.env" | cut -d, -f1)
"$dir/bin/ocr-gateway" bench --json --url http://127.0.0.1:%d %s || [ $? = 1 ]
`, s.d.Options.APIPort, args)
	var out bytes.Buffer
	if err := s.onHost(ctx, s.script(script, nil), &out); err != nil {
		return report{}, err
	}
	var b report
	start := bytes.IndexByte(out.Bytes(), '{') // words on standard error come before
	if start < 0 {
		return b, fmt.Errorf("bench wrote no report: %s", firstBytes(out.Bytes(), 300))
	}
	if err := json.NewDecoder(bytes.NewReader(out.Bytes()[start:])).Decode(&b); err != nil {
		return b, fmt.Errorf("bench's report cannot be read: %w", err)
	}
	if b.Pages == 0 {
		return b, fmt.Errorf("bench read no page: %d requests failed", b.Failed)
	}
	return b, nil
}
