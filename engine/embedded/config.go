package embedded

import (
	"runtime"

	"ocr-gateway/engine/embedded/ppocr"
	"ocr-gateway/internal/setting"
)

// Config sets where the models are and how much of the machine the engine uses.
type Config struct {
	// Dir holds the models and the ONNX Runtime library.
	Dir string `mapstructure:"dir"`
	// Threads is how many threads all inferences use together.
	Threads int `mapstructure:"threads"`
	// Concurrency is how many inferences run at once, with an equal share of the
	// threads each; a page's only one has them all. Each costs memory.
	Concurrency int `mapstructure:"concurrency"`
	// MaxSide is the longer side, in pixels, of the image that line detection
	// sees. Below 960 dense tables lose lines.
	MaxSide int `mapstructure:"max_side"`
}

// defaultConcurrency bounds what pages of many inferences take: some 160 MB each.
const defaultConcurrency = 4

// DefaultConfig uses every core.
func DefaultConfig() Config {
	cores := runtime.GOMAXPROCS(0)
	return Config{Dir: "models", Threads: cores, Concurrency: min(cores, defaultConcurrency), MaxSide: 1280}
}

// Validate reports every value that cannot be used.
func (c Config) Validate() error {
	var errs setting.Errors
	errs.Check(c.Dir != "", "dir", "is empty: name the folder that holds the models")
	errs.Check(c.Threads >= 1 && c.Threads <= 256, "threads", "is %d: use 1 to 256", c.Threads)
	errs.Check(c.Concurrency >= 1 && c.Concurrency <= 64, "concurrency", "is %d: use 1 to 64", c.Concurrency)
	errs.Check(c.MaxSide >= 320 && c.MaxSide <= 4096 && c.MaxSide%ppocr.SideStep == 0, "max_side", "is %d: use a multiple of %d from 320 to 4096", c.MaxSide, ppocr.SideStep)
	return errs.Join()
}
