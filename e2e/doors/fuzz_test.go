package doors_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"ocr-gateway/e2e/program"
)

var fuzzFor = flag.Duration("fuzz-api", 0, "how long to send requests made from the contract")

// checks are what every answer is held to.
const checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance"

// TestContractHolds sends requests made from the contract, right and wrong ones: none may be
// answered with a 5xx or off its schema.
func TestContractHolds(t *testing.T) {
	if *fuzzFor == 0 {
		t.Skip("run `make fuzz-api`")
	}
	fuzzer := filepath.Join(program.Root(), "build/schemathesis/bin/schemathesis")
	if _, err := os.Stat(fuzzer); err != nil {
		t.Skip("schemathesis is missing: run `make fuzz-api`")
	}
	server := program.Serve(t, "OCR_CACHE_DIR="+t.TempDir())
	cmd := exec.CommandContext(t.Context(), fuzzer, "run", server.URL+"/openapi.yaml",
		"--max-time", strconv.Itoa(int(*fuzzFor/time.Second)), "--workers", "2", "--checks", checks, "--request-timeout", "120",
		"--suppress-health-check", "all", "--max-failures", "50", "--warnings", "off", "--no-color")
	cmd.Env = append(os.Environ(), "SCHEMATHESIS_HOOKS=testdata/fuzz_hooks.py", "FUZZ_DOCUMENT="+filepath.Join(program.Root(), "testdata", "sample.png"))
	report, err := cmd.CombinedOutput()
	t.Logf("%s", report)
	if err != nil {
		t.Error(err)
	}
	if defects := server.Defects(); len(defects) > 0 {
		t.Errorf("the server's log has %q", defects)
	}
}
