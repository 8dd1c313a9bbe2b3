package vllm

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/engine/vllm/endpoints"
	"ocr-gateway/model"
)

// Profile is how the models of one kind are asked and read; each kind has a package under model/. Profiles
// are comparable and safe for concurrent use. variant is which model of the kind is served, as returned by
// Serves; empty if unknown.
type Profile interface {
	// Name is the profile's name in Config.Profile.
	Name() string
	// Serves reports whether name, the id or root that a server lists, is one of the profile's models, and
	// which.
	Serves(name string) (variant string, ok bool)
	Traits(variant string) model.Traits
	// Request returns how to ask. The error is a *document.Problem: the model cannot do it.
	Request(ask model.Ask) (model.Request, error)
	// Assemble turns what the model read on a page into its content, in place.
	Assemble(page *document.PageResult)
}

// selection is the profile in use.
type selection struct {
	profile Profile
	variant string
}

// String returns the profile's name, with the variant if one is known.
func (s selection) String() string {
	if s.variant == "" {
		return s.profile.Name()
	}
	return s.profile.Name() + "/" + s.variant
}

// selector determines which profile is used: the one in the settings, or that of the model that the servers
// list. All servers must agree, because any of them may get any region.
type selector struct {
	profiles []Profile
	fixed    Profile // nil for profileAuto

	mu      sync.Mutex
	current selection
	seen    chan struct{}                   // closed once a server has said what it serves
	serving map[*endpoints.Server]selection // of the servers that are ready
}

// newSelector starts with the profile in the settings, or the one that the model's name suggests, or the
// first. profiles must not be empty.
func newSelector(profiles []Profile, cfg Config) (*selector, error) {
	s := &selector{profiles: profiles, seen: make(chan struct{}), serving: map[*endpoints.Server]selection{}}
	if cfg.Profile != profileAuto {
		i := slices.IndexFunc(profiles, func(p Profile) bool { return p.Name() == cfg.Profile })
		if i < 0 {
			return nil, fmt.Errorf("vllm.profile is %q: use %s", cfg.Profile, s.names())
		}
		s.fixed = profiles[i]
	}
	var known bool
	if s.current, known = s.find(cfg.Model, ""); !known {
		s.current = selection{profile: profiles[0]}
	}
	return s, nil
}

// names lists the possible values of Config.Profile.
func (s *selector) names() string {
	names := []string{profileAuto}
	for _, p := range s.profiles {
		names = append(names, p.Name())
	}
	return strings.Join(names, ", ")
}

// find returns the profile of a served model. It looks at the root first: that is what the server loaded,
// while the id may be any name.
func (s *selector) find(id, root string) (found selection, known bool) {
	for _, name := range []string{root, id} {
		for _, p := range s.profiles {
			if variant, ok := p.Serves(name); ok && (s.fixed == nil || p == s.fixed) {
				return selection{p, variant}, true
			}
		}
	}
	return selection{profile: s.fixed}, s.fixed != nil
}

// Await waits until a server has said what it serves, so that nothing is prepared for another model; at most
// DownTimeout from the start on, after which the settings are believed.
func (e *Engine) Await(ctx context.Context) error {
	select {
	case <-e.selector.seen:
		return nil
	default:
	}
	timer := time.NewTimer(time.Until(e.started.Add(e.cfg.DownTimeout)))
	defer timer.Stop()
	select {
	case <-e.selector.seen:
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// get returns the profile in use.
func (s *selector) get() selection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

// judge adopts the result of a check, and logs a change of the profile in use.
func (e *Engine) judge(ctx context.Context, server *endpoints.Server, found endpoints.Status) endpoints.Status {
	judged, changed := e.selector.judge(server, found)
	if changed {
		e.log.InfoContext(ctx, "model's profile selected", "endpoint", server.Name, "address", server.Address(),
			"profile", e.selector.get().String(), "setting", e.cfg.Profile, "model", judged.ID, "root", judged.Root)
	}
	return judged
}

// judge adopts the result of a check. A ready server whose model has no profile, or another one than the
// servers that are already ready, is not ready for us.
func (s *selector) judge(server *endpoints.Server, found endpoints.Status) (judged endpoints.Status, changed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.serving, server)
	if !found.Ready() {
		return found, false
	}
	mine, known := s.find(found.ID, found.Root)
	if !known {
		return endpoints.WrongModel(fmt.Sprintf(
			"no profile is known for the model %q that it serves (root %q): set vllm.profile to one of %s", found.ID, found.Root, s.names())), false
	}
	for other, theirs := range s.serving {
		if theirs == s.current && mine != s.current {
			return endpoints.WrongModel(fmt.Sprintf(
				"it serves a model of the profile %s, and %s one of the profile %s: all endpoints must serve the same", mine, other.Name, theirs)), false
		}
	}
	changed = mine != s.current
	select {
	case <-s.seen:
	default:
		changed = true
		close(s.seen)
	}
	s.current, s.serving[server] = mine, mine
	return found, changed
}
