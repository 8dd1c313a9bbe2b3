// Command podinit is the program of podtest that runs inside a pod.
package main

import (
	"runtime"

	"ocr-gateway/provision/podtest/inside"
)

// The signal that ends a pod with its test belongs to the first thread, and is
// lost when another one becomes the pod's main process.
func init() { runtime.LockOSThread() }

func main() { inside.Main() }
