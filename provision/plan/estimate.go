package plan

import (
	"fmt"
	"time"

	"ocr-gateway/provision/deployment"
)

// Span is an estimate of how long something takes.
type Span struct {
	Least time.Duration `json:"-"`
	Most  time.Duration `json:"-"`
	// The same for programs, in seconds.
	LeastS int `json:"least_s"`
	MostS  int `json:"most_s"`
}

func span(least, most time.Duration) Span {
	return Span{least, most, int(least.Seconds()), int(most.Seconds())}
}

func (s Span) plus(t Span) Span { return span(s.Least+t.Least, s.Most+t.Most) }

// String is the span for people, such as "1 to 4 min"; empty when it is none.
func (s Span) String() string {
	switch {
	case s.Most == 0:
		return ""
	case s.Most <= time.Minute:
		return fmt.Sprintf("%.0f to %.0f s", s.Least.Seconds(), s.Most.Seconds())
	case s.Least < time.Minute:
		return fmt.Sprintf("%.0f s to %.0f min", s.Least.Seconds(), s.Most.Minutes())
	default:
		return fmt.Sprintf("%.0f to %.0f min", s.Least.Minutes(), s.Most.Minutes())
	}
}

// What goes over the network, in bytes: of the image as reported for
// vllm/vllm-openai (12 GB to pull, 28 GB unpacked), of the models as their names
// on the hub hold them.
const (
	imageBytes  = 12e9
	layoutBytes = 0.13e9
)

// ModelBytes are downloads whose size is known here.
var ModelBytes = map[string]int64{deployment.DefaultModel: 2.7e9, deployment.DefaultLayoutModel: layoutBytes}

// Rates of a data center's network at its worst and its best, in bytes a second.
const slowNet, fastNet = 30e6, 300e6

// transferTime is how long bytes take.
func transferTime(bytes float64) Span {
	seconds := func(rate float64) time.Duration { return time.Duration(bytes / rate * float64(time.Second)) }
	return span(seconds(fastNet), seconds(slowNet))
}

// takes estimates a stage. It rests on sizes and on what vLLM's starts and pip's
// installs are reported to take; nothing of it was measured on a rented pod.
func takes(stage string, o deployment.Options) Span {
	switch stage {
	case "create":
		return span(5*time.Second, time.Minute)
	case "running":
		return transferTime(imageBytes).plus(span(time.Minute, 4*time.Minute)) // to unpack
	case "ssh":
		return span(20*time.Second, 2*time.Minute) // sshd is installed, ports get their addresses
	case "deps":
		if o.Image == "" {
			return span(3*time.Minute, 12*time.Minute) // vLLM and torch: 8 GB of packages
		}
		return span(20*time.Second, 3*time.Minute)
	case "model":
		return transferTime(float64(ModelBytes[deployment.DefaultModel] + layoutBytes)).plus(span(5*time.Second, 30*time.Second))
	case "upload":
		return span(5*time.Second, 3*time.Minute) // from here: 60 MB
	case "vllm":
		return span(90*time.Second, 6*time.Minute) // loads, compiles, captures graphs
	case "gateway":
		return span(10*time.Second, time.Minute) // with the layout's model
	case "verify":
		return span(2*time.Second, time.Minute)
	case "bench":
		return span(2*time.Minute, 5*time.Minute)
	}
	return Span{}
}
