// Package seal keeps the passwords of documents unreadable where jobs are stored: they are
// encrypted with a key of the gateways that share the jobs (AES-256-GCM).
package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Sealer seals and opens. It is safe for concurrent use.
type Sealer struct {
	aead cipher.AEAD
	key  [sha256.Size]byte
}

// MinKey is the shortest key, in bytes.
const MinKey = 32

// Load makes a sealer with the key in a file, which it creates when it is missing.
func Load(path string) (*Sealer, error) {
	secret, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		secret, err = newKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("jobs: key: %w", err)
	}
	if secret = bytes.TrimSpace(secret); len(secret) < MinKey {
		return nil, fmt.Errorf("jobs: the key in %s is shorter than %d bytes", path, MinKey)
	}
	return New(secret)
}

// New makes a sealer with a key.
func New(secret []byte) (*Sealer, error) {
	sum := sha256.Sum256(append([]byte("ocr-gateway jobs: passwords\n"), secret...))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil, fmt.Errorf("jobs: key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("jobs: key: %w", err)
	}
	return &Sealer{aead, sum}, nil
}

func newKey(path string) ([]byte, error) {
	secret := make([]byte, MinKey)
	_, _ = rand.Read(secret) // never fails
	text := []byte(hex.EncodeToString(secret) + "\n")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(text)
	return text, errors.Join(err, f.Sync(), f.Close())
}

// Seal encrypts a text for a purpose; it can only be opened for the same one.
func (s *Sealer) Seal(text, purpose string) []byte {
	nonce := make([]byte, s.aead.NonceSize())
	_, _ = rand.Read(nonce)
	return s.aead.Seal(nonce, nonce, []byte(text), []byte(purpose))
}

// Open decrypts what Seal encrypted.
func (s *Sealer) Open(sealed []byte, purpose string) (string, error) {
	n := s.aead.NonceSize()
	if len(sealed) < n {
		return "", errors.New("jobs: a sealed password is cut off")
	}
	text, err := s.aead.Open(nil, sealed[:n], sealed[n:], []byte(purpose))
	if err != nil {
		return "", fmt.Errorf("jobs: a password was sealed with another key: %w", err)
	}
	return string(text), nil
}

// Tag is the same for the same text, and reveals nothing of it without the key.
func (s *Sealer) Tag(text string) []byte {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte("tag\n" + text))
	return mac.Sum(nil)
}
