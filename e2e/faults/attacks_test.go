package faults_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
)

// hostile are requests of clients who mean harm, or whose documents do.
var hostile = []request{
	{path: "/api/ocr/recognize", contentType: "image/jpeg", body: jpegBomb(1, 490), pages: 1, read: readAnswer},   // time
	{path: "/api/ocr/document", contentType: "image/jpeg", body: jpegBomb(4, 1), pages: 1, read: readAnswer},      // memory
	{path: "/api/ocr/document", contentType: "image/jpeg", body: jpegBomb(1, 40_000), pages: 1, read: readAnswer}, // refused by its scans
	{path: "/api/ocr/document", contentType: pdf, body: hugePDF(), pages: 1, read: readAnswer},
	{path: "/api/ocr/document", contentType: pdf, body: brokenPDF(), pages: 1, read: readAnswer},
	{path: "/api/ocr/document/stream", contentType: pdf, body: endlessPDF(5), pages: 5, read: readStream},
	{path: "/api/ocr/recognize?task=formula", contentType: "image/png", body: bandsPNG(400, 50), pages: 1, read: readAnswer}, // the model fails
	{path: "/api/ocr/recognize?task=table", contentType: "image/png", body: bandsPNG(410, 50), pages: 1, read: readAnswer},   // it gives no text
	{path: "/api/ocr/document/stream", contentType: pdf, body: shortPDF, pages: 5, read: readStream, half: true},
}

// good is a client on every route.
var good = []request{
	mixed[0],
	{path: "/api/ocr/extract?schema=" + url.QueryEscape(`{"invoice_number": ""}`), contentType: "image/png", body: picture, pages: 1, read: readAnswer},
	batchOf(3),
	mixed[1],
	mixed[2],
	{path: "/health", read: readPlain},
	{path: "/readyz", read: readPlain},
}

// readPlain reads an answer that has to be 200.
func readPlain(resp *http.Response) ending {
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return ending{err: err}
}

const (
	realLatency  = 400 * time.Millisecond // of a region at a GPU
	goodPause    = 100 * time.Millisecond // of a good client between two requests
	hostilePause = 50 * time.Millisecond  // of a hostile one, whose work is not to be what the machine does
	idleConns    = 300
	slowSenders  = 30
)

// TestAttacks has everything at once that clients can do to others, beside a good client on
// every route, for the time that -attacks says. To the good client nothing must happen but
// that it waits longer, and the gateway's memory stays within its budget for pages
// (256 MiB) and 64 MiB.
func TestAttacks(t *testing.T) {
	beside(t)
	during := cmp.Or(*attacks, form(2*time.Second, 30*time.Second))
	s := &scene{model: newModel(t, form(modelLatency, realLatency)), layout: newLayout(t)}
	s.gateway = startGateway(t, []string{"sh", "-c", `ulimit -n 512 && exec "$@"`, "sh"}, "OCR_VLLM_ENDPOINTS="+s.model.url(), "OCR_LAYOUT_URL="+s.layout.url(),
		"OCR_ENGINE_EMBEDDED_DIR=../models", // the encoder that `make models` brings
		"OCR_SERVER_IDLE_TIMEOUT="+form("2s", "30s"))
	s.use(t)
	before := peakMemory(t, s.gateway.PID())
	var idle, attacked journal
	var a, theirs account
	s.gateway.visit(&a, &idle, form(time.Second, max(10*time.Second, during/10)))
	end := s.attack(t, &theirs)
	s.gateway.visit(&a, &attacked, during)
	end()
	peak := peakMemory(t, s.gateway.PID())
	s.warm(t)
	after, leaked := s.settle(s.before)
	t.Log("\n" + compare(&idle, &attacked))
	report(t, "all attacks at once: the good client", &a, leaked, idleTimes{}, 0, s.before.rss, after.rss)
	report(t, "all attacks at once: the hostile ones", &theirs, leaked, idleTimes{}, 0, s.before.rss, after.rss)
	t.Logf("memory of the gateway's process: %d MiB before, %d MiB at most; memory_budget is 256 MiB", before, peak)
	if leaked != "" || len(a.lost)+len(theirs.lost) > 0 {
		t.Errorf("left behind: %s; lost: %v %v", leaked, a.lost, theirs.lost)
	}
	if a.failed+a.refused > 0 {
		t.Errorf("of the good client %d pages failed and %d were refused", a.failed, a.refused)
	}
	if theirs.failed+theirs.refused+theirs.left == 0 {
		t.Error("no attack came to anything")
	}
	if peak > before+256+64 && !program.Race {
		t.Errorf("the gateway took %d MiB, %d before", peak, before)
	}
}

// visit has a client on each good route for a while.
func (g *gateway) visit(a *account, j *journal, during time.Duration) {
	end := time.Now().Add(during)
	var clients sync.WaitGroup
	for _, r := range good {
		clients.Go(func() {
			for time.Now().Before(end) {
				begin := time.Now()
				e := g.send(context.Background(), r)
				j.add(r.path, time.Since(begin))
				a.add(r.pages, e)
				time.Sleep(goodPause)
			}
		})
	}
	clients.Wait()
}

// attack begins all attacks, each of clients with addresses of their own, and gives what ends them.
func (s *scene) attack(t *testing.T, a *account) (end func()) {
	over := s.model.failEach(1, failsByPrompt())
	ctx, leave := context.WithCancel(context.Background())
	var attackers sync.WaitGroup
	for i, r := range hostile {
		for n := range form(1, 2) {
			client := clientAt(10 + 2*i + n)
			attackers.Go(func() {
				defer client.CloseIdleConnections()
				for ctx.Err() == nil {
					a.add(r.pages, s.gateway.sendBy(ctx, client, r))
					pause(ctx, hostilePause)
				}
			})
		}
	}
	address := strings.TrimPrefix(s.gateway.URL, "http://")
	for range form(idleConns/2, idleConns) {
		attackers.Go(func() { again(ctx, address, 101, func(c net.Conn) { io.Copy(io.Discard, c) }) })
	}
	for range slowSenders {
		attackers.Go(func() { again(ctx, address, 102, func(c net.Conn) { trickle(c, ctx.Done()) }) })
	}
	others := callsOfOtherSites(t, s)
	return func() {
		others()
		leave()
		attackers.Wait()
		over()
	}
}

// failsByPrompt has the model fail on formulas, and give no text for tables, in two ways.
func failsByPrompt() answerFunc {
	var tables atomic.Int64
	noText := func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body := wordless
		if tables.Add(1)%2 == 0 {
			body = inReasoning
		}
		raw(eventStream, body)(w, r, next)
	}
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		formulas := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			on(`"Formula Recognition:"`, status(500, `{"error":"x"}`))(w, r, next)
		})
		on(`"Table Recognition:"`, noText)(w, r, formulas)
	}
}

// dialFrom dials from one of this machine's addresses.
func dialFrom(last int) *net.Dialer {
	return &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(last))}}
}

func clientAt(last int) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: dialFrom(last).DialContext, DisableCompression: true}}
}

// again connects and uses the connection until it is closed, again and again.
func again(ctx context.Context, address string, from int, use func(net.Conn)) {
	for ctx.Err() == nil {
		if c, err := dialFrom(from).DialContext(ctx, "tcp", address); err == nil {
			closed := context.AfterFunc(ctx, func() { c.Close() })
			use(c)
			closed()
			c.Close()
		}
		pause(ctx, hostilePause)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// journal is what answers took, by route.
type journal struct {
	mu   sync.Mutex
	took map[string][]time.Duration
}

func (j *journal) add(path string, d time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.took == nil {
		j.took = map[string][]time.Duration{}
	}
	route, _, _ := strings.Cut(path, "?")
	j.took[route] = append(j.took[route], d)
}

// within are the times, in ms, in which half and 95 of 100 answers came, and all.
func (j *journal) within(route string) (p50, p95, most float64) {
	took := j.took[route]
	slices.Sort(took)
	at := func(percent int) float64 { return took[(len(took)-1)*percent/100].Seconds() * 1000 }
	return at(50), at(95), at(100)
}

// compare is a table of what answers take without and under attack.
func compare(idle, attacked *journal) string {
	var out strings.Builder
	out.WriteString("| route | answers, idle / attacked | idle p50 / p95, ms | attacked p50 / p95 / most, ms | p95 to idle |\n")
	for _, r := range good {
		route, _, _ := strings.Cut(r.path, "?")
		half, most, _ := idle.within(route)
		halfNow, mostNow, worst := attacked.within(route)
		fmt.Fprintf(&out, "| %s | %d / %d | %.0f / %.0f | %.0f / %.0f / %.0f | %.1f |\n",
			route, len(idle.took[route]), len(attacked.took[route]), half, most, halfNow, mostNow, worst, mostNow/most)
	}
	return out.String()
}
