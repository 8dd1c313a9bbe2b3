package glmocr_test

import (
	"log/slog"
	"net/http/httptest"
	"testing"

	"ocr-gateway/engine/enginetest"
	"ocr-gateway/engine/vllm"
	"ocr-gateway/model/glmocr"
)

func TestConformance(t *testing.T) {
	scripted := enginetest.Models[glmocr.Profile{}.Name()]
	enginetest.Run(t, enginetest.Suite{New: func(t *testing.T) enginetest.Recognizer {
		server := httptest.NewServer(enginetest.NewFake(enginetest.Config{
			Model: scripted.Root, Root: scripted.Root, KeepImages: true, Answer: enginetest.SeesBlanks(scripted.Answer),
		}))
		t.Cleanup(server.Close)
		cfg := vllm.DefaultConfig()
		cfg.Model, cfg.Endpoints = scripted.Root, []vllm.Endpoint{{URL: server.URL}}
		e, err := vllm.New(cfg, []vllm.Profile{glmocr.Profile{}}, "../../models", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(e.Close)
		return e
	}})
}
