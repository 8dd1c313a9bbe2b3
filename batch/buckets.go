package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"ocr-gateway/client"
	"ocr-gateway/document"
)

const scheme = "s3://"

func isBucket(name string) bool { return strings.HasPrefix(name, scheme) }

// buckets reads documents from storage that speaks S3, and writes results there. It logs
// in as the AWS tools do: by AWS_ACCESS_KEY_ID and so on, ~/.aws/credentials or the
// machine's role; AWS_ENDPOINT_URL names other storage than Amazon's.
type buckets struct{ client *minio.Client }

// maxObject is the largest object that is fetched.
const maxObject = 4 << 30

func (b *buckets) connect() error {
	if b.client != nil {
		return nil
	}
	endpoint := "https://s3.amazonaws.com"
	for _, name := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"} {
		if named := os.Getenv(name); named != "" {
			endpoint = named
			break
		}
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return errors.New("AWS_ENDPOINT_URL is no URL of a server")
	}
	b.client, err = minio.New(u.Host, &minio.Options{
		Secure: u.Scheme == "https", Region: os.Getenv("AWS_REGION"),
		Creds: credentials.NewChainCredentials([]credentials.Provider{&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{}}),
	})
	return err
}

// split splits an address into bucket and key.
func split(address string) (bucket, key string, err error) {
	bucket, key, _ = strings.Cut(strings.TrimPrefix(address, scheme), "/")
	if bucket == "" {
		return "", "", fmt.Errorf("%s names no bucket: use s3://BUCKET/PREFIX", address)
	}
	return bucket, key, nil
}

// list finds the documents below an address, or the one at it.
func (b *buckets) list(ctx context.Context, address string) (all []item, err error) {
	bucket, prefix, err := split(address)
	if err == nil {
		err = b.connect()
	}
	if err != nil {
		return nil, err
	}
	for o := range b.client.ListObjectsIter(ctx, bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if o.Err != nil {
			return nil, fmt.Errorf("%s: %w", address, o.Err)
		}
		folder := strings.HasSuffix(o.Key, "/") // an empty object, which consoles create to show a folder
		if folder || o.Key != prefix && !readable(o.Key) {
			continue
		}
		rel := strings.TrimPrefix(o.Key, prefix[:strings.LastIndexByte(prefix, '/')+1])
		all = append(all, item{
			name: scheme + bucket + "/" + o.Key, rel: strings.TrimLeft(path.Clean("/"+rel), "/"), version: o.ETag,
			open: func(ctx context.Context) (client.File, func(), error) { return b.open(ctx, bucket, o.Key) },
		})
	}
	return all, nil
}

// open fetches an object, to disk where it is large.
func (b *buckets) open(ctx context.Context, bucket, key string) (client.File, func(), error) {
	o, err := b.client.GetObject(ctx, bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return client.File{}, nil, err
	}
	defer o.Close()
	src, err := document.ReadSource(path.Base(key), o, maxObject, "")
	if err != nil {
		return client.File{}, nil, err
	}
	return client.File{Name: src.Name, Size: src.Size, Content: src.Reader()}, func() { src.Close() }, nil
}

// put writes an object. r is complete, or fails.
func (b *buckets) put(ctx context.Context, address string, r io.Reader) error {
	bucket, key, err := split(address)
	if err == nil {
		err = b.connect()
	}
	if err != nil {
		return err
	}
	src, err := document.ReadSource(path.Base(key), r, maxObject, "") // with its size: a result that was cut must not be kept
	if err != nil {
		return err
	}
	defer src.Close()
	_, err = b.client.PutObject(ctx, bucket, key, src.Reader(), src.Size, minio.PutObjectOptions{SendContentMd5: true, DisableContentSha256: true})
	return err
}
