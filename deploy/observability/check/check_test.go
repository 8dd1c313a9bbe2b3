// Package check looks whether dashboard and alerts speak of metrics that there are, and whether
// the alerts fire when they should. It is a module of its own: Prometheus is no part of what
// the program is made of.
package check

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
)

// metric is one that a running server has shown: e2e writes the list.
type metric struct {
	labels []string
	kind   string
}

// scraped are the labels that Prometheus itself adds.
var scraped = []string{"job", "instance"}

func catalog(t *testing.T) map[string]metric {
	t.Helper()
	f, err := os.Open("../metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string]metric{"up": {kind: "gauge"}}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kind, name string
		if _, err := fmt.Sscan(lines.Text(), &kind, &name); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		name, rest, _ := strings.Cut(name, "{")
		m := metric{kind: kind}
		if rest = strings.TrimSuffix(rest, "}"); rest != "" {
			m.labels = strings.Split(rest, ",")
		}
		if kind != "histogram" {
			all[name] = m
			continue
		}
		all[name+"_sum"], all[name+"_count"] = m, m
		all[name+"_bucket"] = metric{labels: append([]string{"le"}, m.labels...), kind: kind}
	}
	return all
}

// check parses an expression and finds what it speaks of that there is not.
func check(all map[string]metric, expr string) (faults []string) {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		return []string{err.Error()}
	}
	known := slices.Clone(scraped)
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		selector, is := node.(*parser.VectorSelector)
		if !is {
			return nil
		}
		m, there := all[selector.Name]
		if !there {
			faults = append(faults, "no metric "+selector.Name)
		}
		known = append(known, m.labels...)
		for _, matcher := range selector.LabelMatchers {
			if matcher.Name != labels.MetricName && !slices.Contains(m.labels, matcher.Name) && !slices.Contains(scraped, matcher.Name) {
				faults = append(faults, fmt.Sprintf("%s has no label %s", selector.Name, matcher.Name))
			}
		}
		return nil
	})
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.AggregateExpr:
			for _, label := range n.Grouping {
				if !slices.Contains(known, label) {
					faults = append(faults, "grouped by a label that nothing has: "+label)
				}
			}
		case *parser.Call:
			if selector, is := n.Args[0].(*parser.MatrixSelector); is && slices.Contains([]string{"rate", "increase"}, n.Func.Name) {
				name := selector.VectorSelector.(*parser.VectorSelector).Name
				if all[name].kind == "gauge" {
					faults = append(faults, n.Func.Name+" of a gauge: "+name)
				}
			}
		}
		return nil
	})
	return faults
}

func TestChecksFindFaults(t *testing.T) {
	for expr, says := range map[string]string{
		`ocr_gateway_redy == 0`:                       "no metric ocr_gateway_redy",
		`ocr_gateway_pages_total{state="failed"}`:     "no label state",
		`sum by (route) (ocr_gateway_pages_total)`:    "grouped by a label",
		`rate(ocr_gateway_ready[5m])`:                 "rate of a gauge",
		`sum(`:                                        "parse error",
		`ocr_gateway_stage_duration_seconds{le="60"}`: "no metric",
	} {
		if faults := strings.Join(check(catalog(t), expr), "; "); !strings.Contains(faults, says) {
			t.Errorf("%s: %q, want %q", expr, faults, says)
		}
	}
}

type dashboard struct {
	Panels []struct {
		ID      int
		Title   string
		Type    string
		GridPos struct{ X, Y, W, H int }
		Targets []struct{ Expr, RefID string }
	}
	Templating struct {
		List []struct{ Name, Definition string }
	}
}

func TestDashboard(t *testing.T) {
	b, err := os.ReadFile("../dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	all, ids, place := catalog(t), map[int]bool{}, map[[2]int]string{}
	variables := strings.NewReplacer("$__rate_interval", "5m", "$instance", ".*")
	targets := 0
	for _, p := range d.Panels {
		if ids[p.ID] {
			t.Errorf("two panels have the id %d", p.ID)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := place[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%s lies on %s, or beside the page", p.Title, other)
				}
				place[[2]int{x, y}] = p.Title
			}
		}
		if (len(p.Targets) == 0) != (p.Type == "row") {
			t.Errorf("%s has %d targets", p.Title, len(p.Targets))
		}
		for _, target := range p.Targets {
			targets++
			for _, fault := range check(all, variables.Replace(target.Expr)) {
				t.Errorf("%s: %s\n\tin %s", p.Title, fault, target.Expr)
			}
		}
	}
	if targets < 20 {
		t.Errorf("%d targets", targets)
	}
}

func rules(t *testing.T) map[string]rulefmt.Rule {
	t.Helper()
	groups, errs := rulefmt.ParseFile("../alerts.yaml", false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	all := map[string]rulefmt.Rule{}
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			all[r.Alert] = r
		}
	}
	return all
}

func TestAlertsSpeakOfMetricsThatThereAre(t *testing.T) {
	all := catalog(t)
	for name, r := range rules(t) {
		for _, fault := range check(all, r.Expr) {
			t.Errorf("%s: %s", name, fault)
		}
		if s := r.Labels["severity"]; s != "page" && s != "ticket" || r.Annotations["summary"] == "" || r.Annotations["action"] == "" {
			t.Errorf("%s: severity %q, annotations %v", name, s, r.Annotations)
		}
	}
}

// cases are what alerts are to fire for, and not. Samples come once a minute.
var cases = map[string]struct{ fires, quiet string }{
	"OCRGatewayDown":            {`up{job="ocr-gateway",instance="a"} 1 0x120`, `up{job="ocr-gateway",instance="a"} 1x118 0`},
	"OCRGatewayNotReady":        {`ocr_gateway_ready{instance="a"} 1x60 0x60`, `ocr_gateway_ready{instance="a"} 1x118 0`},
	"OCRGatewayNoModelServer":   {"ocr_gateway_model_server_ready{endpoint=\"x\"} 0x120\nocr_gateway_model_server_ready{endpoint=\"y\"} 1 0x120", "ocr_gateway_model_server_ready{endpoint=\"x\"} 0x120\nocr_gateway_model_server_ready{endpoint=\"y\"} 1x120"},
	"OCRGatewayModelServerDown": {"ocr_gateway_model_server_ready{endpoint=\"x\"} 0x120\nocr_gateway_model_server_ready{endpoint=\"y\"} 1x120", `ocr_gateway_model_server_ready{endpoint="x"} 1x110 0x10`},
	"OCRGatewayPagesFail": {
		"ocr_gateway_pages_total{status=\"ok\"} 0+90x120\nocr_gateway_pages_total{status=\"failed\"} 0+10x120",
		"ocr_gateway_pages_total{status=\"ok\"} 0+99x120\nocr_gateway_pages_total{status=\"failed\"} 0+1x120\n" +
			"ocr_gateway_pages_total{instance=\"idle\",status=\"failed\"} 0x108 1x12",
	},
	"OCRGatewayRequestsFail": {
		"ocr_gateway_http_requests_total{status=\"200\"} 0+90x120\nocr_gateway_http_requests_total{status=\"503\"} 0+10x120",
		"ocr_gateway_http_requests_total{status=\"200\"} 0+90x120\nocr_gateway_http_requests_total{status=\"422\"} 0+90x120\n" +
			"ocr_gateway_http_requests_total{instance=\"idle\",status=\"500\"} 0x108 1x7 2x4",
	},
	"OCRGatewayRefuses": {`ocr_gateway_refused_total{limit="max_requests"} 0+60x120`, `ocr_gateway_refused_total{limit="max_requests"} 0+60x90 5400x30`},
	"OCRGatewaySlowPages": {
		"ocr_gateway_stage_duration_seconds_bucket{stage=\"page\",le=\"60\"} 0+97x120\nocr_gateway_stage_duration_seconds_bucket{stage=\"page\",le=\"300\"} 0+100x120\nocr_gateway_stage_duration_seconds_bucket{stage=\"page\",le=\"+Inf\"} 0+100x120",
		"ocr_gateway_stage_duration_seconds_bucket{stage=\"page\",le=\"60\"} 0+100x120\nocr_gateway_stage_duration_seconds_bucket{stage=\"model\",le=\"60\"} 0x120\nocr_gateway_stage_duration_seconds_bucket{stage=\"page\",le=\"+Inf\"} 0+100x120",
	},
	"OCRGatewayBacklogGrows": {`ocr_gateway_jobs_tasks_unfinished{job="ocr-gateway"} 50+5x120`, `ocr_gateway_jobs_tasks_unfinished{job="ocr-gateway"} 900-5x120`},
	"OCRGatewayDeadLetters":  {`ocr_gateway_jobs_dead_letters{job="ocr-gateway"} 3x100 4x20`, `ocr_gateway_jobs_dead_letters{job="ocr-gateway"} 3x120`},
	"OCRGatewayDiskFull": {
		"ocr_gateway_disk_free_bytes{folder=\"jobs\"} 500000000-1000000x120\nocr_gateway_disk_min_free_bytes{folder=\"jobs\"} 268435456x120",
		"ocr_gateway_disk_free_bytes{folder=\"jobs\"} 90000000000-1000000x120\nocr_gateway_disk_min_free_bytes{folder=\"jobs\"} 268435456x120",
	},
	"OCRGatewayRenderersCrash":  {`ocr_gateway_rendering_crashes_total{reason="died"} 0+1x120`, `ocr_gateway_rendering_crashes_total{reason="timeout"} 0+1x120`},
	"OCRGatewayWebhooksGivenUp": {`ocr_gateway_webhook_attempts_total{outcome="given_up"} 0x90 1x30`, `ocr_gateway_webhook_attempts_total{outcome="failed"} 0+1x120`},
}

// TestAlertsFire evaluates each alert over two hours as Prometheus does, once a minute, and
// looks whether it fires at their end.
func TestAlertsFire(t *testing.T) {
	all := rules(t)
	engine := promqltest.NewTestEngine(t, false, 0, 1_000_000)
	for name, c := range cases {
		r, there := all[name]
		if !there {
			t.Errorf("no alert %s", name)
			continue
		}
		for kind, series := range map[string]string{"fires": c.fires, "quiet": c.quiet} {
			storage := promqltest.LoadedStorage(t, "load 1m\n  "+strings.ReplaceAll(series, "\n", "\n  "))
			end := time.Unix(0, 0).Add(2 * time.Hour)
			query, err := engine.NewRangeQuery(t.Context(), storage, nil, r.Expr, end.Add(-time.Duration(r.For)), end, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			result := query.Exec(t.Context())
			if result.Err != nil {
				t.Fatalf("%s: %v", name, result.Err)
			}
			if fires(result, int(time.Duration(r.For)/time.Minute)+1) != (kind == "fires") {
				t.Errorf("%s should be %s with\n%s\nand is not: %s", name, kind, series, result)
			}
		}
	}
	for name := range all {
		if _, tried := cases[name]; !tried {
			t.Errorf("nothing tries %s", name)
		}
	}
}

// fires reports whether a series was there at every look.
func fires(result *promql.Result, looks int) bool {
	for _, series := range result.Value.(promql.Matrix) {
		if len(series.Floats) == looks {
			return true
		}
	}
	return false
}
