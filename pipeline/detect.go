package pipeline

import (
	"context"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/stage"
)

// namingDetector is a Detector that can fall back, and so says for each page who found the
// regions.
type namingDetector interface {
	DetectNamed(ctx context.Context, page *document.Page, opts document.Options) (regions []document.Region, name string, err error)
}

// detect finds the page's regions when it is this document's turn, and notes which detector found
// them. Where layout and reading share a gate, its slot is kept for the page's first region unless
// there is an error; otherwise the next page would slip in.
func (p *pageRun) detect(ctx context.Context) (regions []document.Region, err error) {
	wait := stage.Wait(ctx, stage.WaitLayout)
	err = p.by.layout.Enter(ctx, p.lanes[p.by].layoutLane(p.by), p.page.Number, 0)
	wait.End(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		p.holding = err == nil && p.by.Shared
		if !p.holding {
			p.by.layout.Leave()
		}
	}()
	defer recovered(&err)
	defer p.processor.read(&p.result.Usage)()
	start := time.Now()
	ctx, looking := stage.Begin(ctx, stage.Layout)
	defer looking.End()
	if err := p.judge(ctx); err != nil {
		return nil, err
	}
	if naming, ok := p.by.Detector.(namingDetector); ok {
		regions, p.result.Layout, err = naming.DetectNamed(ctx, p.page, p.opts)
	} else {
		regions, err = p.by.Detector.Detect(ctx, p.page, p.opts)
	}
	if err != nil {
		return nil, err
	}
	p.by.pace.looked(time.Since(start))
	number(p.page.Number, regions)
	return regions, nil
}
