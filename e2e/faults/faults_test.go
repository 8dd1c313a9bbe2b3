package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// atModel and atLayout make each nth request there fail.
func atModel(every int64, f answerFunc) func(*testing.T, *scene) func() {
	return func(_ *testing.T, s *scene) func() { return s.model.failEach(every, f) }
}

func atLayout(every int64, f answerFunc) func(*testing.T, *scene) func() {
	return func(_ *testing.T, s *scene) func() { return s.layout.failEach(every, f) }
}

// nothing goes wrong by itself.
func nothing(*testing.T, *scene) func() { return func() {} }

const (
	eventStream = "Content-Type: text/event-stream"
	half        = `data: {"id":"1","choices":[{"index":0,"delta":{"content":"Invo`
	errorFrame  = "data: {\"error\":{\"message\":\"EngineCore encountered an issue.\",\"type\":\"Error\",\"param\":null,\"code\":500}}\n\ndata: [DONE]\n\n"
	busy        = `{"error":{"message":"The engine is currently busy.","type":"ServiceUnavailable","param":null,"code":503}}`
)

// Streams that come to their end, as a server sends them that was started with a parser for
// another model, one whose model writes nothing that is shown, and a router.
const (
	inReasoning = `data: {"choices":[{"delta":{"content":null,"reasoning_content":"Hello"},"finish_reason":null}]}` + "\n\n" +
		`data: {"choices":[{"delta":{"content":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":110,"completion_tokens":3}}` + "\n\ndata: [DONE]\n\n"
	wordless = `data: {"choices":[{"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":110,"completion_tokens":57}}` + "\n\ndata: [DONE]\n\n"
	noDone   = `data: {"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}]}` + "\n\n"
)

var rubbish = "\x00\xff{{{[[[" + string(make([]byte, 4096))

var table = []fault{
	{name: "none", begin: nothing, all: true},
	{name: "model slow (0.5 s)", begin: atModel(2, slow(500*time.Millisecond)), all: true},
	{name: "model hangs, 1 of 5", begin: atModel(5, hang), brief: true},
	{name: "model hangs, all", begin: atModel(1, hang)},
	{name: "model stops in the middle, 1 of 5", begin: atModel(5, stall(eventStream, half))},
	{name: "model resets, 1 of 3", begin: atModel(3, reset)},
	{name: "model says more length than it sends, 1 of 3", begin: atModel(3, raw(eventStream+"\r\nContent-Length: 100000", errorFrame[:20]))},
	{name: "model says less length than it sends, 1 of 3", begin: atModel(3, raw(eventStream+"\r\nContent-Length: 10", half))},
	{name: "model sends rubbish, 1 of 3", begin: atModel(3, raw(eventStream, rubbish))},
	{name: "model sends half JSON, 1 of 3", begin: atModel(3, raw(eventStream, half))},
	{name: "model sends error frames, 1 of 3", begin: atModel(3, raw(eventStream, errorFrame))},
	{name: "model sends rubbish, all", begin: atModel(1, raw(eventStream, rubbish))},
	{name: "model puts its text elsewhere, 1 of 3", begin: atModel(3, raw(eventStream, inReasoning))},
	{name: "model sends no text for its tokens, 1 of 3", begin: atModel(3, raw(eventStream, wordless))},
	{name: "model leaves out [DONE], all", begin: atModel(1, raw(eventStream, noDone)), all: true},
	{name: "model fails on the picture of six other clients", begin: poison(1), all: true, brief: true},
	{name: "model fails on 48 pictures of six other clients", begin: poison(48), all: true},
	{name: "model says 503 in bursts", begin: bursts(status(503, busy)), all: true},
	{name: "model goes away and comes back", begin: comesAndGoes(func(s *scene) *peer { return s.model }), all: true, brief: true},
	{name: "layout slow (0.3 s)", begin: atLayout(2, slow(300*time.Millisecond)), all: true},
	{name: "layout hangs, all", begin: atLayout(1, hang), all: true, brief: true},
	{name: "layout resets, 1 of 3", begin: atLayout(3, reset), all: true},
	{name: "layout says more length than it sends, 1 of 3", begin: atLayout(3, raw("Content-Type: application/json\r\nContent-Length: 100000", "{")), all: true},
	{name: "layout sends rubbish, all", begin: atLayout(1, raw("Content-Type: application/json", rubbish)), all: true},
	{name: "layout says 500, 1 of 2", begin: atLayout(2, status(500, `{"error":"x"}`)), all: true},
	{name: "layout goes away and comes back", begin: comesAndGoes(func(s *scene) *peer { return s.layout }), all: true},
	{name: "raster children killed", begin: killsChildren, brief: true},
	{name: "clients shut their side down after sending", mix: halfClosed(mixed), begin: nothing, all: true, brief: true},
	{name: "web pages of other sites call", begin: callsOfOtherSites, all: true, brief: true},
	{name: "clients leave at random points", begin: nothing, patience: 600 * time.Millisecond, brief: true},
}

// TestFaults has one gateway go through all faults that need no other settings.
func TestFaults(t *testing.T) {
	beside(t)
	s := newScene(t, nil)
	s.use(t)
	for _, f := range table {
		if !f.brief && !*long {
			continue
		}
		t.Run(f.name, func(t *testing.T) { s.run(t, f, form(300*time.Millisecond, 6*time.Second)) })
	}
}

// meanwhile does something again and again until it is told to end; each time it waits first.
func meanwhile(every func() time.Duration, do func()) (end func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-quit:
				return
			case <-time.After(every()):
				do()
			}
		}
	}()
	return func() { close(quit); <-done }
}

func evenly(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// bursts has the model fail all requests for 0.2 s, every other 0.2 s.
func bursts(f answerFunc) func(*testing.T, *scene) func() {
	return func(_ *testing.T, s *scene) func() {
		over := s.model.failEach(1, f)
		failing := true
		end := meanwhile(evenly(200*time.Millisecond), func() {
			if failing = !failing; failing {
				s.model.failEach(1, f)
			} else {
				over()
			}
		})
		return func() { end(); over() }
	}
}

// comesAndGoes has a server away for half a second, every other half second.
func comesAndGoes(who func(*scene) *peer) func(*testing.T, *scene) func() {
	return func(t *testing.T, s *scene) func() {
		p, away := who(s), false
		change := func() {
			if away = !away; away {
				p.leave()
			} else if err := p.arrive(); err != nil {
				t.Error(err)
			}
		}
		end := meanwhile(evenly(500*time.Millisecond), change)
		return func() {
			end()
			if away {
				change()
			}
		}
	}
}

// killsChildren kills a rendering child at random, some twenty times a second.
func killsChildren(t *testing.T, s *scene) func() {
	random := rand.New(rand.NewPCG(*seed, 0))
	killed := 0
	end := meanwhile(func() time.Duration { return time.Duration(random.Int64N(int64(100 * time.Millisecond))) }, func() {
		if pids := rasterChildren(s.gateway.PID()); len(pids) > 0 {
			if syscall.Kill(pids[random.IntN(len(pids))], syscall.SIGKILL) == nil {
				killed++
			}
		}
	})
	return func() {
		end()
		if killed == 0 {
			t.Error("no child was killed")
		}
		t.Log(fmt.Sprint(killed, " children killed"))
	}
}

// poison has six clients send so many different pictures, on all of which the model fails, as
// fast as they are answered. The mixed load beside it is of other clients, whom it must cost
// nothing.
func poison(pictures int) func(*testing.T, *scene) func() {
	return func(t *testing.T, s *scene) func() {
		over := s.model.failEach(1, on(`"Formula Recognition:"`, status(500, `{"error":"x"}`)))
		ctx, leave := context.WithCancel(context.Background())
		var loops sync.WaitGroup
		var refused atomic.Int64
		for client := range clients {
			loops.Go(func() {
				for n := 0; ctx.Err() == nil; n++ {
					which := n*clients + client
					e := s.gateway.send(ctx, request{path: "/api/ocr/recognize?task=formula", contentType: "image/png", body: bandsPNG(400+10*(which%pictures), 50), pages: 1, read: readAnswer})
					switch {
					case e.problem:
						refused.Add(1)
					case !e.left:
						t.Errorf("a picture on which the model fails: %+v", e)
						return
					}
				}
			})
		}
		return func() {
			waitFor(recoverTime, func() bool { return refused.Load() > 0 })
			leave()
			loops.Wait()
			over()
			if refused.Load() == 0 {
				t.Error("nobody sent a picture on which the model fails")
			}
		}
	}
}
