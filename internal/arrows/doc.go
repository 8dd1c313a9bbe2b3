// Package arrows holds the import table of the module, as a test: who may
// import whom, and which package is the home of which outside dependency.
package arrows
