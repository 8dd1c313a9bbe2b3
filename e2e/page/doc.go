// Package page tests the page at / as people use it: in a real browser, with the program as it is
// built.
package page
