package deployment

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"ocr-gateway/provision/cloud"
)

// Options are what a deployment is wanted to be. They are kept with it, so that
// a run that was interrupted is resumed as it was begun.
type Options struct {
	GPU           string        `json:"gpu"` // kinds in order of preference, by comma
	GPUCount      int           `json:"gpu_count"`
	Tenure        cloud.Tenure  `json:"cloud"`
	Regions       []string      `json:"regions,omitempty"`   // data center ids or two-letter countries
	MaxPrice      float64       `json:"max_price,omitempty"` // USD an hour for the pod; 0: no bound
	RetryFor      time.Duration `json:"retry_for,omitempty"` // wait for stock
	Image         string        `json:"image,omitempty"`     // empty: the host is not rented
	DiskGB        int           `json:"disk_gb"`
	VolumeGB      int           `json:"volume_gb"`
	NetworkVolume string        `json:"network_volume,omitempty"`

	Dir      string `json:"dir"` // on the host; everything that is kept lies there
	VLLMPort int    `json:"vllm_port"`
	APIPort  int    `json:"api_port"`

	Model       string        `json:"model"`
	LayoutModel string        `json:"layout_model"` // empty: no layout
	MTP         bool          `json:"mtp"`
	FromSource  bool          `json:"transformers_from_source,omitempty"`
	IdleStop    time.Duration `json:"idle_stop,omitempty"` // stop the pod after so long without work; 0: never
	Benchmark   bool          `json:"benchmark,omitempty"`
}

// Defaults of a cloud deployment.
const (
	defaultGPU = "A40"
	// DefaultImage is within the versions that are known to serve GLM-OCR with MTP
	// (docs/provisioning.md), with a CUDA that runs on most hosts' drivers.
	DefaultImage       = "vllm/vllm-openai:v0.20.2-cu129"
	DefaultModel       = "zai-org/GLM-OCR"
	DefaultLayoutModel = "PaddlePaddle/PP-DocLayoutV3_safetensors"

	// VolumePath is where a pod's volume is mounted.
	VolumePath = "/workspace"
	// CloudDir and HostDir are Options.Dir on a pod and on any other machine.
	CloudDir = VolumePath + "/ocr-gateway"
	HostDir  = "/opt/ocr-gateway"
)

// DefaultOptions returns what is provisioned where nothing else is said.
func DefaultOptions() Options {
	return Options{
		GPU: defaultGPU, GPUCount: 1, Tenure: cloud.Secure, Image: DefaultImage,
		DiskGB: 100, VolumeGB: 100, Dir: CloudDir, VLLMPort: 8000, APIPort: 8007,
		Model: DefaultModel, LayoutModel: DefaultLayoutModel, MTP: true,
	}
}

// Flags are what a run on a machine is given beside its name.
func (o Options) Flags() string {
	usual := DefaultOptions()
	var b strings.Builder
	say := func(differs bool, format string, args ...any) {
		if differs {
			fmt.Fprintf(&b, " "+format, args...)
		}
	}
	say(o.Dir != HostDir, "--dir %s", o.Dir)
	say(o.GPUCount != usual.GPUCount, "--gpu-count %d", o.GPUCount)
	say(o.VLLMPort != usual.VLLMPort, "--vllm-port %d", o.VLLMPort)
	say(o.APIPort != usual.APIPort, "--api-port %d", o.APIPort)
	say(o.Model != usual.Model, "--model %s", o.Model)
	say(o.LayoutModel == "", "--no-layout")
	say(o.LayoutModel != "" && o.LayoutModel != usual.LayoutModel, "--layout-model %s", o.LayoutModel)
	say(!o.MTP, "--no-mtp")
	say(o.FromSource, "--transformers-from-source")
	say(o.Benchmark, "--benchmark")
	return b.String()
}

// Keeping returns the options of a machine that is known already: as they were,
// but for the flags that are given now.
func (o Options) Keeping(before Options, given []string) Options {
	has := func(flags ...string) bool {
		return slices.ContainsFunc(flags, func(f string) bool { return slices.Contains(given, f) })
	}
	if !has("dir") {
		o.Dir = before.Dir
	}
	if !has("gpu-count") {
		o.GPUCount = before.GPUCount
	}
	if !has("vllm-port") {
		o.VLLMPort = before.VLLMPort
	}
	if !has("api-port") {
		o.APIPort = before.APIPort
	}
	if !has("model") {
		o.Model = before.Model
	}
	if !has("layout-model", "no-layout") {
		o.LayoutModel = before.LayoutModel
	}
	if !has("no-mtp") {
		o.MTP = before.MTP
	}
	if !has("transformers-from-source") {
		o.FromSource = before.FromSource
	}
	return o
}

// OptionsEnv is the variable of a pod that holds its options, for a run that
// takes it over without the state that was kept elsewhere.
const OptionsEnv = "GATEWAY_OPTIONS"

// String is the options as JSON.
func (o Options) String() string {
	data, err := json.Marshal(o)
	if err != nil {
		panic(err) // plain values
	}
	return string(data)
}

var (
	hubName  = regexp.MustCompile(`^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$`)
	imageRef = regexp.MustCompile(`^[a-z0-9][a-z0-9._/:-]*:[\w][\w.-]*(@sha256:[0-9a-f]{64})?$`)
	plainDir = regexp.MustCompile(`^(/[\w.-]+)+$`)
	region   = regexp.MustCompile(`^[A-Za-z0-9-]{2,32}$`)
)

// Validate returns every fault, named by flag. What it lets pass is safe
// inside the scripts that run on the host.
func (o Options) Validate() error {
	var errs []error
	bad := func(flag, format string, args ...any) {
		errs = append(errs, fmt.Errorf("--%s: %s", flag, fmt.Sprintf(format, args...)))
	}
	if strings.TrimSpace(strings.ReplaceAll(o.GPU, ",", "")) == "" {
		bad("gpu", "name a kind of GPU, such as A40, A100 or H100")
	}
	if o.GPUCount < 1 || o.GPUCount > 8 {
		bad("gpu-count", "%d is not between 1 and 8", o.GPUCount)
	}
	if o.Tenure != cloud.Secure && o.Tenure != cloud.Community {
		bad("cloud", "%q is neither secure nor community", o.Tenure)
	}
	if i := slices.IndexFunc(o.Regions, func(r string) bool { return !region.MatchString(r) }); i >= 0 {
		bad("region", "%q is neither a data center such as US-KS-2 nor a country such as DE", o.Regions[i])
	}
	if o.MaxPrice < 0 {
		bad("max-price", "it is below 0")
	}
	if o.Image != "" && !imageRef.MatchString(o.Image) {
		bad("image", "%q is not an image with a tag, such as %s", o.Image, DefaultImage)
	}
	if o.DiskGB < 20 || o.DiskGB > 4000 {
		bad("disk", "%d GB is not between 20 and 4000", o.DiskGB)
	}
	if o.Image != "" && o.NetworkVolume == "" && (o.VolumeGB < 20 || o.VolumeGB > 4000) {
		bad("volume", "%d GB is not between 20 and 4000: model, caches and logs are kept there", o.VolumeGB)
	}
	for _, p := range []struct {
		flag string
		port int
	}{{"vllm-port", o.VLLMPort}, {"api-port", o.APIPort}} {
		if p.port < 1024 || p.port > 65535 {
			bad(p.flag, "%d is not between 1024 and 65535", p.port)
		}
	}
	if o.VLLMPort == o.APIPort {
		bad("api-port", "it is the same as --vllm-port")
	}
	if !plainDir.MatchString(o.Dir) {
		bad("dir", "%q is not an absolute path of letters, digits, '.', '_' and '-'", o.Dir)
	}
	if !hubName.MatchString(o.Model) {
		bad("model", "%q is not a name on the Hugging Face hub, such as %s", o.Model, DefaultModel)
	}
	if o.LayoutModel != "" && !hubName.MatchString(o.LayoutModel) {
		bad("layout-model", "%q is not a name on the Hugging Face hub, such as %s", o.LayoutModel, DefaultLayoutModel)
	}
	if o.IdleStop != 0 && o.Image == "" {
		bad("idle-stop", "a machine of your own is not stopped; it is for pods")
	}
	if o.IdleStop != 0 && o.IdleStop < 5*time.Minute {
		bad("idle-stop", "it is shorter than 5m, in which a model hardly loads")
	}
	return errors.Join(errs...)
}
