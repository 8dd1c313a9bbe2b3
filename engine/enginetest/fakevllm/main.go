// Command fakevllm serves enginetest's Fake: a stand-in for vLLM in load runs.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"ocr-gateway/engine/enginetest"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "fakevllm:", err)
		os.Exit(1)
	}
}

func run() error {
	var cfg enginetest.Config
	listen := flag.String("listen", "127.0.0.1:8000", "address to listen on")
	flag.DurationVar(&cfg.Latency, "latency", 200*time.Millisecond, "time that an answer takes in its slot")
	flag.IntVar(&cfg.Slots, "slots", 64, "requests served at once; others queue")
	flag.IntVar(&cfg.Queue, "queue", 0, "requests that may queue, others get 503; 0 means any number")
	flag.StringVar(&cfg.Model, "model", "glm-ocr", "served model name")
	flag.StringVar(&cfg.APIKey, "api-key", "", "key to ask for")
	flag.StringVar(&cfg.Version, "version", "0.32.0", "vLLM version to claim")
	flag.IntVar(&cfg.Pieces, "pieces", 4, "chunks that a streamed answer is cut into")
	flag.BoolVar(&cfg.MTP, "mtp", false, "count the tokens of a draft head")
	flag.Float64Var(&cfg.Acceptance, "acceptance", 0.7, "share of them that come true")
	failEvery := flag.Int("fail-every", 0, "fail every nth request; 0 means none")
	failStatus := flag.Int("fail-status", http.StatusServiceUnavailable, "status of --fail-every")
	text := flag.String("text", "", "answer to every request; empty means the scripted one of its prompt")
	repeat := flag.Int("repeat", 1, "times that the scripted text is repeated in one answer")
	answers := flag.String("answers", "", "file with answers by the SHA-256 of the image's data, as JSON; others get the scripted one")
	flag.Parse()
	known := map[string]string{}
	if *answers != "" {
		data, err := os.ReadFile(*answers)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(data, &known); err != nil {
			return err
		}
	}
	cfg.Fault = enginetest.Every(*failEvery, enginetest.Fault{Status: *failStatus})
	cfg.Answer = func(q enginetest.Request) enginetest.Answer {
		if text, ok := known[q.Sum]; ok {
			return enginetest.Answer{Text: text}
		}
		a := enginetest.Script(q)
		if *text != "" {
			a.Text = *text
		}
		a.Text = strings.Repeat(a.Text, *repeat)
		return a
	}
	fake := enginetest.NewFake(cfg)
	server := &http.Server{Addr: *listen, Handler: fake, ReadHeaderTimeout: 10 * time.Second}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- server.ListenAndServe() }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	server.Close()
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	fmt.Printf("%+v\n", fake.Counts())
	return nil
}
