package paddleocrvl_test

import (
	"testing"

	"ocr-gateway/model/modeltest"
	"ocr-gateway/model/paddleocrvl"
)

func TestConformance(t *testing.T) { modeltest.Conformance(t, paddleocrvl.Profile{}) }
