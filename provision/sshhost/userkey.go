package sshhost

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"ocr-gateway/provision/host"
)

// maxKeys is how many keys are offered: sshd hangs up at the sixth refusal.
const maxKeys = 5

// keyComment says in authorized_keys who put a key there.
const keyComment = "ocr-gateway"

// userKeys are the keys that a login offers, that of the key file first.
type userKeys struct {
	signers []ssh.Signer
	names   []string // for people
	close   func()
}

func (d *Dialer) userKeys(ctx context.Context) (*userKeys, error) {
	held, hangUp := []ssh.Signer(nil), func() {}
	if d.cfg.Agent {
		held, hangUp = agentKeys(ctx)
	}
	u := &userKeys{close: hangUp}
	first, err := fileKey(d.cfg.KeyFile, held)
	switch {
	case err == nil:
		u.signers = append(u.signers, first)
	case !errors.Is(err, fs.ErrNotExist) || len(held) == 0:
		hangUp()
		return nil, fmt.Errorf("%w: %w", host.ErrLogin, err)
	}
	for _, signer := range held {
		if first == nil || !samePublicKey(first.PublicKey(), signer.PublicKey()) {
			u.signers = append(u.signers, signer)
		}
	}
	u.signers = u.signers[:min(len(u.signers), maxKeys)]
	for _, signer := range u.signers {
		u.names = append(u.names, describe(signer.PublicKey()))
	}
	return u, nil
}

// fileKey reads a private key. One behind a passphrase is the agent's to use.
func fileKey(path string, held []ssh.Signer) (ssh.Signer, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the SSH key: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(content)
	if err == nil {
		return signer, nil
	}
	var locked *ssh.PassphraseMissingError
	if !errors.As(err, &locked) {
		return nil, fmt.Errorf("%s is no private SSH key: %w", path, err)
	}
	public := locked.PublicKey
	if public == nil { // older formats keep it in the file beside only
		if public, err = readPublic(path + ".pub"); err != nil {
			return nil, lockedError(path)
		}
	}
	for _, signer := range held {
		if samePublicKey(public, signer.PublicKey()) {
			return signer, nil
		}
	}
	return nil, lockedError(path)
}

func lockedError(path string) error {
	return fmt.Errorf("the SSH key %s has a passphrase and no agent holds it; start ssh-agent and run: ssh-add '%s'", path, path)
}

func readPublic(path string) (ssh.PublicKey, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey(content)
	return key, err
}

// agentKeys returns what the agent holds; an agent that is not there holds
// nothing. The signers ask it at each use, until hangUp is called or ctx ends.
func agentKeys(ctx context.Context) (held []ssh.Signer, hangUp func()) {
	socket := os.Getenv("SSH_AUTH_SOCK")
	if socket == "" {
		return nil, func() {}
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, func() {}
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	hangUp = func() {
		stop()
		conn.Close()
	}
	held, err = agent.NewClient(conn).Signers()
	if err != nil {
		hangUp()
		return nil, func() {}
	}
	return held, hangUp
}

// EnsureKey returns the authorized_keys line of the private key at path. Where
// there is neither a private nor a public key it makes an ed25519 pair without
// a passphrase, 0600, with the public half beside it in path.pub. It never
// overwrites a file. A key behind a passphrase is of use only through the agent:
// without one that holds it the error, a host.ErrLogin, says what to do.
func EnsureKey(path string) (authorizedKeysLine string, created bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	held, hangUp := agentKeys(ctx)
	defer hangUp()

	signer, err := fileKey(path, held)
	if errors.Is(err, fs.ErrNotExist) {
		signer, err = publicOnly(path+".pub", held)
	}
	if errors.Is(err, fs.ErrNotExist) {
		line, err := makeKey(path)
		if errors.Is(err, fs.ErrExist) { // made by another run in the meantime
			return EnsureKey(path)
		}
		return line, err == nil, err
	}
	if err != nil {
		return "", false, fmt.Errorf("%w: %w", host.ErrLogin, err)
	}
	return authorizedKey(signer.PublicKey()), false, nil
}

// publicOnly serves people whose private keys never lie in a file.
func publicOnly(path string, held []ssh.Signer) (ssh.Signer, error) {
	public, err := readPublic(path)
	if err != nil {
		return nil, err
	}
	for _, signer := range held {
		if samePublicKey(public, signer.PublicKey()) {
			return signer, nil
		}
	}
	return nil, fmt.Errorf("%s is there without its private key, and no agent holds it; load it with ssh-add, or name another key", path)
}

func authorizedKey(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) + " " + keyComment
}

func makeKey(path string) (line string, err error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	block, err := ssh.MarshalPrivateKey(private, keyComment)
	if err != nil {
		return "", err
	}
	sshKey, err := ssh.NewPublicKey(public)
	if err != nil {
		return "", err
	}
	line = authorizedKey(sshKey)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("make the SSH key: %w", err)
	}
	// The private key comes first: one alone is whole, the public key alone is not.
	if err := writeNew(path, pem.EncodeToMemory(block), 0o600); err != nil {
		return "", fmt.Errorf("make the SSH key: %w", err)
	}
	if err := writeNew(path+".pub", []byte(line+"\n"), 0o644); err != nil {
		return "", fmt.Errorf("make the SSH key: %w", err)
	}
	return line, nil
}

// writeNew makes a file that is whole or not there, and was not there before.
func writeNew(path string, content []byte, mode fs.FileMode) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-key-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(content)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Link(file.Name(), path) // fails where a file is, which a rename does not
}
