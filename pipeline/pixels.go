package pipeline

import (
	"sync"

	"ocr-gateway/document"
)

// pixels drops a page's pixels after their last user, while what was taken from them is still
// being read: a page that waits for a slow model holds the encoded crops, not the image.
type pixels struct {
	page *document.Page

	mu    sync.Mutex
	users int
	rest  int64 // bytes that users go on holding of what they took
}

// use adds a user; there must be another, or none yet. seen ends the use, after which the user
// goes on holding rest bytes of the page's memory. Further calls do nothing.
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
