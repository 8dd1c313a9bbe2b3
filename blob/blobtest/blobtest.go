// Package blobtest has what every storage of bytes must do, and a server that speaks S3,
// for tests.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ocr-gateway/blob"
)

// Run runs the suite. open opens the same, empty storage each time, as if the program had
// started again.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	for name, test := range map[string]func(*testing.T, func(*testing.T) blob.Store){
		"bytes come back": comeBack, "nothing there": nothingThere, "put again": putAgain,
		"cut off": cutOff, "canceled": canceled, "list": list, "delete all": deleteAll, "many at once": manyAtOnce, "keys": keys, "read while deleted": readWhileDeleted,
	} {
		t.Run(name, func(t *testing.T) {
			test(t, open)
			s := open(t)
			for _, key := range Keys(t, s, "") {
				if err := s.Delete(t.Context(), key); err != nil {
					t.Error(err)
				}
			}
			if left := Keys(t, s, ""); len(left) > 0 {
				t.Errorf("%q are left", left)
			}
		})
	}
}

// Keys lists keys in order.
func Keys(t *testing.T, s blob.Store, prefix string) (keys []string) {
	t.Helper()
	err := s.List(t.Context(), prefix, func(key string, _ int64, _ time.Time) error {
		keys = append(keys, key)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	slices.Sort(keys)
	return keys
}

func put(t *testing.T, s blob.Store, key string, value []byte) {
	t.Helper()
	if err := s.Put(t.Context(), key, plain{bytes.NewReader(value)}); err != nil {
		t.Fatal(err)
	}
}

// plain hides what a reader could do beside reading.
type plain struct{ io.Reader }

func want(t *testing.T, s blob.Store, key string, value []byte) {
	t.Helper()
	r, err := s.Get(t.Context(), key)
	if err != nil {
		t.Errorf("get %s: %v", key, err)
		return
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, value) {
		t.Errorf("get %s: %d bytes (%x), %v; want %d (%x)", key, len(got), sha256.Sum256(got), err, len(value), sha256.Sum256(value))
	}
}

func wantNone(t *testing.T, s blob.Store, key string) {
	t.Helper()
	r, err := s.Get(t.Context(), key)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("get %s: %v", key, err)
	}
	if r != nil {
		r.Close()
	}
}

// random is so many bytes that nobody compresses.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

// large is more than storage sends at once.
const large = 17<<20 + 7

func comeBack(t *testing.T, open func(*testing.T) blob.Store) {
	s := open(t)
	for _, n := range []int{0, 1, 4096, large} {
		put(t, s, fmt.Sprintf("sizes/%d", n), random(n))
	}
	s = open(t) // after a restart
	for _, n := range []int{0, 1, 4096, large} {
		want(t, s, fmt.Sprintf("sizes/%d", n), random(n))
	}
}

func nothingThere(t *testing.T, open func(*testing.T) blob.Store) {
	s := open(t)
	put(t, s, "here", []byte("x"))
	put(t, s, "folder/inner", []byte("y"))
	for _, key := range []string{"none", "here/below", "folder", "folder/none"} {
		wantNone(t, s, key)
		if err := s.Delete(t.Context(), key); err != nil {
			t.Errorf("delete %s: %v", key, err)
		}
	}
	want(t, s, "here", []byte("x"))
	want(t, s, "folder/inner", []byte("y"))
}

func putAgain(t *testing.T, open func(*testing.T) blob.Store) {
	s := open(t)
	put(t, s, "key", random(100_000))
	before, err := s.Get(t.Context(), "key")
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	put(t, s, "key", []byte("short"))
	want(t, s, "key", []byte("short"))
	if got, err := io.ReadAll(before); err != nil || !bytes.Equal(got, random(100_000)) {
		t.Errorf("who read before got %d bytes, %v", len(got), err)
	}
}

// cutOff ends what is put in an error after some bytes, also in that which a cut HTTP body
// gives: nothing of it may be there.
func cutOff(t *testing.T, open func(*testing.T) blob.Store) {
	s := open(t)
	put(t, s, "old", []byte("old"))
	for _, cause := range []error{io.ErrUnexpectedEOF, errors.New("client gone")} {
		for _, key := range []string{"old", "new"} {
			for _, n := range []int{0, 10, large} {
				err := s.Put(t.Context(), key, io.MultiReader(bytes.NewReader(random(n)), failing{cause}))
				if !errors.Is(err, cause) {
					t.Errorf("%s cut after %d bytes: %v", key, n, err)
				}
			}
		}
	}
	want(t, s, "old", []byte("old"))
	wantNone(t, s, "new")
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func canceled(t *testing.T, open func(*testing.T) blob.Store) {
	s := open(t)
	for _, after := range []int{0, large} {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Put(ctx, "new", io.MultiReader(bytes.NewReader(random(after)), calling(cancel), bytes.NewReader(random(100))))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("after %d bytes: %v", after, err)
		}
	}
	wantNone(t, s, "new")
}

// calling is a reader of nothing that calls a function.
type calling func()

func (c calling) Read([]byte) (int, error) { c(); return 0, io.EOF }

func list(t *testing.T, open func(*testing.T) blob.Store) {
	s := open(t)
	all := []string{"a/1", "a/2/x", "a-b", "ab/1", "b"}
	start := time.Now().Add(-time.Minute)
	for _, key := range all {
		put(t, s, key, []byte(key))
	}
	for prefix, n := range map[string]int{"": 5, "a": 4, "a/": 2, "a/2": 1, "a/2/": 1, "ab/": 1, "c": 0, "c/d": 0} {
		if got := Keys(t, s, prefix); len(got) != n {
			t.Errorf("%q: %q", prefix, got)
		}
	}
	stop := errors.New("enough")
	seen := 0
	err := s.List(t.Context(), "", func(key string, size int64, changed time.Time) error {
		if size != int64(len(key)) || changed.Before(start) || changed.After(start.Add(10*time.Minute)) {
			t.Errorf("%s: %d bytes, %v", key, size, changed)
		}
		seen++
		return stop
	})
	if !errors.Is(err, stop) || seen != 1 {
		t.Errorf("%d seen, %v", seen, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.List(ctx, "", func(string, int64, time.Time) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func deleteAll(t *testing.T, open func(*testing.T) blob.Store) {
	s := open(t)
	for _, key := range []string{"a/1", "a/2/x", "ab/1", "a-b"} {
		put(t, s, key, []byte("x"))
	}
	for range 2 { // that nothing is there is no error
		if err := s.DeleteAll(t.Context(), "a"); err != nil {
			t.Error(err)
		}
		if got := Keys(t, s, ""); !slices.Equal(got, []string{"a-b", "ab/1"}) {
			t.Errorf("left are %q", got)
		}
	}
}

// manyAtOnce has many put and read the same few keys, and come and go with their own: who
// reads gets one of the values, whole.
func manyAtOnce(t *testing.T, open func(*testing.T) blob.Store) {
	s := open(t)
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			own := fmt.Sprintf("own/%d/x", worker)
			for i := range 20 {
				value := bytes.Repeat([]byte{byte(worker)}, 10_000+worker)
				shared := fmt.Sprintf("shared/%d", i%3)
				for _, key := range []string{shared, own} {
					if err := s.Put(t.Context(), key, bytes.NewReader(value)); err != nil {
						t.Error(err)
					}
				}
				whole(t, s, shared)
				want(t, s, own, value)
				if err := s.Delete(t.Context(), own); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// whole reads what one of the workers of manyAtOnce has put.
func whole(t *testing.T, s blob.Store, key string) {
	t.Helper()
	r, err := s.Get(t.Context(), key)
	if err != nil {
		t.Error(err)
		return
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || len(got) == 0 || len(got) != 10_000+int(got[0]) || strings.Trim(string(got), string(got[:1])) != "" {
		t.Errorf("%d mixed bytes, %v", len(got), err)
	}
}

func keys(t *testing.T, open func(*testing.T) blob.Store) {
	s := open(t)
	for _, key := range []string{
		"", "/", "a/", "/a", "a//b", ".", "..", "../a", "a/../b", "a/.hidden", "a b", "a\\b", "a\x00b", "ä", "a=", "a%2fb",
		strings.Repeat("a", 129), strings.Repeat("aaa/", 128) + "a",
	} {
		if err := s.Put(t.Context(), key, strings.NewReader("x")); err == nil {
			t.Errorf("put %q", key)
		}
		if _, err := s.Get(t.Context(), key); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("get %q: %v", key, err)
		}
		if s.Delete(t.Context(), key) == nil || s.DeleteAll(t.Context(), key) == nil {
			t.Errorf("delete %q", key)
		}
	}
	for _, key := range []string{"a", "A", "1.json", "a_b-c.d", strings.Repeat("a", 128), "jobs/0198c0de-7000/pages/1.json"} {
		put(t, s, key, []byte(key))
		want(t, s, key, []byte(key))
	}
}

func readWhileDeleted(t *testing.T, open func(*testing.T) blob.Store) {
	s := open(t)
	put(t, s, "key", random(1000))
	r, err := s.Get(t.Context(), "key")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := s.Delete(t.Context(), "key"); err != nil {
		t.Fatal(err)
	}
	wantNone(t, s, "key")
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, random(1000)) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
