package doclayout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ocr-gateway/internal/setting"
)

// Config sets up layout detection by PP-DocLayoutV3.
type Config struct {
	// Sidecar is "auto", which starts the Python program unless URL names one, or
	// "off".
	Sidecar string `mapstructure:"sidecar"`
	// URL is a running sidecar to use instead: http://HOST:PORT or unix:PATH.
	URL string `mapstructure:"url"`
	// Python is the interpreter that has what requirements.txt names.
	Python string `mapstructure:"python"`
	// Model is a folder or a name on the hub.
	Model string `mapstructure:"model"`
	// ONNX is a file that is used instead of Model; empty means none.
	ONNX string `mapstructure:"onnx"`
	// Device is auto, cuda or cpu.
	Device string `mapstructure:"device"`
	// DType is what the model multiplies in: float32 or bfloat16.
	DType string `mapstructure:"dtype"`
	// MaxBatch is how many pages the model takes at once.
	MaxBatch int `mapstructure:"max_batch"`
	// MaxQueue is how many pages the program holds at once.
	MaxQueue int `mapstructure:"max_queue"`
	// Threshold is the lowest score, 0.1 to 1, of a box that counts.
	Threshold float64 `mapstructure:"threshold"`
	// Thresholds are exceptions for single classes.
	Thresholds []ClassThreshold `mapstructure:"thresholds"`
	// Timeout is how long a page may take before it is read without layout.
	Timeout time.Duration `mapstructure:"timeout"`
	// StartTimeout is how long the program may take to load its model, which the
	// first time includes the download.
	StartTimeout time.Duration `mapstructure:"start_timeout"`
	// HealthInterval is the time between checks of the program's health, and how
	// long it may take to answer one.
	HealthInterval time.Duration `mapstructure:"health_interval"`
	// RestartDelay is the wait before the first restart; it doubles with each that
	// follows.
	RestartDelay time.Duration `mapstructure:"restart_delay"`
	// StopGrace is how long the program may take to stop before it is killed.
	StopGrace time.Duration `mapstructure:"stop_grace"`
}

// ClassThreshold is the threshold of one class.
type ClassThreshold struct {
	Class string  `mapstructure:"class"` // such as "table"
	Score float64 `mapstructure:"score"`
}

// The values of Config.Sidecar.
const (
	sidecarAuto = "auto"
	SidecarOff  = "off"
)

// minThreshold is the lowest score that the program answers.
const minThreshold = 0.1

// DefaultConfig starts the program with the published checkpoint.
func DefaultConfig() Config {
	return Config{
		Sidecar:        sidecarAuto,
		Python:         "python3",
		Model:          "PaddlePaddle/PP-DocLayoutV3_safetensors",
		Device:         "auto",
		DType:          "float32",
		MaxBatch:       8,
		MaxQueue:       32,
		Threshold:      0.3, // the reference's, for all classes
		Timeout:        30 * time.Second,
		StartTimeout:   10 * time.Minute,
		HealthInterval: 5 * time.Second,
		RestartDelay:   time.Second,
		StopGrace:      5 * time.Second,
	}
}

// Validate reports every setting out of range.
func (c Config) Validate() error {
	var errs setting.Errors
	oneOf := func(key, value string, allowed ...string) {
		errs.Check(slices.Contains(allowed, value), key, "is %q: use one of %s", value, strings.Join(allowed, ", "))
	}
	oneOf("sidecar", c.Sidecar, sidecarAuto, SidecarOff)
	oneOf("device", c.Device, "auto", "cuda", "cpu")
	oneOf("dtype", c.DType, "float32", "bfloat16")
	if c.URL != "" {
		_, err := newClient(c.URL)
		errs.Check(err == nil, "url", "cannot be used: %w", err)
		errs.Check(c.Sidecar != SidecarOff, "url", "is set although sidecar is off")
	} else if c.Sidecar == sidecarAuto {
		errs.Check(c.Python != "", "python", "is empty")
		errs.Check(c.Model != "" || c.ONNX != "", "model", "is empty, and so is onnx")
	}
	errs.Check(c.MaxBatch >= 1 && c.MaxBatch <= 256, "max_batch", "is %d: use 1 to 256", c.MaxBatch)
	errs.Check(c.MaxQueue >= 1 && c.MaxQueue <= 1024, "max_queue", "is %d: use 1 to 1024", c.MaxQueue)
	isScore := func(score float64) bool { return score >= minThreshold && score <= 1 }
	errs.Check(isScore(c.Threshold), "threshold", "is %v: use %v to 1", c.Threshold, minThreshold)
	for i, t := range c.Thresholds {
		at := fmt.Sprintf("thresholds[%d].", i)
		_, known := classNamed(t.Class)
		errs.Check(known, at+"class", "is %q, and there is no such class", t.Class)
		errs.Check(isScore(t.Score), at+"score", "is %v: use %v to 1", t.Score, minThreshold)
	}
	errs.Duration("timeout", c.Timeout, time.Hour)
	errs.Duration("start_timeout", c.StartTimeout, time.Hour)
	errs.Duration("health_interval", c.HealthInterval, time.Hour)
	errs.Duration("restart_delay", c.RestartDelay, time.Hour)
	errs.Duration("stop_grace", c.StopGrace, time.Hour)
	return errs.Join()
}

// minScore returns the threshold of a class.
func (c Config) minScore(id classID) float64 {
	for _, t := range c.Thresholds {
		if t.Class == classes[id].label {
			return t.Score
		}
	}
	return c.Threshold
}
