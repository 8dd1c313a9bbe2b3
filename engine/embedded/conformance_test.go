package embedded_test

import (
	"testing"

	"ocr-gateway/engine/enginetest"
)

func TestConformance(t *testing.T) {
	e := newEngine(t)
	enginetest.Run(t, enginetest.Suite{
		New: func(*testing.T) enginetest.Recognizer { return e },
	})
}
