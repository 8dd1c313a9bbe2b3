package lightonocr_test

import (
	"testing"

	"ocr-gateway/model/lightonocr"
	"ocr-gateway/model/modeltest"
)

func TestConformance(t *testing.T) { modeltest.Conformance(t, lightonocr.Profile{}) }
