package keys

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// prefix tells people, and programs that scan for secrets, what a key is.
const prefix = "ocr_"

// New makes a key and its hash.
func New() (key, sum string) {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails
	key = prefix + hex.EncodeToString(random)
	return key, Sum(key)
}

// Sum returns the hash of a key, as it stands in an entry.
func Sum(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}
