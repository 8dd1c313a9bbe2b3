package card_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"ocr-gateway/provision/card"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as it was; it is now\n%s", path, got)
	}
}

// The screens of README.md are these.
func TestCards(t *testing.T) {
	pod := card.Card{
		Name: "ocr-gateway-dnu47l73", PodID: "3fk2x9c1v7q8zt", GPU: "NVIDIA A100 80GB PCIe", InsteadOf: "H100", Address: "203.0.113.7:35967",
		SSH:      "ssh -p 35967 root@203.0.113.7",
		URLs:     []string{"https://3fk2x9c1v7q8zt-8007.proxy.runpod.net", "http://203.0.113.7:35968"},
		LocalURL: "http://127.0.0.1:8007", Tunnel: "ocr-gateway provision --tunnel --pod-id 3fk2x9c1v7q8zt",
		ShowKey: "ocr-gateway provision --show-key --pod-id 3fk2x9c1v7q8zt",
		Stop: []card.StopCommand{
			{Command: "ocr-gateway provision --stop --pod-id 3fk2x9c1v7q8zt", Keeps: "keeps the volume, for $20.00 a month"},
			{Command: "ocr-gateway provision --terminate --pod-id 3fk2x9c1v7q8zt", Keeps: "keeps nothing"},
		},
		APIKey: "V5F27AVF…", KeyPath: "/workspace/ocr-gateway/etc/secrets.env", VLLM: "zai-org/GLM-OCR on 127.0.0.1:8000, MTP", Layout: "PP-DocLayoutV3",
		PriceHour: 1.64,
	}
	later := pod
	later.APIKey, later.InsteadOf, later.URLs = "", "", nil
	for name, card := range map[string]card.Card{"card.txt": pod, "card-later.txt": later} {
		var out strings.Builder
		if err := card.Write(&out); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.String())
	}
}
