package vllm

import (
	"bytes"
	"image"
	"image/jpeg"
	"log/slog"
)

// encoder appends a JPEG of img, an *image.RGBA or *image.Gray, to dst.
type encoder struct {
	name   string
	append func(dst []byte, img image.Image, quality int) ([]byte, error)
}

// goEncoder is the one that is always there.
var goEncoder = encoder{"image/jpeg", appendGoJPEG}

// openEncoder opens libjpeg-turbo, that of the models folder before the system's:
// it takes a sixth of the time of Go's own encoder, which would cost more than
// all the rest of a page.
func openEncoder(models string, log *slog.Logger) encoder {
	turbo, err := openTurbo(models)
	if err != nil {
		log.Warn("libjpeg-turbo is missing: pictures cost six times the CPU time to encode",
			"fix", "run `make models`, or install libturbojpeg0", "error", err)
		return goEncoder
	}
	return encoder{"libjpeg-turbo", turbo.append}
}

func appendGoJPEG(dst []byte, img image.Image, quality int) ([]byte, error) {
	out := bytes.NewBuffer(dst)
	if err := jpeg.Encode(out, img, &jpeg.Options{Quality: quality}); err != nil {
		return dst, err
	}
	return out.Bytes(), nil
}
