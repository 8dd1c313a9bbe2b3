package pipeline

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"image"
	"math"

	"ocr-gateway/document"
	"ocr-gateway/pipeline/picture"
)

// cacheVersion changes with what this program accepts as a page that was read. Entries of other
// versions are not found. Before version 2, answers without text were kept as empty pages.
const cacheVersion = 2

// cacheKey is everything that the reading of a page depends on. The page's number, and how the
// result is written, are no part of it; see kept.
type cacheKey struct {
	Version              int
	Settings             string // of the program
	Detector, Recognizer document.Info
	Options              document.Options  // see readingOptions
	Text                 [sha256.Size]byte // the words and characters that the document draws
	Ledger               [sha256.Size]byte // what the ledger knew before the page
	Width, Height        int
	Pixels               [sha256.Size]byte
}

// key hashes the page before anything was done to it; false where its pixels have an unknown
// format.
func (p *pageRun) key() (key [sha256.Size]byte, ok bool) {
	var known [sha256.Size]byte
	switch {
	case p.judges():
		known = p.turn.Ledger().State()
	case p.learns():
		known = p.turn.State()
	}
	pixels, ok := hashPixels(p.page.Image)
	if !ok {
		return key, false
	}
	b, err := json.Marshal(cacheKey{
		cacheVersion, p.settings, p.by.Detector.Info(), p.by.Recognizer.Info(), readingOptions(p.opts),
		hashText(p.page.Words, p.page.Drawn), known, p.page.Width, p.page.Height, pixels,
	})
	return sha256.Sum256(b), err == nil
}

// readingOptions are the options that change what is read on a page: all but the ones named here,
// so that a new option is part of the key until somebody excludes it.
func readingOptions(opts document.Options) document.Options {
	opts.Pages, opts.Password, opts.DPI = document.PageRange{}, "", 0 // they change the drawing, and the pixels are in the key
	opts.IncludeHeaders, opts.TableFormat, opts.JoinTables = false, "", false
	opts.Images, opts.ImagePrefix = "", ""
	opts.Batch = false
	if opts.Boxes != document.BoxesWord {
		opts.Boxes = "" // lines are found in any case
	}
	return opts
}

// hashPixels hashes the format of an image and its rows, without the padding between them.
func hashPixels(img image.Image) (sum [sha256.Size]byte, ok bool) {
	pix, stride, size, ok := picture.Bytes(img)
	if !ok {
		return sum, false
	}
	h := sha256.New()
	h.Write([]byte{byte(size)})
	row := img.Bounds().Dx() * size
	if row == stride {
		h.Write(pix[:row*img.Bounds().Dy()])
	} else {
		for y := range img.Bounds().Dy() {
			h.Write(pix[y*stride : y*stride+row])
		}
	}
	h.Sum(sum[:0])
	return sum, true
}

// hashText hashes what a document says of a page's text.
func hashText(words []document.Word, drawn *document.Drawn) [sha256.Size]byte {
	const usual = 48 // bytes of a character; of a word less
	room := usual * (len(words) + 1)
	if drawn != nil {
		room += usual*len(drawn.Characters) + len(drawn.Strange.Bits)
	}
	b := appendNumbers(make([]byte, 0, room), len(words))
	for i := range words {
		b = appendNumbers(appendText(b, words[i].Text), words[i].BBox[:]...)
	}
	if drawn == nil {
		return sha256.Sum256(b)
	}
	b = appendNumbers(b, len(drawn.Fonts), len(drawn.Characters))
	for i := range drawn.Fonts {
		b = append(b, drawn.Fonts[i][:]...)
	}
	for i := range drawn.Characters {
		b = appendCharacter(b, &drawn.Characters[i])
	}
	strange := drawn.Strange
	b = appendNumbers(b, strange.Step, strange.Width, strange.Height)
	return sha256.Sum256(append(b, strange.Bits...))
}

func appendCharacter(b []byte, c *document.Character) []byte {
	b = appendNumbers(appendText(b, c.Text), c.Font, c.Glyph)
	for _, v := range [...]float32{c.X0, c.X1, c.Baseline, c.Size} {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	upright := byte(0)
	if c.Upright {
		upright = 1
	}
	return append(appendNumbers(b, c.Ink[:]...), upright, c.Contrast, c.Astray)
}

func appendText(b []byte, text string) []byte {
	return append(appendNumbers(b, len(text)), text...)
}

func appendNumbers(b []byte, numbers ...int) []byte {
	for _, n := range numbers {
		b = binary.AppendVarint(b, int64(n))
	}
	return b
}
