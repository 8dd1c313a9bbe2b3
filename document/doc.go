// Package document holds the types that every other package uses: Source, Page, Region, Line, Result, Event,
// Options and Problem. It has no behavior beyond keeping those values valid, and imports only the standard
// library.
//
// # Coordinates
//
// All boxes are in pixels of the page image as recognition saw it: the origin is the top left corner of the
// upright page, x grows to the right, y downwards. Page.Rotation says how the image was turned to be upright.
//
// # Order
//
// Pages are numbered from 1. Regions are numbered from 1 in reading order.
package document
