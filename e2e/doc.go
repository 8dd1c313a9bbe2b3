// Package e2e holds tests of the built program, as users use it.
package e2e
