package ppocr

import (
	"context"
	"time"

	"ocr-gateway/engine/embedded/network"
	"ocr-gateway/engine/embedded/stages"
)

// Multiplications of the networks, from the shapes of their layers: of the detector per pixel that it sees,
// of the reader per column of pixels of a line, of the layout model per page.
const (
	detectorWork = 11.52e3
	readerWork   = 3.42e6
	readerRest   = 0.34e6 // part of it that is in full precision even where the rest is in integers
	tinyWork     = 0.58e6
	tinyRest     = 0.14e6
	layoutWork   = 4.9e9
)

// Rates are the multiplications per second of processor time that one thread of this machine does in a matrix
// product of the reader's size.
type Rates struct {
	Full  float64 // in full precision
	Whole float64 // in integers; 0 if lines are not read so
}

// Rates measures for a fraction of a second.
func (m *Models) Rates(ctx context.Context) (r Rates, err error) {
	ws, err := m.workspace(ctx)
	if err != nil {
		return Rates{}, err
	}
	defer m.release(ws)
	if r.Full, err = rate(ws, func(*network.Model) {}); err != nil || !wholeNumbers() || m.cfg.Full {
		return r, err
	}
	r.Whole, err = rate(ws, func(net *network.Model) { net.Quantize() })
	return r, err
}

// rate is the best of several measurements of a product.
func rate(ws *workspace, rewrite func(*network.Model)) (float64, error) {
	const rows, in, out, tries = 960, 384, 1024, 12
	net := network.Product(rows, in, out)
	rewrite(net)
	product, err := loadBytes("matrix product", net.Bytes(), 1, "x", "y")
	if err != nil {
		return 0, err
	}
	defer func() { _ = product.close() }()
	x := array{ws.in.grow(rows * in), []int64{rows, in}}
	for i := range x.data {
		x.data[i] = float32(i%17) / 17
	}
	y := array{ws.out.grow(rows * out), []int64{rows, out}}
	var best time.Duration
	for range tries {
		var meter stages.Meter
		end := stages.Begin(meter.Measured(context.Background()), stages.Recognize)
		err := product.run(x, y)
		end(stages.Work{})
		if err != nil {
			return 0, err
		}
		if took := meter.Costs()[stages.Recognize].CPU; best == 0 || took < best {
			best = took
		}
	}
	return rows * in * out / max(best, time.Microsecond).Seconds(), nil
}
