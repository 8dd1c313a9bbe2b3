package app

import (
	"context"
	"sync"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded"
)

// eyes find the words on pages that another engine reads without telling where: the embedded
// engine, loaded when words are asked for the first time.
type eyes struct {
	open func() (*embedded.Engine, error)

	mu     sync.Mutex
	engine *embedded.Engine // nil before
}

func (e *eyes) see(ctx context.Context, page *document.Page) ([]document.WordBox, error) {
	engine, err := e.load()
	if err != nil {
		return nil, err
	}
	return engine.See(ctx, page)
}

// load loads the models, again where they could not be loaded before.
func (e *eyes) load() (*embedded.Engine, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.engine == nil {
		engine, err := e.open()
		if err != nil {
			return nil, err
		}
		e.engine = engine
	}
	return e.engine, nil
}

// close frees the models. Nothing may be looking.
func (e *eyes) close(context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.engine == nil {
		return nil
	}
	return e.engine.Close()
}
