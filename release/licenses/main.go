// Command licenses lists what a built program is made of with the licenses, and fails where
// one is unknown or does not go with AGPL-3.0. With -o it writes that as CycloneDX.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"ocr-gateway/release/bill"
)

func main() {
	program := flag.String("program", "bin/ocr-gateway", "the program")
	cache := flag.String("cache", "", "Go's module cache")
	arch := flag.String("arch", "amd64", "architecture of the libraries beside it")
	version := flag.String("version", "dev", "of the program")
	out := flag.String("o", "", "file for the bill of materials")
	flag.Parse()
	if err := run(*program, *cache, *arch, *version, *out); err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

func run(program, cache, arch, version, out string) error {
	parts, err := bill.Modules(program, cache)
	if err != nil {
		return err
	}
	fetched, err := bill.Fetched(".", arch)
	if err != nil {
		return err
	}
	parts = append(parts, fetched...)
	if out != "" {
		return write(out, version, parts)
	}
	list(os.Stdout, parts)
	if no := bill.Unwelcome(parts); len(no) > 0 {
		list(os.Stderr, no)
		return fmt.Errorf("%d of %d parts have licenses that are unknown or do not go with AGPL-3.0", len(no), len(parts))
	}
	return nil
}

func write(out, version string, parts []bill.Part) error {
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := bill.Write(f, version, parts); err != nil {
		return err
	}
	return f.Close()
}

func list(w io.Writer, parts []bill.Part) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range parts {
		fmt.Fprintf(table, "%s\t%s\t%s\n", p.License, p.Name, p.Version)
	}
	table.Flush()
}
