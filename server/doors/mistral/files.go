package mistral

import (
	"cmp"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/doors"
)

// Bounds of what is kept. Clients upload, read and delete within minutes; a file that nobody
// deletes goes after keptFor, or earlier when newer ones need its place: then the oldest file of
// the client that has most.
const (
	keptFor      = time.Hour
	maxKept      = 256            // files
	maxKeptBytes = int64(4) << 30 // of all of them; above 1 MiB each is on disk
)

// files are those that clients have uploaded and not deleted. A client sees only its own.
type files struct {
	now func() time.Time

	mu   sync.Mutex
	kept map[string]*kept // by id
}

// kept is an uploaded file.
type kept struct {
	fileInfo
	client string
	src    *document.Source
	until  time.Time
	users  int  // requests that are reading it
	gone   bool // deleted: the last user closes it
}

// fileInfo is how a file is described.
type fileInfo struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Bytes   int64  `json:"bytes"`
	Created int64  `json:"created_at"` // seconds since 1970
	Expires int64  `json:"expires_at"`
	Name    string `json:"filename"`
	Purpose string `json:"purpose"`
	Sample  string `json:"sample_type"`
	Source  string `json:"source"`
	Deleted bool   `json:"deleted"`
}

func newFiles() *files { return &files{now: time.Now, kept: map[string]*kept{}} }

func (f *files) upload(c *doors.Call) error {
	sent, err := c.Form("file")
	if err != nil {
		return err
	}
	src, err := doors.One(sent, "file")
	if err == nil {
		if purpose := sent.Values.Get("purpose"); purpose != "" && purpose != "ocr" {
			err = document.Invalid("purpose", "files are kept here for the purpose ocr, not %q", clip.Text(purpose))
		}
	}
	if err != nil {
		sent.Close()
		return err
	}
	info, err := f.keep(c, src)
	if err != nil {
		sent.Close()
		return err
	}
	return c.Send(http.StatusOK, info)
}

// keep takes ownership of a file.
func (f *files) keep(c *doors.Call, src *document.Source) (fileInfo, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if src.Size > maxKeptBytes {
		return fileInfo{}, document.TooLarge(maxKeptBytes)
	}
	f.makeRoom(src.Size)
	now := f.now()
	k := &kept{client: c.Client, src: src, until: now.Add(keptFor), fileInfo: fileInfo{
		ID: c.ID, Object: "file", Bytes: src.Size, Created: now.Unix(), Expires: now.Add(keptFor).Unix(),
		Name: cmp.Or(src.Name, "file"), Purpose: "ocr", Sample: "ocr_input", Source: "upload",
	}}
	f.kept[k.ID] = k
	return k.fileInfo, nil
}

// makeRoom drops files whose time is over, then the oldest of whichever client has most, until one
// more fits.
func (f *files) makeRoom(size int64) {
	used, of := int64(0), map[string][]*kept{}
	for _, k := range f.kept {
		if !k.until.After(f.now()) {
			f.drop(k)
			continue
		}
		used += k.Bytes
		of[k.client] = append(of[k.client], k)
	}
	for len(f.kept) >= maxKept || used+size > maxKeptBytes {
		most := slices.MaxFunc(slices.Collect(maps.Values(of)), func(a, b []*kept) int { return len(a) - len(b) })
		oldest := slices.MinFunc(most, func(a, b *kept) int { return a.until.Compare(b.until) })
		used -= oldest.Bytes
		of[oldest.client] = slices.DeleteFunc(most, func(k *kept) bool { return k == oldest })
		f.drop(oldest)
	}
}

// drop forgets a file, and closes it once nobody reads it.
func (f *files) drop(k *kept) {
	delete(f.kept, k.ID)
	k.gone = true
	if k.users == 0 {
		k.src.Close()
	}
}

// find returns a client's file; f.mu is held.
func (f *files) find(c *doors.Call, id string) (*kept, error) {
	k, ok := f.kept[id]
	if ok && !k.until.After(f.now()) {
		f.drop(k)
		ok = false
	}
	if !ok || k.client != c.Client {
		return nil, document.Problemf(document.CodeNotFound, document.PhaseAdmission, "there is no file %s; files are kept for an hour, or until newer ones need the place", clip.Text(id))
	}
	return k, nil
}

// open lends a file until done is called, exactly once.
func (f *files) open(c *doors.Call, id string) (src *document.Source, done func(), err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k, err := f.find(c, id)
	if err != nil {
		return nil, nil, err
	}
	k.users++
	return k.src, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if k.users--; k.gone && k.users == 0 {
			k.src.Close()
		}
	}, nil
}

func (f *files) list(c *doors.Call) error {
	f.mu.Lock()
	own := []fileInfo{}
	for _, k := range f.kept {
		if k.client == c.Client && k.until.After(f.now()) {
			own = append(own, k.fileInfo)
		}
	}
	f.mu.Unlock()
	slices.SortFunc(own, func(a, b fileInfo) int { return strings.Compare(b.ID, a.ID) }) // ids sort by time
	return c.Send(http.StatusOK, map[string]any{"object": "list", "data": own, "total": len(own)})
}

func (f *files) show(c *doors.Call) error {
	f.mu.Lock()
	k, err := f.find(c, c.Param("file"))
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return c.Send(http.StatusOK, k.fileInfo)
}

// address returns where the file is. That opens nothing to anyone without a key: it is meant for a
// request to /v1/ocr.
func (f *files) address(c *doors.Call) error {
	f.mu.Lock()
	k, err := f.find(c, c.Param("file"))
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return c.Send(http.StatusOK, map[string]string{"url": c.Address("/v1/files/" + k.ID + "/content")})
}

func (f *files) content(c *doors.Call) error {
	src, done, err := f.open(c, c.Param("file"))
	if err != nil {
		return err
	}
	defer done()
	h := c.Response.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Length", strconv.FormatInt(src.Size, 10))
	c.Response.WriteHeader(http.StatusOK)
	_, _ = io.Copy(c.Response, src.Reader()) // the client may have gone
	return nil
}

func (f *files) remove(c *doors.Call) error {
	f.mu.Lock()
	k, err := f.find(c, c.Param("file"))
	if err == nil {
		f.drop(k)
	}
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return c.Send(http.StatusOK, map[string]any{"id": k.ID, "object": "file", "deleted": true})
}
