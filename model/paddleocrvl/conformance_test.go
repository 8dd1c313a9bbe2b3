package paddleocrvl_test

import (
	"testing"

	"ocr-gateway/model/paddleocrvl"
	"ocr-gateway/model/modeltest"
)

func TestConformance(t *testing.T) { modeltest.Conformance(t, paddleocrvl.Profile{}) }
