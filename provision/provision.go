// Package provision takes a GPU host from nothing to a verified OCR endpoint,
// and down again. It is a list of stages, each of which looks at the world
// before it acts, so that a run may be interrupted anywhere and resumed. It
// owns the interface Cloud, through which hosts are rented; what is done on a
// host is in its package host.
package provision
