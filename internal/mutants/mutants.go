// Package mutants damages documents in the ways in which files are damaged or
// forged: wrong bytes, cut and spliced files, lengths and sizes that lie,
// structures doubled, dropped and nested. The same number gives the same mutant.
package mutants

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// maxBytes bounds a mutant. What grows a file stops growing it there.
const maxBytes = 1 << 20

// Seed is a whole document to start from.
type Seed struct {
	Name string
	Data []byte
}

// Mutant is a damaged document.
type Mutant struct {
	Name string // of its seed, and its number
	Data []byte
}

// Make returns mutant number n of the seeds, which take turns. A mutant has one to
// three damages, most of them where its format keeps numbers and parts: with one it
// gets deeper into its reader.
func Make(seeds []Seed, n int) Mutant {
	random := rand.New(rand.NewPCG(0x6f6372, uint64(n))) // any fixed number makes it repeatable
	seed := seeds[n%len(seeds)]
	data := slices.Clone(seed.Data)
	for range []int{1, 1, 1, 2, 3}[random.IntN(5)] {
		shape := anatomyOf(data)
		switch {
		case shape.text && random.IntN(3) > 0:
			data = damagePDF(random, data)
		case len(shape.fields) > 0 && random.IntN(3) > 0:
			data = damageShape(random, data, shape)
		case random.IntN(4) == 0:
			data = splice(random, data, seeds[random.IntN(len(seeds))].Data)
		default:
			data = damageBytes(random, data)
		}
		data = data[:min(len(data), maxBytes)]
	}
	return Mutant{Name: fmt.Sprintf("%s mutant %d", seed.Name, n), Data: data}
}

// splice puts the end of one document behind the beginning of another.
func splice(random *rand.Rand, a, b []byte) []byte {
	return slices.Concat(a[:random.IntN(len(a)+1)], b[random.IntN(len(b)+1):])
}

// damageBytes knows nothing of the format.
func damageBytes(random *rand.Rand, data []byte) []byte {
	if len(data) == 0 {
		return data
	}
	at := random.IntN(len(data))
	end := at + random.IntN(min(len(data)-at, 4096)) + 1
	switch random.IntN(6) {
	case 0: // bits turn
		for range 1 + random.IntN(32) {
			data[random.IntN(len(data))] ^= 1 << random.IntN(8)
		}
	case 1: // bytes change
		for range 1 + random.IntN(32) {
			data[random.IntN(len(data))] = []byte{0, 1, 0x7f, 0x80, 0xff, byte(random.Uint32())}[random.IntN(6)]
		}
	case 2: // the rest is missing
		return data[:at]
	case 3: // a hole
		return slices.Delete(data, at, end)
	case 4: // a piece comes again, many times at most
		return slices.Insert(data, at, repeat(random, data[at:end])...)
	case 5: // a piece is blank
		clear(data[at:end])
	}
	return data
}

// repeat returns one copy or a great many.
func repeat(random *rand.Rand, piece []byte) []byte {
	times := []int{1, 1, 2, 64, 4096}[random.IntN(5)]
	return slices.Repeat(piece, min(times, maxBytes/len(piece)+1))
}
