package embedded

import "math"

// planes are the three colour planes B, G, R of a network's input. Row y of
// plane c starts at c*size + y*stride.
type planes struct {
	data         []float32
	stride, size int
}

// norm maps a colour value v of plane c to v*scale[c] + shift[c].
type norm struct{ scale, shift [3]float32 }

// symmetric maps 0..255 to -1..1, as PP-OCR was trained.
var symmetric = norm{[3]float32{1 / 127.5, 1 / 127.5, 1 / 127.5}, [3]float32{-1, -1, -1}}

// fill sets w x h values from the top left corner to the colour v (B, G, R).
func (p planes) fill(w, h int, v [3]float32, n norm) {
	for c := range 3 {
		value := v[c]*n.scale[c] + n.shift[c]
		for y := range h {
			row := p.data[c*p.size+y*p.stride:][:w]
			for x := range row {
				row[x] = value
			}
		}
	}
}

// span is a half-open interval of source coordinates.
type span struct{ from, to float64 }

// kernel holds, for each output pixel, the first source pixel that counts and
// the weights of it and its neighbours, which add up to 1.
type kernel struct {
	first   []int32
	weights [][]float32
}

// smooth is the least reach of the filter in source pixels. 1 would be linear
// interpolation; a little more smooths the steps of pictures that were enlarged
// before (a 72 dpi scan drawn at 150). 2 blurs the print of dense tables.
const smooth = 1.4

// triangle makes the kernel of a linear filter that maps the source interval
// s to n pixels. When it shrinks, it averages, so that thin strokes stay.
// Coordinates beyond the limit source pixels repeat the border.
func triangle(s span, n, limit int) kernel {
	k := kernel{make([]int32, n), make([][]float32, n)}
	scale := (s.to - s.from) / float64(n)
	radius := max(scale, smooth)
	store := make([]float32, 0, n*(int(2*radius)+3))
	for i := range n {
		centre := s.from + (float64(i)+.5)*scale - .5
		lo, hi := int(math.Ceil(centre-radius)), int(math.Floor(centre+radius))
		first := min(max(lo, 0), limit-1)
		last := min(max(hi, 0), limit-1)
		at := len(store)
		store = append(store, make([]float32, last-first+1)...)
		w := store[at:]
		var sum float32
		for j := lo; j <= hi; j++ {
			v := float32(max(0, 1-math.Abs(float64(j)-centre)/radius))
			w[min(max(j, first), last)-first] += v
			sum += v
		}
		for j := range w {
			w[j] /= sum
		}
		k.first[i], k.weights[i] = int32(first), w
	}
	return k
}

// resample draws the part (x, y) of src onto w x h values of dst.
func resample(dst planes, w, h int, src raster, x, y span, n norm) {
	kx, ky := triangle(x, w, src.w), triangle(y, h, src.h)
	dst.fill(w, h, [3]float32{}, n) // rows are added to this
	row := make([]float32, 3*w)
	from, to := int(ky.first[0]), int(ky.first[h-1])+len(ky.weights[h-1])
	start := 0 // first output row that source row sy can reach
	for sy := from; sy < to; sy++ {
		for start < h && int(ky.first[start])+len(ky.weights[start]) <= sy {
			start++
		}
		resampleRow(row, src, sy, kx)
		for oy := start; oy < h && int(ky.first[oy]) <= sy; oy++ {
			i := sy - int(ky.first[oy])
			if i >= len(ky.weights[oy]) {
				continue
			}
			weight := ky.weights[oy][i]
			for c := range 3 {
				addScaled(dst.data[c*dst.size+oy*dst.stride:][:w], row[c*w:], weight*n.scale[c])
			}
		}
	}
}

// resampleRow filters source row y to three rows B, G, R laid end to end.
func resampleRow(out []float32, src raster, y int, k kernel) {
	w := len(k.first)
	line := src.pix[y*src.stride:]
	if src.bpp == 1 {
		for i, first := range k.first {
			var v float32
			for j, weight := range k.weights[i] {
				v += weight * float32(line[int(first)+j])
			}
			out[i], out[w+i], out[2*w+i] = v, v, v
		}
		return
	}
	for i, first := range k.first {
		var r, g, b float32
		at := int(first) * 4
		for _, weight := range k.weights[i] {
			p := line[at : at+3 : at+3]
			r += weight * float32(p[0])
			g += weight * float32(p[1])
			b += weight * float32(p[2])
			at += 4
		}
		out[i], out[w+i], out[2*w+i] = b, g, r
	}
}

func addScaled(dst, src []float32, f float32) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] += f * src[i]
	}
}
