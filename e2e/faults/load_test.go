package faults_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// request is one kind of request in the load.
type request struct {
	path        string
	contentType string
	body        []byte
	pages       int
	read        func(*http.Response) ending
	half        bool // the client shuts its side down after sending
}

// halfClosed has the clients of requests shut their side down after sending.
func halfClosed(mix []request) []request {
	mix = slices.Clone(mix)
	for i := range mix {
		mix[i].half = true
	}
	return mix
}

// shutAfterSending makes a request and closes the sending half of its connection.
func shutAfterSending(req *http.Request) (*http.Response, error) {
	conn, err := (&net.Dialer{}).DialContext(req.Context(), "tcp", req.URL.Host)
	if err != nil {
		return nil, err
	}
	err = errors.Join(conn.SetDeadline(time.Now().Add(2*time.Minute)), req.Write(conn), conn.(*net.TCPConn).CloseWrite())
	if err != nil {
		conn.Close()
		return nil, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), req)
	if err != nil {
		conn.Close()
		return nil, err
	}
	resp.Body = bodyOf{resp.Body, conn}
	return resp, nil
}

// bodyOf closes its connection with the body.
type bodyOf struct {
	io.Reader
	io.Closer
}

const pdf = "application/pdf"

// mixed is the load: pictures, documents in memory and on disk, a stream, a batch.
var mixed = []request{
	{"/api/ocr/recognize", "image/png", picture, 1, readAnswer, false},
	{"/api/ocr/document", pdf, shortPDF, 5, readAnswer, false},
	{"/api/ocr/document/stream", pdf, shortPDF, 5, readStream, false},
	{"/api/ocr/document", pdf, spooledPDF, 3, readAnswer, false},
	batchOf(3),
}

// longStream is a document that takes a while.
var longStream = request{"/api/ocr/document/stream", pdf, longPDF, 50, readStream, false}

func batchOf(n int) request {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for range n {
		part, err := form.CreateFormFile("images", "page.png")
		if err != nil {
			panic(err) // it goes to memory
		}
		part.Write(picture)
	}
	form.Close()
	return request{"/api/ocr/batch", form.FormDataContentType(), body.Bytes(), n, readAnswer, false}
}

// send makes a request and reads its answer. When ctx ends before that, the client has
// left.
func (g *gateway) send(ctx context.Context, r request) ending { return g.sendBy(ctx, g.client, r) }

// sendBy is send with the connections of a client of its own. Without a body it asks by GET.
func (g *gateway) sendBy(ctx context.Context, client *http.Client, r request) ending {
	method := http.MethodPost
	if r.body == nil {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, g.URL+r.path, bytes.NewReader(r.body))
	if err != nil {
		return ending{err: err}
	}
	req.Header.Set("Content-Type", r.contentType)
	do := client.Do
	if r.half {
		do = shutAfterSending
	}
	resp, err := do(req)
	if err != nil {
		return ending{err: err, left: ctx.Err() != nil}
	}
	defer resp.Body.Close()
	e := r.read(resp)
	e.left = e.err != nil && ctx.Err() != nil
	return e
}

// clients is how many requests of the mixed load are under way at once.
const clients = 6

// load sends the mixed load for a while, and waits for the last answers. patience, when
// not 0, is the longest time after which a client leaves.
func (g *gateway) load(a *account, mix []request, during, patience time.Duration) {
	end := time.Now().Add(during)
	var workers sync.WaitGroup
	for i := range clients {
		random := rand.New(rand.NewPCG(*seed, uint64(i)))
		workers.Go(func() {
			for n := i; time.Now().Before(end); n++ {
				r := mix[n%len(mix)]
				ctx, cancel := context.Background(), func() {}
				if patience > 0 {
					ctx, cancel = context.WithTimeout(ctx, time.Duration(random.Int64N(int64(patience))))
				}
				a.add(r.pages, g.send(ctx, r))
				cancel()
			}
		})
	}
	workers.Wait()
}
