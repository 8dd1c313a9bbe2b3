package app

import (
	"context"
	"slices"

	"ocr-gateway/document"
	"ocr-gateway/engine/embedded"
	"ocr-gateway/engine/vllm"
	"ocr-gateway/ground"
	"ocr-gateway/internal/assemble"
	"ocr-gateway/internal/config"
	"ocr-gateway/layout/doclayout"
	"ocr-gateway/layout/geometry"
	"ocr-gateway/pipeline"
	"ocr-gateway/server/health"
)

// stateReady is the state of a part that works.
const stateReady = "ready"

// backend says how one way to read pages is.
type backend struct {
	engine, layout func() health.Component
}

// chooseBackends starts the backend that the settings ask for and, where they
// name one, the one that reads while it is down.
func (a *App) chooseBackends() (main pipeline.Backend, fallback *pipeline.Backend, err error) {
	kind := a.cfg.Engine.Kind
	if kind == config.EngineEmbedded || kind == config.EngineAuto && len(a.cfg.VLLM.Endpoints) == 0 {
		main, err = a.startEmbedded()
		return main, nil, err
	}
	if main, err = a.startVLLM(); err != nil || a.cfg.Engine.Fallback == "" {
		return main, nil, err
	}
	spare, err := a.startEmbedded()
	if engine, ok := spare.Recognizer.(*embedded.Engine); ok {
		main.See = engine.See // one set of models is enough
	}
	return main, &spare, err
}

// startEmbedded loads the models for the CPU. They are verified before anything
// is served, so this backend is ready or the program has not started.
func (a *App) startEmbedded() (pipeline.Backend, error) {
	engine, err := a.openEmbedded()
	if err != nil {
		return pipeline.Backend{}, err
	}
	a.embedded = engine
	a.onStop("embedded engine", func(context.Context) error { return engine.Close() })
	detector := geometry.New(engine)
	a.backends = append(a.backends, backend{
		engine: func() health.Component { return engineComponent(engine, stateReady, "") },
		layout: func() health.Component { return component(detector.Info(), stateReady, "") },
	})
	return pipeline.Backend{Detector: detector, Recognizer: engine, Assemble: assemble.Plain, Shared: true}, nil
}

// openEmbedded loads the models for the CPU.
func (a *App) openEmbedded() (*embedded.Engine, error) {
	cfg := a.cfg.Engine.Embedded
	cfg.Dir = findModels(cfg.Dir)
	return embedded.New(cfg, a.log)
}

// startVLLM starts watching the model servers and, unless it is off, the layout
// sidecar. Neither needs to be up yet.
func (a *App) startVLLM() (pipeline.Backend, error) {
	engine, err := vllm.New(a.cfg.VLLM.Config, profiles, findModels(a.cfg.Engine.Embedded.Dir), a.log)
	if err != nil {
		return pipeline.Backend{}, err
	}
	a.onStop("vllm engine", func(context.Context) error { engine.Close(); return nil })
	detector, state, err := a.startLayout(engine.Traits().Pages)
	if err != nil {
		return pipeline.Backend{}, err
	}
	found := finder{engine: engine, regions: detector, charts: a.cfg.VLLM.Charts}
	a.backends = append(a.backends, backend{
		engine: func() health.Component { return vllmComponent(engine) },
		layout: found.state(state),
	})
	eyes := &eyes{open: a.openEmbedded}
	a.onStop("eyes", eyes.close)
	return pipeline.Backend{Detector: found, Recognizer: engine, Assemble: engine.Assemble, Prose: ownText, See: eyes.see, Ground: ground.Words}, nil
}

// startLayout starts the layout sidecar, unless it is off or the model reads whole pages.
func (a *App) startLayout(pages bool) (pipeline.Detector, func() health.Component, error) {
	if pages || a.cfg.Layout.Sidecar == doclayout.SidecarOff {
		whole := doclayout.WholePage{}
		return whole, func() health.Component { return component(whole.Info(), stateReady, "") }, nil
	}
	sidecar, err := doclayout.NewSidecar(a.cfg.Layout.Config, a.log)
	if err != nil {
		return nil, nil, err
	}
	a.onStop("layout sidecar", sidecar.Close)
	return sidecar, func() health.Component {
		state := sidecar.State()
		return component(sidecar.Info(), state.Status, state.Reason)
	}, nil
}

// vllmComponent sums the endpoints up: ready while one would take work, else the
// state of the first and why.
func vllmComponent(engine *vllm.Engine) health.Component {
	state, detail := stateReady, ""
	endpoints := engine.Health()
	if !engine.Ready() {
		state, detail = endpoints[0].State, endpoints[0].Detail
	}
	c := engineComponent(engine, state, detail)
	c.Encoder = engine.Encoder()
	for _, e := range endpoints {
		c.Endpoints = append(c.Endpoints, health.Endpoint(e))
	}
	return c
}

// wholly reports whether all model servers of an engine are ready.
func wholly(engine health.Component) bool {
	return !slices.ContainsFunc(engine.Endpoints, func(e health.Endpoint) bool { return e.State != stateReady })
}

// engineComponent is a component that also says what the engine does beside its
// tasks.
func engineComponent(engine pipeline.Recognizer, state, detail string) health.Component {
	c := component(engine.Info(), state, detail)
	c.Extract = document.MethodHeuristic
	if answerer, can := engine.(pipeline.Answerer); can && answerer.Answers() {
		c.Extract = document.MethodModel
	}
	if prompted, ok := engine.(pipeline.Prompted); ok {
		c.Prompts = prompted.CheckPrompt("?") == nil
	}
	return c
}

func component(info document.Info, state, detail string) health.Component {
	return health.Component{Name: info.Name, Model: info.Model, Profile: info.Profile, State: state, Detail: detail, Tasks: info.Tasks, Scripts: info.Scripts}
}
