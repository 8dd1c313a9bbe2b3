package keys

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// prefix tells people, and programs that look for secrets, what a key is.
const prefix = "ocr_"

// New makes a key and its hash.
func New() (key, sum string) {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails
	key = prefix + hex.EncodeToString(random)
	return key, Sum(key)
}

// Sum is the hash of a key, as an entry has it.
func Sum(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}
