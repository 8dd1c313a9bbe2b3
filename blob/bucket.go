package blob

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// bucket stores each key as an object. Objects appear completely or not at all, those sent in
// parts too.
type bucket struct {
	name, prefix string
	client       minio.Core
	transport    *http.Transport
}

const (
	// partSize is held in memory for each Put of more; less goes in one request. The 10,000 parts
	// that an object may have are 156 GiB.
	partSize = 16 << 20
	// tries is how often a request is sent when the storage is busy or fails.
	tries = 5
)

func openBucket(cfg S3) (*bucket, error) {
	client, transport, err := connect(cfg)
	if err != nil {
		return nil, err
	}
	return &bucket{cfg.Bucket, cfg.Prefix, client, transport}, nil
}

// connect makes a client of the storage, without contacting it.
func connect(cfg S3) (minio.Core, *http.Transport, error) {
	u, err := url.Parse(cfg.Endpoint)
	if err != nil {
		return minio.Core{}, nil, fmt.Errorf("blob.s3.endpoint: %w", err)
	}
	transport, err := minio.DefaultTransport(u.Scheme == "https")
	if err != nil {
		return minio.Core{}, nil, fmt.Errorf("blob.s3: %w", err)
	}
	client, err := minio.New(u.Host, &minio.Options{
		Creds: login(cfg), Secure: u.Scheme == "https", Region: cfg.Region, Transport: transport, MaxRetries: tries,
	})
	if err != nil {
		return minio.Core{}, nil, fmt.Errorf("blob.s3: %w", err)
	}
	client.SetAppInfo("ocr-gateway", "1")
	return minio.Core{Client: client}, transport, nil
}

// login is how requests are signed.
func login(cfg S3) *credentials.Credentials {
	if cfg.AccessKey != "" {
		return credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, "")
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{},
	})
}

func (b *bucket) Put(ctx context.Context, key string, r io.Reader) error {
	if err := checkKey(key); err != nil {
		return err
	}
	r = guarded{ctx, r}
	var head bytes.Buffer
	size, err := io.CopyN(&head, r, partSize)
	switch {
	case errors.Is(err, io.EOF):
		r = bytes.NewReader(head.Bytes())
	case err == nil:
		r, size = io.MultiReader(&head, r), -1
	default:
		return fmt.Errorf("blob: put %s: %w", key, err)
	}
	_, err = b.client.Client.PutObject(ctx, b.name, b.prefix+key, r, size, minio.PutObjectOptions{
		PartSize: partSize,
		// One checksum that every server checks, also without TLS, instead of chunks signed one by
		// one, which some servers do not read.
		SendContentMd5: true, DisableContentSha256: true,
	})
	if err != nil {
		return fmt.Errorf("blob: put %s: %w", key, because(ctx, err))
	}
	return nil
}

func (b *bucket) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	body, _, _, err := b.client.GetObject(ctx, b.name, b.prefix+key, minio.GetObjectOptions{})
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("blob: get %s: %w", key, because(ctx, err))
	}
	return body, nil
}

func (b *bucket) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	err := b.client.RemoveObject(ctx, b.name, b.prefix+key, minio.RemoveObjectOptions{})
	if err != nil && minio.ToErrorResponse(err).Code != minio.NoSuchKey { // some servers report it
		return fmt.Errorf("blob: delete %s: %w", key, because(ctx, err))
	}
	return nil
}

func (b *bucket) DeleteAll(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	var failed error // of the list
	all := func(yield func(minio.ObjectInfo) bool) {
		for object := range b.client.ListObjectsIter(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix + key + "/", Recursive: true}) {
			if failed = object.Err; failed != nil || !yield(object) {
				return
			}
		}
	}
	results, err := b.client.RemoveObjectsWithIter(ctx, b.name, all, minio.RemoveObjectsOptions{})
	if err != nil {
		return fmt.Errorf("blob: delete %s: %w", key, because(ctx, err))
	}
	for r := range results {
		if r.Err != nil {
			err = r.Err
		}
	}
	if err = cmp.Or(err, failed); err != nil {
		return fmt.Errorf("blob: delete %s: %w", key, because(ctx, err))
	}
	return nil
}

func (b *bucket) List(ctx context.Context, prefix string, found func(key string, size int64, changed time.Time) error) error {
	all := minio.ListObjectsOptions{Prefix: b.prefix + prefix, Recursive: true}
	for object := range b.client.ListObjectsIter(ctx, b.name, all) {
		err := object.Err
		if err == nil {
			err = found(object.Key[len(b.prefix):], object.Size, object.LastModified)
		}
		if err != nil {
			return fmt.Errorf("blob: list %s: %w", prefix, because(ctx, err))
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (b *bucket) Close() error {
	b.transport.CloseIdleConnections()
	return nil
}

// because adds to err that ctx has ended, and so caused it.
func because(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return err
}
