// Package provision takes a GPU host from nothing to a verified OCR endpoint,
// and down again. It is a list of stages, each of which looks at the world
// before it acts, so that a run may be interrupted anywhere and resumed. It
// owns the interfaces that it acts through: Cloud, where hosts are rented, and
// Host, a machine reached over SSH.
package provision
