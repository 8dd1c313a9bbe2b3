package pixels

import "math"

// Planes are the three color planes B, G, R of a network's input. Row y of
// plane c starts at c*Size + y*Stride.
type Planes struct {
	Data         []float32
	Stride, Size int
}

// Norm maps a color value v of plane c to v*Scale[c] + Shift[c].
type Norm struct{ Scale, Shift [3]float32 }

// Symmetric maps 0..255 to -1..1, as PP-OCR was trained.
var Symmetric = Norm{[3]float32{1 / 127.5, 1 / 127.5, 1 / 127.5}, [3]float32{-1, -1, -1}}

// fill sets w x h values from the top left corner to the colour v (B, G, R).
func (p Planes) fill(w, h int, v [3]float32, n Norm) {
	for c := range 3 {
		value := v[c]*n.Scale[c] + n.Shift[c]
		for y := range h {
			row := p.Data[c*p.Size+y*p.Stride:][:w]
			for x := range row {
				row[x] = value
			}
		}
	}
}

// Span is a half-open interval of source coordinates.
type Span struct{ From, To float64 }

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
func triangle(s Span, n, limit int) kernel {
	k := kernel{make([]int32, n), make([][]float32, n)}
	scale := (s.To - s.From) / float64(n)
	radius := max(scale, smooth)
	store := make([]float32, 0, n*(int(2*radius)+3))
	for i := range n {
		centre := s.From + (float64(i)+.5)*scale - .5
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

// Resample draws the part (x, y) of src onto w x h values of dst.
func Resample(dst Planes, w, h int, src Raster, x, y Span, n Norm) {
	kx, ky := triangle(x, w, src.W), triangle(y, h, src.H)
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
				addScaled(dst.Data[c*dst.Size+oy*dst.Stride:][:w], row[c*w:], weight*n.Scale[c])
			}
		}
	}
}

// resampleRow filters source row y to three rows B, G, R laid end to end.
func resampleRow(out []float32, src Raster, y int, k kernel) {
	w := len(k.first)
	line := src.Pix[y*src.Stride:]
	if src.BPP == 1 {
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
