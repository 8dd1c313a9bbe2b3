package embedded

import (
	"context"
	"image"
	"slices"
	"strings"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded/pixels"
	"ocr-gateway/engine/embedded/proofread"
	"ocr-gateway/engine/embedded/prose"
	"ocr-gateway/engine/embedded/script"
)

// reading reads lines of an image, as the built-in recognizer does.
type reading func(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error)

// way is a way to read one script: alone, and, for lines where that is unsure, mixed with English words,
// names and addresses.
type way struct{ alone, mixed reading }

// maxLanguages is how many languages of a script are tried.
const maxLanguages = 4

// findWays collects the ways to read each script.
func (e *Engine) findWays() {
	e.ways = map[string][]way{}
	for i, r := range e.recognizers {
		for _, name := range e.cfg.Recognizers[i].Scripts {
			e.ways[name] = append(e.ways[name], way{alone: r.Read})
		}
	}
	if e.tesseract != nil {
		for _, name := range e.tesseract.Scripts() {
			languages := e.tesseract.Languages(name)
			for _, language := range languages[:min(len(languages), maxLanguages)] {
				w := way{alone: e.readBy(language)}
				if mixed := e.tesseract.WithEnglish(language); mixed != language {
					w.mixed = e.readBy(mixed)
				}
				e.ways[name] = append(e.ways[name], w)
			}
		}
	}
	for name := range e.ways {
		e.scripts = append(e.scripts, name)
	}
	slices.Sort(e.scripts)
}

// micro replaces the micro sign, which Tesseract writes in Greek words, by the letter μ.
var micro = strings.NewReplacer("µ", "μ")

// readBy returns the reading of lines by Tesseract in a language.
func (e *Engine) readBy(language string) reading {
	return func(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
		lines = slices.Clone(lines)
		images := make([]*image.Gray, len(lines))
		for i, l := range lines {
			images[i] = pixels.Straight(src, l)
		}
		readings, err := e.tesseract.Read(ctx, language, images)
		if err != nil {
			if ctx.Err() == nil {
				err = document.Problemf(document.CodeEngineFailed, document.PhaseRecognize, "reading text lines by Tesseract failed; the server's log has the reason").Because(err)
			}
			return nil, err
		}
		for i, r := range readings {
			lines[i].Text, lines[i].Confidence = strings.TrimSpace(prose.ShortLeaders(micro.Replace(r.Text))), nil
			if r.Text != "" {
				lines[i].Confidence = &r.Confidence
				lines[i].Marks = marksOf(r.Words, images[i].Rect.Dx())
			}
		}
		return lines, nil
	}
}

// bestWay returns the way to read a script whose language reads a sample best, nil when there is none, and
// how well: the mean confidence, 0 where the text is not in the script.
func (e *Engine) bestWay(ctx context.Context, src pixels.Raster, sample []document.Line, name string) (*way, float64, error) {
	var best *way
	score := -1.
	for i := range e.ways[name] {
		w := &e.ways[name][i]
		read, err := w.alone(ctx, src, sample)
		if err != nil {
			return nil, 0, err
		}
		if s := foreignScore(read, name); s > score {
			best, score = w, s
		}
	}
	return best, max(score, 0), nil
}

// foreignScore is the mean confidence of lines by their length; lines that are not in the script count as 0.
func foreignScore(lines []document.Line, name string) float64 {
	var sum, n float64
	if name == script.Viet && !script.Vietnamese(prose.OneLine(lines)) {
		return 0 // Latin, but not Vietnamese
	}
	for _, l := range lines {
		length := max(characters(l.Text), 1)
		n += length
		if l.Confidence != nil && inScript(l.Text, name) {
			sum += *l.Confidence * length
		}
	}
	return sum / max(n, 1)
}

// bestOf returns the best way to read lines of a script that has at least one.
func (e *Engine) bestOf(ctx context.Context, src pixels.Raster, lines []document.Line, name string) (best *way, err error) {
	if best = &e.ways[name][0]; len(e.ways[name]) > 1 {
		best, _, err = e.bestWay(ctx, src, longest(lines), name)
	}
	return best, err
}

// readBest reads lines of a script in the language that reads them best.
func (e *Engine) readBest(ctx context.Context, src pixels.Raster, lines []document.Line, name string) ([]document.Line, error) {
	if len(e.ways[name]) == 0 || len(lines) == 0 {
		return make([]document.Line, len(lines)), nil
	}
	best, err := e.bestOf(ctx, src, lines, name)
	if err != nil {
		return nil, err
	}
	return best.readAll(ctx, src, lines)
}

// readAll reads lines alone and, where that is unsure, mixed with English; each line gets the surer reading.
func (w *way) readAll(ctx context.Context, src pixels.Raster, lines []document.Line) ([]document.Line, error) {
	read, err := w.alone(ctx, src, lines)
	if err != nil || w.mixed == nil {
		return read, err
	}
	var index []int
	var unsure []document.Line
	for i, l := range read {
		if l.Confidence != nil && *l.Confidence < proofread.SurelyRead {
			index, unsure = append(index, i), append(unsure, lines[i])
		}
	}
	if len(unsure) == 0 {
		return read, nil
	}
	if unsure, err = w.mixed(ctx, src, unsure); err != nil {
		return nil, err
	}
	for j, i := range index {
		if l := unsure[j]; l.Confidence != nil && *l.Confidence > *read[i].Confidence {
			read[i] = l
		}
	}
	return read, nil
}
