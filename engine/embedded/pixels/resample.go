package pixels

import "math"

// Planes are the three color planes B, G, R of a network's input. W x H values of each are drawn; row y of
// plane c starts at c*Size + y*Stride.
type Planes struct {
	Data         []float32
	W, H         int
	Stride, Size int
}

// Norm maps a color value v of plane c to v*Scale[c] + Shift[c].
type Norm struct{ Scale, Shift [3]float32 }

// Symmetric maps 0..255 to -1..1, as PP-OCR was trained.
var Symmetric = Norm{[3]float32{1 / 127.5, 1 / 127.5, 1 / 127.5}, [3]float32{-1, -1, -1}}

// Span is a half-open interval of source coordinates.
type Span struct{ From, To float64 }

// kernel holds, for each output pixel, the first source pixel that counts and
// the weights of it and its neighbours, which add up to 1.
type kernel struct {
	first   []int32
	weights [][]float32
}

// smooth is the smallest radius of the filter in source pixels. 1 would be linear interpolation; a little
// more smooths the steps in pictures that were enlarged before (a 72 dpi scan drawn at 150). 2 blurs the
// print of dense tables.
const smooth = 1.4

// triangle makes the kernel of a linear filter that maps the source interval s to n pixels. Where it
// shrinks it averages, so that thin strokes survive. Beyond the limit source pixels the border repeats.
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

// Resample draws the part (x, y) of src onto dst.
func Resample(dst Planes, src Raster, x, y Span, n Norm) {
	kx, ky := triangle(x, dst.W, src.W), triangle(y, dst.H, src.H)
	rows := newFiltered(src, kx, ky)
	for oy, weights := range ky.weights {
		rows.upTo(int(ky.first[oy]) + len(weights))
		for c := range 3 {
			out := dst.Data[c*dst.Size+oy*dst.Stride:][:dst.W]
			for i := range out {
				out[i] = n.Shift[c]
			}
			rows.addTo(out, c, int(ky.first[oy]), weights, n.Scale[c])
		}
	}
}

// filtered holds the last rows of a source, filtered horizontally: as many as one output row needs.
type filtered struct {
	src    Raster
	kernel kernel
	kept   int
	rows   []float32 // row y as B, G, R laid end to end at y%kept
	next   int       // row of the source
}

func newFiltered(src Raster, along, across kernel) *filtered {
	kept := 1
	for _, weights := range across.weights {
		kept = max(kept, len(weights))
	}
	return &filtered{src: src, kernel: along, kept: kept, rows: make([]float32, kept*3*len(along.first)), next: int(across.first[0])}
}

// upTo filters the rows before end that have not been filtered yet.
func (f *filtered) upTo(end int) {
	w := 3 * len(f.kernel.first)
	for ; f.next < end; f.next++ {
		f.kernel.along(f.rows[f.next%f.kept*w:][:w], f.src, f.next)
	}
}

// addTo adds color c of the rows from first on, each times its weight and scale, in order.
func (f *filtered) addTo(out []float32, c, first int, weights []float32, scale float32) {
	row := func(i int) []float32 { return f.rows[((first+i)%f.kept*3+c)*len(out):][:len(out)] }
	for len(weights) >= 3 {
		addThree(out, row(0), row(1), row(2), weights[0]*scale, weights[1]*scale, weights[2]*scale)
		first, weights = first+3, weights[3:]
	}
	for i, weight := range weights {
		addScaled(out, row(i), weight*scale)
	}
}

// along filters row y of src to three rows B, G, R laid end to end.
func (k kernel) along(out []float32, src Raster, y int) {
	w := len(k.first)
	b, g, r := out[:w], out[w:2*w], out[2*w:3*w]
	line := src.Pix[y*src.Stride:]
	if src.BPP == 1 {
		for i, first := range k.first {
			var v float32
			from := line[first:]
			for j, weight := range k.weights[i] {
				v += weight * asFloat[from[j]]
			}
			b[i], g[i], r[i] = v, v, v
		}
		return
	}
	for i, first := range k.first {
		var vr, vg, vb float32
		at := 4 * int(first)
		for _, weight := range k.weights[i] {
			p := line[at : at+3 : at+3]
			vr += weight * asFloat[p[0]]
			vg += weight * asFloat[p[1]]
			vb += weight * asFloat[p[2]]
			at += 4
		}
		b[i], g[i], r[i] = vb, vg, vr
	}
}

// asFloat holds the values of a byte: a look-up costs less than a conversion.
var asFloat = func() (values [256]float32) {
	for i := range values {
		values[i] = float32(i)
	}
	return values
}()

func addScaled(dst, src []float32, f float32) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] += f * src[i]
	}
}

// addThree is addScaled for three rows in turn.
func addThree(dst, a, b, c []float32, fa, fb, fc float32) {
	a, b, c = a[:len(dst)], b[:len(dst)], c[:len(dst)]
	for i, v := range dst {
		dst[i] = v + fa*a[i] + fb*b[i] + fc*c[i]
	}
}
