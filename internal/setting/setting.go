// Package setting says which setting has a value that cannot be used, and why, so that
// whoever loads the settings can say where that value came from.
package setting

import (
	"errors"
	"fmt"
	"time"
)

// Error is what is wrong with one setting.
type Error struct {
	// Key names the setting within the section that reports it: "port", "sampling.top_p",
	// or "endpoints[0].url" for a part of a list.
	Key string
	// Err completes the sentence that the key begins: "is 0: use 1 to 100".
	Err error
}

// Errorf makes an Error. The format completes the sentence that the key begins.
func Errorf(key, format string, args ...any) *Error {
	return &Error{Key: key, Err: fmt.Errorf(format, args...)}
}

func (e *Error) Error() string { return e.Key + " " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// Errors gathers what is wrong with a section. Its zero value is ready.
type Errors struct{ all []error }

// Check adds an error unless ok. The format completes the sentence that the key begins.
func (e *Errors) Check(ok bool, key, format string, args ...any) {
	if !ok {
		e.all = append(e.all, Errorf(key, format, args...))
	}
}

// Duration adds an error unless d is more than 0 and at most most, where that is not 0.
func (e *Errors) Duration(key string, d, most time.Duration) {
	switch {
	case most == 0:
		e.Check(d > 0, key, "is %s: use more than 0", d)
	default:
		e.Check(d > 0 && d <= most, key, "is %s: use more than 0, at most %s", d, most)
	}
}

// Join joins the errors, each an *Error; nil when there is none.
func (e *Errors) Join() error { return errors.Join(e.all...) }
