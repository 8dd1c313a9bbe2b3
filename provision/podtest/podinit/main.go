// Command podinit is the program of podtest that runs inside a pod.
package main

import "ocr-gateway/provision/podtest/inside"

func main() { inside.Main() }
