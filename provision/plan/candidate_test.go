package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ocr-gateway/provision/cloud"
	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/plan"
)

var catalog = []cloud.Offer{
	{GPU: "NVIDIA H100 80GB HBM3", Name: "H100 SXM", MemoryGB: 80, PricePerGPU: 2.99, Stock: cloud.StockHigh},
	{GPU: "NVIDIA H100 PCIe", Name: "H100 PCIe", MemoryGB: 80, PricePerGPU: 2.39, Stock: cloud.StockLow},
	{GPU: "NVIDIA H100 NVL", Name: "H100 NVL", MemoryGB: 94, PricePerGPU: 2.79, Stock: cloud.StockNone},
	{GPU: "NVIDIA A100-SXM4-80GB", Name: "A100 SXM", MemoryGB: 80, PricePerGPU: 1.49, Stock: cloud.StockMedium},
	{GPU: "NVIDIA A40", Name: "A40", MemoryGB: 48, PricePerGPU: 0.40, Stock: cloud.StockHigh},
	{GPU: "NVIDIA RTX A4000", Name: "RTX A4000", MemoryGB: 16, PricePerGPU: 0.25, Stock: cloud.StockHigh},
	{GPU: "NVIDIA L40S", Name: "L40S", MemoryGB: 48, PricePerGPU: 0.86, Stock: cloud.StockHigh},
	{GPU: "NVIDIA RTX A6000", Name: "RTX A6000", MemoryGB: 48, PricePerGPU: 0.49, Stock: cloud.StockLow},
	{GPU: "NVIDIA H200", Name: "H200 SXM", MemoryGB: 141, PricePerGPU: 3.59, Stock: cloud.StockHigh},
	{GPU: "NVIDIA L4", Name: "L4", MemoryGB: 24, PricePerGPU: 0.43, Stock: cloud.StockHigh},
}

func TestCandidates(t *testing.T) {
	tests := []struct {
		name    string
		change  func(*deployment.Options)
		want    []string // names in order
		refused []string
	}{
		{
			"cheapest of the kind first, then less capable ones class by class, out of stock last",
			func(o *deployment.Options) { o.GPU = "h100" },
			[]string{"H100 PCIe", "H100 SXM", "A100 SXM", "A40", "RTX A6000", "L40S", "H100 NVL"},
			nil,
		},
		{
			"the default has an alternative for 9 cents more, and none for twice the price",
			func(o *deployment.Options) {},
			[]string{"A40", "RTX A6000"},
			nil,
		},
		{
			"as capable ones go before less capable ones, within the bound",
			func(o *deployment.Options) { o.GPU = "A100" },
			[]string{"A100 SXM", "A40", "RTX A6000", "L40S"},
			nil,
		},
		{
			"a bound of one's own reaches up the ladder",
			func(o *deployment.Options) { o.GPU, o.MaxPrice = "A100", 3.6 },
			[]string{"A100 SXM", "H100 PCIe", "H100 SXM", "H200 SXM", "A40", "RTX A6000", "L40S", "H100 NVL"},
			nil,
		},
		{
			"a bound of one's own keeps alternatives off",
			func(o *deployment.Options) { o.MaxPrice = 0.45 },
			[]string{"A40"},
			nil,
		},
		{
			"kinds in order of preference, the first sets the bound",
			func(o *deployment.Options) { o.GPU = "A40, H100 SXM" },
			[]string{"A40", "H100 SXM", "RTX A6000"},
			nil,
		},
		{
			"a kind below the ladder goes up it",
			func(o *deployment.Options) { o.GPU = "L4" },
			[]string{"L4", "A40", "RTX A6000"},
			nil,
		},
		{
			"bounded price counts all GPUs of the pod",
			func(o *deployment.Options) { o.GPU, o.GPUCount, o.MaxPrice = "H100", 2, 5 },
			[]string{"H100 PCIe", "A100 SXM", "A40", "RTX A6000", "L40S"},
			[]string{"H100 SXM", "H100 NVL"},
		},
		{"too small for the model", func(o *deployment.Options) { o.GPU = "A4000" }, nil, nil},
		{"a full id", func(o *deployment.Options) { o.GPU = "NVIDIA L40S" }, []string{"L40S", "A40", "RTX A6000"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := deployment.DefaultOptions()
			tt.change(&o)
			fitting, refused, _ := plan.Candidates(catalog, o)
			if got := names(fitting); !slices.Equal(got, tt.want) {
				t.Errorf("candidates %q, want %q", got, tt.want)
			}
			if got := names(refused); !slices.Equal(got, tt.refused) {
				t.Errorf("refused %q, want %q", got, tt.refused)
			}
		})
	}
}

func names(candidates []plan.Candidate) (all []string) {
	for _, c := range candidates {
		all = append(all, c.Name)
	}
	return all
}

func TestKindsMatchWholeWordsFirst(t *testing.T) {
	for kind, want := range map[string][]string{
		"h100":        {"NVIDIA H100 80GB HBM3", "NVIDIA H100 PCIe", "NVIDIA H100 NVL"},
		"A40":         {"NVIDIA A40"},
		"L4":          {"NVIDIA L4"},
		"L40":         {"NVIDIA L40S"}, // a part, as no word is it
		"h100 sxm":    {"NVIDIA H100 80GB HBM3"},
		"nvidia l40s": {"NVIDIA L40S"},
		"A.00":        nil,
		"\xff":        nil,
	} {
		var got []string
		for _, o := range plan.Matching(catalog, kind) {
			got = append(got, o.GPU)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", kind, got, want)
		}
	}
}

func TestMinCUDA(t *testing.T) {
	for image, want := range map[string]string{
		"vllm/vllm-openai:v0.20.2-cu129":                                   "12.9",
		"vllm/vllm-openai:v0.20.0":                                         "13.0",
		"vllm/vllm-openai:v0.19.1":                                         "12.9",
		"vllm/vllm-openai:v0.32.0-cu130":                                   "13.0",
		"docker.io/vllm/vllm-openai:v1.0.0":                                "13.0",
		"vllm/vllm-openai:latest":                                          "",
		"runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404":                  "",
		"vllm/vllm-openai:v0.20.2-cu129@sha256:" + strings.Repeat("a", 64): "12.9",
	} {
		if got := plan.MinCUDA(image); got != want {
			t.Errorf("%s: got %q, want %q", image, got, want)
		}
	}
}

func TestAtLeast(t *testing.T) {
	tests := []struct {
		version, least string
		want           bool
	}{
		{"0.19.1", "0.19.1", true},
		{"0.19.0", "0.19.1", false},
		{"0.20", "0.19.1", true},
		{"1", "0.19.1", true},
		{"5.3.0.dev0", "5.3.0", true},
		{"5.10.0", "5.3.0", true},
		{"4.57.1", "5.3.0", false},
		{"", "5.3.0", false},
		{"580.95.05", "575.51", true},
		{"570.133.07", "575.51", false},
		{"2.39", "2.4", true},
		{"none", "1", false},
	}
	for _, tt := range tests {
		if got := plan.AtLeast(tt.version, tt.least); got != tt.want {
			t.Errorf("%q at least %q: got %v", tt.version, tt.least, got)
		}
	}
}

func TestOptionsNameEveryFault(t *testing.T) {
	o := deployment.Options{
		GPU: " ,", GPUCount: 9, Tenure: "both", Regions: []string{"US-KS-2", "a b"}, MaxPrice: -1, Image: "vllm/vllm-openai",
		DiskGB: 1, VolumeGB: 5, VLLMPort: 8007, APIPort: 8007, Dir: "/opt/$(reboot)", Model: "x; rm -rf /", LayoutModel: "nope",
		IdleStop: 1,
	}
	err := o.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, flag := range []string{"gpu", "gpu-count", "cloud", "region", "max-price", "image", "disk", "volume", "api-port", "dir", "model", "layout-model", "idle-stop"} {
		if !strings.Contains(err.Error(), "--"+flag+":") {
			t.Errorf("no word about --%s in: %v", flag, err)
		}
	}
	o = deployment.DefaultOptions()
	o.Image, o.IdleStop = "", time.Hour // the key of the account would be put there for nothing
	if err := o.Validate(); err == nil || !strings.Contains(err.Error(), "--idle-stop:") {
		t.Errorf("idle stop of a machine of one's own: %v", err)
	}
	if err := deployment.DefaultOptions().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
}
