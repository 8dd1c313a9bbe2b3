package pool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"ocr-gateway/document"
	"ocr-gateway/internal/child"
	"ocr-gateway/raster/wire"
)

// ErrGone means that a child died or said something malformed.
var ErrGone = errors.New("raster child is gone")

// ErrTimeout means that a child took too long and was killed.
var ErrTimeout = errors.New("raster child took too long")

// ErrTooLarge means that something does not fit into the shared memory.
var ErrTooLarge = errors.New("too large for the shared memory")

// keepPixels is how much shared memory a child keeps between pages.
const keepPixels = 32 << 20

// Child is a process that reads one document. Its methods are for one goroutine
// at a time, except kill.
type Child struct {
	process     *child.Process
	conn        *net.UnixConn
	pixels      *os.File        // shared memory, written by the child
	words       int64           // where in it the words are
	isolated    bool            // has a network namespace of its own
	up          chan struct{}   // closed when it has said that it is ready
	exited      chan struct{}   // closed when the process and its group are gone
	killed      context.Context // ends with kill
	steppedBack atomic.Bool
	kill        func()        // ends the process; safe to call at any time, any number of times
	counted     time.Duration // of its processor time; see Spent
}

// Killed ends when the child is killed or gone.
func (c *Child) Killed() context.Context { return c.killed }

// watch waits until the child has ended, and until it is ready.
func (c *Child) watch() {
	killed, cancel := context.WithCancel(context.Background())
	c.killed = killed
	c.kill = sync.OnceFunc(func() {
		c.process.Kill()
		cancel()
	})
	go func() {
		defer close(c.exited)
		<-c.process.Done() // the exit status tells no more than the socket does
		cancel()
		c.conn.Close()
		c.pixels.Close()
	}()
	go func() {
		packet := make([]byte, len(wire.Ready)+1)
		if n, err := c.conn.Read(packet); err == nil && string(packet[:n]) == wire.Ready {
			close(c.up)
		} else {
			c.kill()
		}
	}()
}

// CallError is a request that a living child could not fulfill.
type CallError struct {
	Status  wire.Status
	message string
}

func (e *CallError) Error() string { return "raster child: " + e.message }

// Call sends a request, with a descriptor if file is not nil, and waits for the reply. The child
// is killed when ctx ends or the timeout is over. A slow call steps back behind others meanwhile.
// What the child itself refuses is a *CallError.
func (p *Pool) Call(ctx context.Context, c *Child, timeout time.Duration, req wire.Request, tail string, file *os.File) (wire.Reply, error) {
	slow := time.AfterFunc(slowCall, func() {
		c.StepBack()
		p.overrun(c)
	})
	defer slow.Stop()
	rep, message, err := c.call(ctx, timeout, req, tail, file)
	p.state.lost(err)
	if err == nil && rep.Status != wire.StatusOK {
		err = &CallError{rep.Status, message}
	}
	return rep, err
}

// call is Call for as long as it takes.
func (c *Child) call(ctx context.Context, timeout time.Duration, req wire.Request, tail string, file *os.File) (wire.Reply, string, error) {
	callCtx, cancel := context.WithTimeoutCause(ctx, timeout, ErrTimeout)
	defer cancel()
	defer context.AfterFunc(callCtx, c.kill)()

	req.CPUSeconds = uint32(timeout/time.Second) + 1
	rep, message, err := c.exchange(wire.Encode(req, tail), file)
	switch {
	case err == nil:
		return rep, message, nil
	case callCtx.Err() != nil:
		err = context.Cause(callCtx)
	default:
		err = fmt.Errorf("%w: %w", ErrGone, err)
	}
	c.kill()
	return wire.Reply{}, "", err
}

func (c *Child) exchange(packet []byte, file *os.File) (wire.Reply, string, error) {
	var rights []byte
	if file != nil {
		rights = unix.UnixRights(int(file.Fd()))
	}
	if _, _, err := c.conn.WriteMsgUnix(packet, rights, nil); err != nil {
		return wire.Reply{}, "", err
	}
	buf := make([]byte, wire.MaxPacket)
	n, err := c.conn.Read(buf)
	if err != nil {
		return wire.Reply{}, "", err
	}
	var rep wire.Reply
	message, err := wire.Decode(buf[:n], &rep)
	// The child's text is logged quoted: it may be anything.
	return rep, strconv.QuoteToASCII(message), err
}

// Spent is the processor time that the child has used since the last call, the first time since
// its start; 0 when it is gone. It is measured by the kernel, not reported by the child.
func (c *Child) Spent() time.Duration {
	const whole = 2 // a clock of all threads of a process, by the number of the process: see clock_getcpuclockid(3)
	var now unix.Timespec
	if unix.ClockGettime(int32(^c.process.PID()<<3|whole), &now) != nil {
		return 0
	}
	spent := max(0, time.Duration(now.Nano())-c.counted)
	c.counted += spent
	return spent
}

// ReadPixels fills pix from the start of the shared memory.
func (c *Child) ReadPixels(pix []byte) error {
	// Read rather than mapped: a child that cuts the file short causes an error here,
	// not a fault.
	if n, err := c.pixels.ReadAt(pix, 0); n < len(pix) {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	if len(pix) > keepPixels {
		// Best effort: it only gives memory back early.
		_ = unix.Fallocate(int(c.pixels.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 0, int64(len(pix)))
	}
	return nil
}

// Write puts data at the start of the shared memory.
func (c *Child) Write(data []byte) error {
	if int64(len(data)) > c.words {
		return fmt.Errorf("%w: %d bytes do not fit", ErrTooLarge, len(data))
	}
	if _, err := c.pixels.WriteAt(data, 0); err != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	return nil
}

// Bytes reads n bytes from the start of the shared memory.
func (c *Child) Bytes(n uint64) (*io.SectionReader, error) {
	if n > uint64(c.words) {
		return nil, fmt.Errorf("%w: it says that it wrote %d bytes", ErrGone, n)
	}
	return io.NewSectionReader(c.pixels, 0, int64(n)), nil
}

// ReadWords reads the words of a page of width x height pixels from the shared memory.
func (c *Child) ReadWords(rep wire.Reply, width, height int) ([]document.Word, error) {
	if rep.WordBytes > wire.MaxWordBytes {
		return nil, fmt.Errorf("%w: %w", ErrGone, wire.ErrWords)
	}
	packed := make([]byte, rep.WordBytes)
	if _, err := c.pixels.ReadAt(packed, c.words); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGone, err)
	}
	words, err := wire.UnpackWords(packed, rep.Words, width, height)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGone, err)
	}
	return words, nil
}

// ReadDrawn reads the characters of a page of width x height pixels from the shared
// memory; nil when there are none.
func (c *Child) ReadDrawn(rep wire.Reply, width, height int) (*document.Drawn, error) {
	if rep.DrawnBytes == 0 {
		return nil, nil
	}
	if rep.DrawnBytes > wire.MaxDrawnBytes {
		return nil, fmt.Errorf("%w: %w", ErrGone, wire.ErrDrawn)
	}
	packed := make([]byte, rep.DrawnBytes)
	if _, err := c.pixels.ReadAt(packed, c.words+wire.MaxWordBytes); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGone, err)
	}
	drawn, err := wire.UnpackDrawn(packed, width, height)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGone, err)
	}
	return drawn, nil
}

// slowCall is how long one call may take before its child steps back and gives its place away:
// most pages and images take a tenth of it.
const slowCall = 500 * time.Millisecond

// backNice is how far a child steps back, in niceness beyond the gateway's own: to a tenth of the
// processor time of others. At the lowest priority, 19, a page that is harmless, only slow, would
// run into page_timeout beside an engine that keeps all cores busy.
const backNice = 10

// StepBack gives priority to everything else on the machine, for good: the pages of a long
// document are drawn ahead, and slow work should not keep quick work from a processor. A child
// that stepped back never gets another document or image.
func (c *Child) StepBack() {
	if c.steppedBack.Swap(true) {
		return
	}
	nice := backNice
	if raw, err := unix.Getpriority(unix.PRIO_PROCESS, 0); err == nil {
		nice += 20 - raw // as the system call returns it; the kernel caps it at 19
	}
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", c.process.PID()))
	if err != nil {
		return // it is gone
	}
	for _, task := range tasks { // the kernel keeps this for each thread; new ones take it over
		if id, err := strconv.Atoi(task.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, id, nice)
		}
	}
}
