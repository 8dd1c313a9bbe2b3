package blob

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"

	"github.com/minio/minio-go/v7"
)

// Objects reads objects that others have put into buckets of the storage, under the names they
// have there.
type Objects struct {
	client    minio.Core
	transport *http.Transport
}

// OpenObjects connects by the storage's address and login; its bucket and prefix are ignored.
func OpenObjects(cfg S3) (*Objects, error) {
	client, transport, err := connect(cfg)
	if err != nil {
		return nil, err
	}
	return &Objects{client, transport}, nil
}

// Get opens an object. The error is fs.ErrNotExist where there is none, or fs.ErrPermission
// where the storage refuses it.
func (o *Objects) Get(ctx context.Context, bucket, key string) (body io.ReadCloser, size int64, err error) {
	body, info, _, err := o.client.GetObject(ctx, bucket, key, minio.GetObjectOptions{})
	switch minio.ToErrorResponse(err).Code {
	case minio.NoSuchKey, minio.NoSuchBucket, minio.InvalidBucketName:
		err = fs.ErrNotExist
	case minio.AccessDenied:
		err = fs.ErrPermission
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read object: %w", because(ctx, err))
	}
	return body, info.Size, nil
}

// Close closes idle connections.
func (o *Objects) Close() error {
	o.transport.CloseIdleConnections()
	return nil
}
