package crops

import (
	"bytes"
	"image"
	"image/jpeg"
	"log/slog"
)

// Encoder makes JPEGs.
type Encoder struct {
	Name string
	// Append appends a JPEG of img, an *image.RGBA or *image.Gray, to dst.
	Append func(dst []byte, img image.Image, quality int) ([]byte, error)
}

// goEncoder is always available.
var goEncoder = Encoder{"image/jpeg", appendGoJPEG}

// OpenEncoder opens libjpeg-turbo, from the models folder or else the system: it takes a sixth of the time of
// Go's own encoder, which would cost more than all the rest of a page.
func OpenEncoder(models string, log *slog.Logger) Encoder {
	turbo, err := openTurbo(models)
	if err != nil {
		log.Warn("libjpeg-turbo is missing: pictures cost six times the CPU time to encode",
			"fix", "run `make models`, or install libturbojpeg0", "error", err)
		return goEncoder
	}
	return Encoder{"libjpeg-turbo", turbo.append}
}

func appendGoJPEG(dst []byte, img image.Image, quality int) ([]byte, error) {
	out := bytes.NewBuffer(dst)
	if err := jpeg.Encode(out, img, &jpeg.Options{Quality: quality}); err != nil {
		return dst, err
	}
	return out.Bytes(), nil
}
