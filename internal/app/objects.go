package app

import (
	"context"

	"ocr-gateway/blob"
	"ocr-gateway/server/fetch"
)

// openObjects reads objects that clients name, nil where the operator allows none.
func (a *App) openObjects() (fetch.Objects, error) {
	if len(a.cfg.Server.URLs.AllowedObjects) == 0 {
		return nil, nil
	}
	objects, err := blob.OpenObjects(a.cfg.Blob.S3)
	if err != nil {
		return nil, err
	}
	a.onStop("objects", func(context.Context) error { return objects.Close() })
	return objects.Get, nil
}
