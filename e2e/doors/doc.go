// Package doors tests the doors of the built program with the clients of the APIs that they
// speak, at pinned versions.
package doors
