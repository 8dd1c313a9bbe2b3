package embedded

import (
	"fmt"
	"regexp"
	"runtime"

	"ocr-gateway/engine/embedded/ppocr"
	"ocr-gateway/engine/embedded/script"
	"ocr-gateway/engine/embedded/tesseract"
	"ocr-gateway/internal/setting"
)

// Config says where the models are and how much of the machine the engine may use.
type Config struct {
	// Dir holds the models and the ONNX Runtime library.
	Dir string `mapstructure:"dir"`
	// Threads is how many threads all inferences use together.
	Threads int `mapstructure:"threads"`
	// Concurrency is how many inferences run at once; they share the threads equally, and a page's only one
	// uses all of them. Each costs memory.
	Concurrency int `mapstructure:"concurrency"`
	// MaxSide is the longer side, in pixels, of the image that line detection sees. Below 960 lines of dense
	// tables are lost.
	MaxSide int `mapstructure:"max_side"`
	// Precision is how lines are read: full uses the small network in full precision; auto uses a tiny one,
	// and the small one where that is not sure, in integers where the processor is faster with them.
	Precision string `mapstructure:"precision"`
	// Recognizers read scripts that the built-in one does not know.
	Recognizers []Recognizer `mapstructure:"recognizers"`
	// Tesseract reads the other scripts: auto (if it is installed), off, or the path of the program.
	Tesseract string `mapstructure:"tesseract"`
}

// Recognizer is a further recognition model of PP-OCR.
type Recognizer struct {
	Model      string   `mapstructure:"model"`      // path of the ONNX file
	Dictionary string   `mapstructure:"dictionary"` // path of its characters, one a line; empty: in the model
	Scripts    []string `mapstructure:"scripts"`    // Unicode's names
	SHA256     string   `mapstructure:"sha256"`     // of the model; empty: not checked
}

// Values of Config.Precision.
const (
	PrecisionAuto = "auto"
	PrecisionFull = "full"
)

// defaultConcurrency limits the memory of pages with many inferences: some 160 MB each.
const defaultConcurrency = 4

// DefaultConfig uses every core.
func DefaultConfig() Config {
	cores := runtime.GOMAXPROCS(0)
	return Config{Dir: "models", Threads: cores, Concurrency: min(cores, defaultConcurrency), MaxSide: 1280, Precision: PrecisionAuto, Tesseract: tesseract.Auto}
}

var checksum = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Validate reports every value that cannot be used.
func (c Config) Validate() error {
	var errs setting.Errors
	errs.Check(c.Dir != "", "dir", "is empty: name the folder that holds the models")
	errs.Check(c.Threads >= 1 && c.Threads <= 256, "threads", "is %d: use 1 to 256", c.Threads)
	errs.Check(c.Concurrency >= 1 && c.Concurrency <= 64, "concurrency", "is %d: use 1 to 64", c.Concurrency)
	errs.Check(c.MaxSide >= 320 && c.MaxSide <= 4096 && c.MaxSide%ppocr.SideStep == 0, "max_side", "is %d: use a multiple of %d from 320 to 4096", c.MaxSide, ppocr.SideStep)
	errs.Check(c.Precision == PrecisionAuto || c.Precision == PrecisionFull, "precision", "is %q: use %s or %s", c.Precision, PrecisionAuto, PrecisionFull)
	errs.Check(c.Tesseract != "", "tesseract", "is empty: use auto, off or the path of the program")
	for i, r := range c.Recognizers {
		key := fmt.Sprintf("recognizers[%d].", i)
		errs.Check(r.Model != "", key+"model", "is empty: name the ONNX file of the model")
		errs.Check(len(r.Scripts) > 0, key+"scripts", "is empty: name the scripts that the model reads, such as Cyrillic")
		for _, name := range r.Scripts {
			errs.Check(script.Known(name), key+"scripts", "has %q: use Unicode's name of a script, such as Cyrillic, Arabic or Devanagari", name)
		}
		errs.Check(r.SHA256 == "" || checksum.MatchString(r.SHA256), key+"sha256", "is %q: use 64 hexadecimal digits in lower case, or leave it out", r.SHA256)
	}
	return errs.Join()
}
