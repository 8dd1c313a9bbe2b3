package pipeline

import (
	"sync"

	"ocr-gateway/document"
)

// pixels drops a page's pixels when its last user has seen them, while what was taken
// from them is still being read: a page that waits for a slow model holds the encoded
// crops, not the page.
type pixels struct {
	page *document.Page

	mu    sync.Mutex
	users int
	rest  int64 // bytes that users still hold of what they took
}

// use adds a user, while there is another or before there is any. seen ends the use;
// what of the page's memory the user goes on holding is rest bytes. Further calls do nothing.
func (p *pixels) use() (seen func(rest int64)) {
	p.mu.Lock()
	p.users++
	p.mu.Unlock()
	var once sync.Once
	return func(rest int64) { once.Do(func() { p.seen(rest) }) }
}

func (p *pixels) seen(rest int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users--
	p.rest += rest
	if p.users == 0 {
		p.page.Drop(p.rest)
	}
}
