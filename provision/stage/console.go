package stage

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Console shows a run as it goes: on a terminal one line that lives and those
// that are done above it. Elsewhere, such as in a log of CI, it writes few lines:
// one for each stage, warnings, what a long stage waits for from time to time, and
// the pod's last words where a stage fails.
type Console struct {
	w     io.Writer
	live  bool
	width int
	start time.Time

	mu     sync.Mutex // the ticker draws too
	stage  string
	phase  Phase
	begun  time.Time
	why    string
	said   time.Time // when the last line was written
	words  []string  // of the pod's log, the last ones of a stage that were not written
	tick   *time.Ticker
	stop   chan struct{}
	ticked sync.WaitGroup
}

// quiet is how long a stage may wait without a line where there is no terminal.
const quiet = 30 * time.Second

// failureLines is how many lines of the pod's log a failure shows there.
const failureLines = 10

// NewConsole returns a Console. live means that w is a terminal, width columns
// wide. Close it when the run is over.
func NewConsole(w io.Writer, live bool, width int) *Console {
	c := &Console{w: w, live: live, width: width, start: time.Now(), stop: make(chan struct{})}
	if live {
		c.tick = time.NewTicker(time.Second)
		c.ticked.Go(c.keepDrawing)
	}
	return c
}

// Close ends the living line.
func (c *Console) Close() {
	if c.live {
		c.tick.Stop()
		close(c.stop)
		c.ticked.Wait()
	}
}

func (c *Console) keepDrawing() {
	for {
		select {
		case <-c.stop:
			return
		case <-c.tick.C:
			c.mu.Lock()
			c.draw()
			c.mu.Unlock()
		}
	}
}

// Begin implements Progress.
func (c *Console) Begin(stage string, phase Phase) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if phase != c.phase && c.live {
		c.say("%s", strings.ToUpper(string(phase)[:1])+string(phase)[1:])
	}
	c.phase, c.stage, c.begun, c.why, c.words = phase, stage, time.Now(), "", nil
	if !c.live {
		c.say("  %-13s begins", stage)
	}
	c.draw()
}

// Waiting implements Progress.
func (c *Console) Waiting(why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.live && time.Since(c.said) >= quiet {
		c.say("  %-13s %s", c.stage, printable(why))
	}
	c.why = why
	c.draw()
}

// Log implements Progress.
func (c *Console) Log(source, line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := fmt.Sprintf("    %s: %s", source, printable(line))
	if !c.live && source == PodSource {
		c.words = append(c.words[max(0, len(c.words)-failureLines+1):], text)
		return
	}
	c.say("%s", text)
	c.draw()
}

// Warn implements Progress.
func (c *Console) Warn(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.say("  warning: %s", printable(text))
	c.draw()
}

// End implements Progress.
func (c *Console) End(stage string, took time.Duration, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stage = ""
	word := "done"
	switch {
	case err != nil:
		word = "failed"
		for _, text := range c.words {
			c.say("%s", text)
		}
	case !c.live: // the next line tells the time
		return
	}
	c.say("  %-13s %s %8.1fs", stage, word, took.Seconds())
}

// say writes a line that stays.
func (c *Console) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	c.said = time.Now()
	if c.live {
		fmt.Fprintf(c.w, "\r\033[K%s\n", text)
		return
	}
	fmt.Fprintf(c.w, "%7.1fs %s\n", time.Since(c.start).Seconds(), text)
}

// draw writes the living line.
func (c *Console) draw() {
	if !c.live || c.stage == "" {
		return
	}
	text := []rune(fmt.Sprintf("  %-13s %8.0fs  %s", c.stage, time.Since(c.begun).Seconds(), printable(c.why)))
	if c.width > 0 && len(text) >= c.width {
		text = text[:c.width-1]
	}
	fmt.Fprintf(c.w, "\r\033[K%s", string(text))
}

// printable keeps foreign text from steering the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, text)
}
