// Package modeltest contains what the tests of all vision models share.
package modeltest

import (
	"log/slog"
	"net/http/httptest"
	"testing"

	"ocr-gateway/engine/enginetest"
	"ocr-gateway/engine/vllm"
)

// Conformance runs the suite that every engine passes, with the vllm engine, a model's profile and a fake
// server that answers as enginetest.Models says.
func Conformance(t *testing.T, profile vllm.Profile) {
	scripted := enginetest.Models[profile.Name()]
	start := func(t *testing.T, fault func(enginetest.Request) enginetest.Fault) enginetest.Recognizer {
		server := httptest.NewServer(enginetest.NewFake(enginetest.Config{
			Model: scripted.Root, Root: scripted.Root, KeepImages: true, Answer: enginetest.SeesBlanks(scripted.Answer), Fault: fault,
		}))
		t.Cleanup(server.Close)
		cfg := vllm.DefaultConfig()
		cfg.Model, cfg.Endpoints = scripted.Root, []vllm.Endpoint{{URL: server.URL}}
		e, err := vllm.New(cfg, []vllm.Profile{profile}, "../../models", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(e.Close)
		return e
	}
	enginetest.Run(t, enginetest.Suite{
		New: func(t *testing.T) enginetest.Recognizer { return start(t, nil) },
		Stuck: func(t *testing.T) (enginetest.Recognizer, <-chan struct{}) {
			asked := make(chan struct{}, 1)
			return start(t, func(enginetest.Request) enginetest.Fault {
				select {
				case asked <- struct{}{}:
				default:
				}
				return enginetest.Fault{Hang: true}
			}), asked
		},
	})
}
