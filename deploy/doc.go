// Package deploy holds files that run ocr-gateway with Docker Compose and on Kubernetes, and
// the tests of them. What they say of the program is tested beside its commands.
package deploy
