package blobtest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ocr-gateway/blob"
)

// Bucket starts a server that speaks S3, with an empty bucket, or takes the bucket of the
// one that OCR_TEST_S3 names: http://ACCESS:SECRET@HOST:PORT/BUCKET. Where there is
// neither it skips the test. root is the folder of the repository.
func Bucket(t testing.TB, root string) blob.S3 {
	t.Helper()
	if named := os.Getenv("OCR_TEST_S3"); named != "" {
		return parse(t, named)
	}
	program, err := filepath.Abs(filepath.Join(root, "build", "s3", "gofakes3"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("there is no server that speaks S3: `make s3` builds one for the tests, or set OCR_TEST_S3")
	}
	address := free(t)
	cmd := exec.CommandContext(t.Context(), program, "-host", address, "-backend", "memory", "-initialbucket", "tests", "-quiet")
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	go func() { b, _ := io.ReadAll(bufio.NewReader(out)); said <- string(b) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-said; _ = cmd.Wait() })
	await(t, address, said)
	return blob.S3{Bucket: "tests", Endpoint: "http://" + address, Region: "us-east-1", AccessKey: "access", SecretKey: "secret"}
}

func parse(t testing.TB, named string) blob.S3 {
	t.Helper()
	var s blob.S3
	login, rest, ok := strings.Cut(strings.TrimPrefix(named, "http://"), "@")
	s.AccessKey, s.SecretKey, _ = strings.Cut(login, ":")
	host, bucket, named2 := strings.Cut(rest, "/")
	if !ok || !named2 {
		t.Fatal("OCR_TEST_S3 is not http://ACCESS:SECRET@HOST:PORT/BUCKET")
	}
	s.Endpoint, s.Bucket = "http://"+host, bucket
	s.Prefix = fmt.Sprintf("%d/", time.Now().UnixNano())
	return s
}

// free is an address that nobody uses.
func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// await waits until the server answers.
func await(t testing.TB, address string, ended <-chan string) {
	t.Helper()
	for range 1000 {
		r, err := http.Get("http://" + address)
		if err == nil {
			r.Body.Close()
			http.DefaultClient.CloseIdleConnections()
			return
		}
		select {
		case said := <-ended:
			t.Fatalf("the S3 server has ended: %s", said)
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Fatal("the S3 server does not answer")
}
