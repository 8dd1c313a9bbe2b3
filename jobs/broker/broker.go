// Package broker keeps the log of jobs and their queues of tasks on NATS JetStream: in a
// server within this process, or on a cluster of servers that many gateways share.
//
// There are four streams. OCR_JOBS has the events of every job, each on a subject of its
// own that is written once: who comes second is told so, however late. OCR_WORK has the tasks that are not done, and
// gives each to one worker at a time. OCR_DEAD has those that were given up. OCR_HOOKS has the
// jobs of whose end somebody is still to be told.
package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"ocr-gateway/internal/backoff"
	"ocr-gateway/jobs/record"
)

const (
	streamEvents = "OCR_JOBS"
	streamWork   = "OCR_WORK"
	streamDead   = "OCR_DEAD"
	streamHooks  = "OCR_HOOKS"
)

// Broker is a connection to the streams. It is safe for concurrent use.
type Broker struct {
	cfg    Config
	dir    string // of the server
	log    *slog.Logger
	server *server.Server // nil where it is another process
	conn   *nats.Conn
	js     jetstream.JetStream
	streams
	refused atomic.Pointer[error] // why no server could be connected to, when that was tried last
	closed  chan struct{}         // when conn has ended

	life    context.Context // ends with Close
	end     context.CancelFunc
	mending atomic.Bool
	menders sync.WaitGroup

	mu      sync.Mutex
	lanes   map[string]jetstream.Consumer
	trouble bool // the log could not be had when it was looked for last
}

// streams are the handles of those of the same names, whoever has made them.
type streams struct {
	events  jetstream.Stream
	work    jetstream.Stream
	hooks   jetstream.Stream
	tellers jetstream.Consumer // of hooks
}

// startTimeout is how long the streams may take to become available.
const startTimeout = 30 * time.Second

// Open starts the server in dir, or connects to the servers of cfg, and makes sure of the streams.
func Open(ctx context.Context, cfg Config, dir string, log *slog.Logger) (*Broker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	b := &Broker{cfg: cfg, dir: dir, log: log, lanes: map[string]jetstream.Consumer{}, closed: make(chan struct{})}
	b.life, b.end = context.WithCancel(context.WithoutCancel(ctx))
	options := []nats.Option{
		nats.Name("ocr-gateway"), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond),
		nats.IgnoreAuthErrorAbort(), // credentials may be replaced: they are read again for each try
		nats.ClosedHandler(func(*nats.Conn) { close(b.closed) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("connection to NATS lost", "error", err)
			}
		}),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { b.refused.Store(&err) }),
		nats.ReconnectHandler(func(c *nats.Conn) { log.Info("connected to NATS again", "server", c.ConnectedServerName()) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Debug("NATS", "error", err) }),
	}
	if cfg.Embedded() {
		var err error
		if b.server, err = startServer(dir, log, b.mend); err != nil {
			b.end()
			return nil, err
		}
		options = append(options, nats.InProcessServer(b.server))
	} else {
		options = append(options, nats.RetryOnFailedConnect(true))
		options = append(options, cfg.security()...)
	}
	if err := b.connect(ctx, options); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// Try connects to the cluster, asks for JetStream, and returns the name of the server that
// answered. It creates nothing.
func (c Config) Try(ctx context.Context) (server string, err error) {
	conn, err := nats.Connect(strings.Join(c.URLs, ","), append(c.security(), nats.Timeout(startTimeout/10))...)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err == nil {
		_, err = js.AccountInfo(ctx)
	}
	return fmt.Sprintf("%s, NATS %s", conn.ConnectedServerName(), conn.ConnectedServerVersion()), err
}

// security is how the cluster and this client authenticate each other.
func (c Config) security() []nats.Option {
	var options []nats.Option
	if c.CredentialsFile != "" {
		options = append(options, nats.UserCredentials(c.CredentialsFile))
	}
	if c.CAFile != "" {
		options = append(options, nats.RootCAs(c.CAFile))
	}
	if c.CertFile != "" {
		options = append(options, nats.ClientCert(c.CertFile, c.KeyFile))
	}
	return options
}

func (b *Broker) connect(ctx context.Context, options []nats.Option) error {
	var err error
	if b.conn, err = nats.Connect(strings.Join(b.cfg.URLs, ","), options...); err != nil {
		return fmt.Errorf("jobs: connect to NATS: %w", err)
	}
	if b.js, err = jetstream.New(b.conn); err != nil {
		return fmt.Errorf("jobs: JetStream: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for wait, tries := (backoff.Exponential{First: 100 * time.Millisecond, Max: 2 * time.Second}), 1; ; tries++ {
		if b.streams, err = b.ensureStreams(ctx); err == nil {
			return nil
		}
		if b.server != nil || errors.Is(err, errNewer) || backoff.Sleep(ctx, wait.After(tries)) != nil {
			return b.notReady(err)
		}
	}
}

// notReady explains why the streams are not available.
func (b *Broker) notReady(err error) error {
	if b.server == nil && !b.conn.IsConnected() {
		if why := b.refused.Load(); why != nil {
			err = *why
		}
		return fmt.Errorf("jobs.nats.urls: none of the servers could be reached within %s: %w", startTimeout, cmp.Or(b.conn.LastError(), err))
	}
	if errors.Is(err, errNewer) {
		return fmt.Errorf("jobs: %w", err)
	}
	return fmt.Errorf("jobs: JetStream is not ready: %w", err)
}

// deadAge is how long tasks that were given up are kept for inspection.
const deadAge = 30 * 24 * time.Hour

// repeatWindow is how long the same task is not queued twice. A later repeat finds its pages done.
const repeatWindow = 10 * time.Minute

// ensureStreams makes the streams that are not there.
func (b *Broker) ensureStreams(ctx context.Context) (made streams, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := b.checkFormat(ctx); err != nil {
		return made, err
	}
	if made.events, err = b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: streamEvents, Subjects: []string{"ocr.jobs.>"}, Storage: jetstream.FileStorage, Replicas: b.cfg.Replicas,
		Description: "ocr-gateway: what happened to each job", Metadata: map[string]string{formatKey: strconv.Itoa(record.Format)},
	}); err != nil {
		return made, err
	}
	if made.work, err = b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: streamWork, Subjects: []string{"ocr.work.>"}, Storage: jetstream.FileStorage, Replicas: b.cfg.Replicas,
		Retention: jetstream.WorkQueuePolicy, Duplicates: repeatWindow, Description: "ocr-gateway: tasks that are not done",
	}); err != nil {
		return made, err
	}
	if made.hooks, made.tellers, err = b.ensureHooks(ctx); err != nil {
		return made, err
	}
	_, err = b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: streamDead, Subjects: []string{"ocr.dead.>"}, Storage: jetstream.FileStorage, Replicas: b.cfg.Replicas,
		MaxAge: deadAge, MaxBytes: 64 << 20, Discard: jetstream.DiscardOld, Description: "ocr-gateway: tasks that were given up, with the reason",
	})
	return made, err
}

// formatKey is the key of a stream's metadata that names the format of its messages.
const formatKey = "ocr-gateway-format"

// errNewer reports a log that this program might misread.
var errNewer = errors.New("the log of jobs was written by a newer version of the program: start that one; nothing was changed")

// checkFormat refuses a log of a newer version, before anything is done to it.
func (b *Broker) checkFormat(ctx context.Context) error {
	there, err := b.js.Stream(ctx, streamEvents)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	format, _ := strconv.Atoi(there.CachedInfo().Config.Metadata[formatKey]) // 0 where none is given
	if format > record.Format {
		return fmt.Errorf("%w (format %d, this one knows %d)", errNewer, format, record.Format)
	}
	return nil
}

// Depths are how many messages the streams hold.
type Depths struct {
	Tasks uint64 // not done, those in work included
	Dead  uint64 // given up
}

// Depths asks the servers.
func (b *Broker) Depths(ctx context.Context) (d Depths, err error) {
	work, err := b.js.Stream(ctx, streamWork)
	if err != nil {
		return d, err
	}
	dead, err := b.js.Stream(ctx, streamDead)
	if err != nil {
		return d, err
	}
	return Depths{work.CachedInfo().State.Msgs, dead.CachedInfo().State.Msgs}, nil
}

// Close ends the connection, and the server where it is within this process.
func (b *Broker) Close() error {
	b.mu.Lock()
	b.end()
	b.mu.Unlock()
	b.menders.Wait()
	if b.conn != nil {
		b.conn.Close()
		<-b.closed
	}
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
	return nil
}

// startServer starts a server that only this process can reach. What it acknowledges is on disk.
func startServer(dir string, log *slog.Logger, storeFails func()) (*server.Server, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "ocr-gateway", DontListen: true, NoSigs: true,
		JetStream: true, StoreDir: dir, SyncAlways: true, DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: NATS server: %w", err)
	}
	s.SetLoggerV2(serverLog{log.With("component", "nats"), storeFails}, false, false, false)
	s.Start()
	if !s.ReadyForConnections(startTimeout) {
		s.Shutdown()
		return nil, fmt.Errorf("jobs: the NATS server in %s was not ready within %s", dir, startTimeout)
	}
	if !s.JetStreamEnabled() {
		s.Shutdown()
		s.WaitForShutdown()
		return nil, errors.New("jobs: the NATS server cannot use " + dir + "; the log has its reason")
	}
	return s, nil
}

// serverLog passes on the server's log without its chatter.
type serverLog struct {
	log        *slog.Logger
	storeFails func()
}

func (l serverLog) Noticef(format string, v ...any) {
	l.log.Debug("NATS", "said", fmt.Sprintf(format, v...))
}

func (l serverLog) Warnf(format string, v ...any) {
	l.log.Warn("NATS", "said", fmt.Sprintf(format, v...))
}

func (l serverLog) Errorf(format string, v ...any) {
	said := fmt.Sprintf(format, v...)
	if strings.HasPrefix(said, storeFailed) {
		l.storeFails()
	}
	l.log.Error("NATS", "said", said)
}

func (l serverLog) Fatalf(format string, v ...any) {
	l.log.Error("NATS", "said", fmt.Sprintf(format, v...))
}
func (l serverLog) Debugf(string, ...any) {}
func (l serverLog) Tracef(string, ...any) {}
