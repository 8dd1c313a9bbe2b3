// Command site writes the documents as a small site that is read with a browser, from a disk or
// a server, without anything else: `make docs`.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	root := flag.String("root", ".", "folder of the sources")
	out := flag.String("o", "build/site", "folder that gets the site; what is in it is replaced")
	flag.Parse()
	if err := build(*root, *out); err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
	fmt.Printf("site: %s/index.html\n", *out)
}
