package provision

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"ocr-gateway/provision/stage"
)

// pull adds up what the lines of a container engine say about the layers of an
// image. RunPod's contract leaves open what its system log tells of a pull; these
// are the lines of Docker's own client, with and without its bar.
type pull struct{ layers map[string]layer }

type layer struct {
	got, whole float64 // bytes
	unpacks    bool
}

var (
	layerLine = regexp.MustCompile(`(?i)\b([0-9a-f]{12}):? +(downloading|extracting|download complete|verifying checksum|pull complete|already exists)\b(.*)`)
	bytesPair = regexp.MustCompile(`(?i)([0-9.]{1,12}) ?([kMGT]?)B */ *([0-9.]{1,12}) ?([kMGT]?)B`)
)

// maxLayers bounds what is kept of an image; Docker itself takes 127.
const maxLayers = 512

// take reads a line, and reports whether it is about a layer's progress.
func (p *pull) take(line string) bool {
	m := layerLine.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	l, known := p.layers[m[1]]
	if !known && len(p.layers) >= maxLayers {
		return true
	}
	pair := bytesPair.FindStringSubmatch(m[3])
	switch strings.ToLower(m[2]) {
	case "downloading":
		if pair != nil {
			l.got, l.whole = size(pair[1], pair[2]), size(pair[3], pair[4])
		}
	case "extracting":
		if pair != nil {
			l.whole = size(pair[3], pair[4])
		}
		l.got, l.unpacks = l.whole, true
	case "pull complete", "already exists":
		l.got, l.unpacks = l.whole, false
	default:
		l.got = l.whole
	}
	if p.layers == nil {
		p.layers = map[string]layer{}
	}
	p.layers[m[1]] = l
	return true
}

// String says how far the pull is; empty before its first line.
func (p *pull) String() string {
	if len(p.layers) == 0 {
		return ""
	}
	var got, whole float64
	unpacks := 0
	for _, l := range p.layers {
		got, whole = got+l.got, whole+l.whole
		if l.unpacks {
			unpacks++
		}
	}
	text := fmt.Sprintf("%d layers", len(p.layers))
	if whole > 0 {
		text = stage.Gigabytes(int64(got)) + " of " + stage.Gigabytes(int64(whole)) + " in " + text
	}
	if unpacks > 0 {
		text += fmt.Sprintf(", %d being unpacked", unpacks)
	}
	return text
}

// size is a number with its unit in bytes, 0 where it is none. No layer is larger
// than a terabyte.
func size(number, unit string) float64 {
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || n < 0 {
		return 0
	}
	return min(n*map[string]float64{"": 1, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}[strings.ToUpper(unit)], 1e12)
}
