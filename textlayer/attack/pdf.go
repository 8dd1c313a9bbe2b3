package attack

import (
	"bytes"
	"compress/zlib"
	"fmt"
)

// pdf is a file in the making. Objects count from 1; the first is the catalog, the second the
// list of pages.
type pdf struct{ objects [][]byte }

func (p *pdf) reserve() int {
	p.objects = append(p.objects, nil)
	return len(p.objects)
}

func (p *pdf) set(n int, format string, args ...any) {
	p.objects[n-1] = fmt.Appendf(nil, format, args...)
}

func (p *pdf) add(format string, args ...any) int {
	n := p.reserve()
	p.set(n, format, args...)
	return n
}

// stream adds a compressed stream; keys stand in its dictionary.
func (p *pdf) stream(keys string, data []byte) int {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(data) // to memory: it cannot fail
	w.Close()
	n := p.reserve()
	var b bytes.Buffer
	fmt.Fprintf(&b, "<<%s/Filter/FlateDecode/Length %d>>stream\n", keys, packed.Len())
	b.Write(packed.Bytes())
	b.WriteString("\nendstream")
	p.objects[n-1] = b.Bytes()
	return n
}

func (p *pdf) bytes() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	at := make([]int, len(p.objects))
	for i, o := range p.objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.Bytes()
}
