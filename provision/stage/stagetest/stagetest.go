// Package stagetest notes what stages tell, for tests.
package stagetest

import (
	"fmt"
	"time"

	"ocr-gateway/provision/stage"
)

// Recorder is a stage.Progress that notes a line for each call.
type Recorder struct{ Lines []string }

// Begin notes that a stage begins.
func (r *Recorder) Begin(name string, _ stage.Phase) { r.note("begin " + name) }

// Waiting notes what is waited for.
func (r *Recorder) Waiting(why string) { r.note("wait " + why) }

// Log notes a line of a log.
func (r *Recorder) Log(source, line string) { r.note(source + ": " + line) }

// Warn notes a warning.
func (r *Recorder) Warn(text string) { r.note("warn " + text) }

// End notes how a stage ended.
func (r *Recorder) End(name string, _ time.Duration, err error) {
	r.note(fmt.Sprintf("end %s %v", name, err))
}

func (r *Recorder) note(line string) { r.Lines = append(r.Lines, line) }
