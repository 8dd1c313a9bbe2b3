// Package correlation has lines of the log say whose work they are about: a context carries the id of
// its request or job, whoever writes the line.
package correlation

import (
	"context"
	"log/slog"
	"slices"
)

type key struct{}

// With returns a context of work that has an id of some kind, beside those of ctx.
func With(ctx context.Context, kind, id string) context.Context {
	return context.WithValue(ctx, key{}, append(slices.Clip(of(ctx)), slog.String(kind, id)))
}

func of(ctx context.Context) []slog.Attr {
	ids, _ := ctx.Value(key{}).([]slog.Attr)
	return ids
}

// Handler puts the ids of their contexts into the lines that h writes.
func Handler(h slog.Handler) slog.Handler { return handler{h} }

type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, line slog.Record) error {
	if ids := of(ctx); len(ids) > 0 {
		line = line.Clone()
		line.AddAttrs(ids...)
	}
	return h.Handler.Handle(ctx, line)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }
