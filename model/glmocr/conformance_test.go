package glmocr_test

import (
	"testing"

	"ocr-gateway/model/glmocr"
	"ocr-gateway/model/modeltest"
)

func TestConformance(t *testing.T) { modeltest.Conformance(t, glmocr.Profile{}) }
