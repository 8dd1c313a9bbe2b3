package bench

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
)

// Sizes of the plot in its own units.
const (
	plotLeft    = 70
	plotWidth   = 720
	plotTop     = 50
	panelHeight = 110
	panelStep   = 150 // from the top of one to that of the next
)

//go:embed plot.svg.tmpl
var plotText string

// The template is one of HTML for its escaping, which suits XML too.
var plotTemplate = template.Must(template.New("plot").Parse(plotText))

// plot is what the template draws.
type plot struct {
	Title                                          string
	Width, Height, Left, Bottom, PlotWidth, Middle int
	Panels                                         []panel
	Times                                          []mark
}

// panel is one quantity over time.
type panel struct {
	Name  string
	Top   int
	Marks []mark
	Lines []line
}

// mark is a value on an axis.
type mark struct{ At, Label string }

// line is one curve, named where a panel has several.
type line struct {
	Name, Color, Points string
	NameAt              int
}

// curve is what a line shows of each point. It leaves out points without a value.
type curve struct {
	name, color string
	value       func(Point) (float64, bool)
}

// WritePlot draws throughput, requests under way, latency and memory over time
// as SVG.
func (r Report) WritePlot(w io.Writer) error {
	const blue, red = "#1f77b4", "#d62728"
	always := func(value func(Point) float64) []curve {
		return []curve{{"", blue, func(p Point) (float64, bool) { return value(p), true }}}
	}
	latencies := []curve{
		{"mean", blue, func(p Point) (float64, bool) { return p.MeanLatency, p.Requests > 0 }},
		{"most", red, func(p Point) (float64, bool) { return p.MaxLatency, p.Requests > 0 }},
	}
	panels := []panel{
		r.panel("pages/s", always(func(p Point) float64 { return p.PagesPerSecond })),
		r.panel("requests under way", always(func(p Point) float64 { return float64(p.InFlight) })),
		r.panel("latency of requests that ended, s", latencies),
	}
	if r.Usage != nil {
		panels = append(panels, r.panel("memory of the server and its children (RSS), MiB",
			always(func(p Point) float64 { return float64(p.RSS) / (1 << 20) })))
	}
	for i := range panels {
		panels[i].Top = plotTop + i*panelStep
	}
	bottom := panels[len(panels)-1].Top + panelHeight + 4
	return plotTemplate.Execute(w, plot{
		Title: fmt.Sprintf("%s: %d pages, %.2f pages/s", r.Target, r.Pages, r.PagesPerSecond),
		Width: plotLeft + plotWidth + 30, Height: bottom + 46, Left: plotLeft, Bottom: bottom, PlotWidth: plotWidth, Middle: plotWidth / 2,
		Panels: panels, Times: marks(r.end(), niceStep(r.end()), r.across),
	})
}

// panel draws curves on an axis that reaches from nothing to the largest value.
func (r Report) panel(name string, curves []curve) panel {
	top := 0.0
	for _, c := range curves {
		for _, point := range r.Timeline.Points {
			value, _ := c.value(point)
			top = max(top, value)
		}
	}
	step := niceStep(top)
	top = max(math.Ceil(top/step), 1) * step
	up := func(value float64) float64 { return panelHeight * (1 - value/top) }
	drawn := panel{Name: name, Marks: marks(top, step, up)}
	for i, c := range curves {
		var path []string
		for _, point := range r.Timeline.Points {
			if value, ok := c.value(point); ok {
				path = append(path, fmt.Sprintf("%.1f,%.1f", r.across(point.Start+r.Timeline.Interval/2), up(value)))
			}
		}
		drawn.Lines = append(drawn.Lines, line{c.name, c.color, strings.Join(path, " "), plotWidth - 60*(len(curves)-1-i)})
	}
	return drawn
}

// end is where the time axis ends, in seconds.
func (r Report) end() float64 { return max(r.Wall, r.Timeline.Interval, 0.001) }

// across is where a time lies on its axis.
func (r Report) across(seconds float64) float64 { return min(seconds/r.end(), 1) * plotWidth }

// marks names values from nothing to top.
func marks(top, step float64, at func(float64) float64) (all []mark) {
	for n := 0; float64(n)*step <= top*1.001; n++ {
		value := float64(n) * step
		all = append(all, mark{fmt.Sprintf("%.1f", at(value)), fmt.Sprintf("%.4g", value)})
	}
	return all
}

// niceStep divides an axis up to top into steps of 1, 2 or 5 times a power of
// ten, five at most.
func niceStep(top float64) float64 {
	if top <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(top)))
	switch digits := top / unit; {
	case digits <= 2:
		return unit / 2
	case digits <= 5:
		return unit
	}
	return 2 * unit
}
