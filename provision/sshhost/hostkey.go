package sshhost

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"
	xknownhosts "golang.org/x/crypto/ssh/knownhosts"

	"ocr-gateway/provision/deployment"
	"ocr-gateway/provision/host"
)

// hostKeys is what is known of a host before it is met.
type hostKeys struct {
	// algorithms are those of the known keys. A server with more kinds of keys
	// would otherwise show one that nobody knows. Nil: any.
	algorithms []string
	accept     ssh.HostKeyCallback
	refusal    error // why check refused, without the handshake's words around it
}

func (k *hostKeys) check(address string, remote net.Addr, key ssh.PublicKey) error {
	k.refusal = k.accept(address, remote, key)
	return k.refusal
}

// hostKeys takes the pinned keys where there are any, else the user's file.
func (d *Dialer) hostKeys(login deployment.Login) (*hostKeys, error) {
	if len(login.HostKeys) > 0 {
		return pinned(login)
	}
	return fromFile(d.cfg.KnownHosts, login)
}

func pinned(login deployment.Login) (*hostKeys, error) {
	var keys []ssh.PublicKey
	var k hostKeys
	for _, line := range login.HostKeys {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil {
			return nil, fmt.Errorf("%w: the host key given for %s is none; it reads like \"ssh-ed25519 AAAA...\": %w",
				host.ErrLogin, login.Address, err)
		}
		keys = append(keys, key)
		if algorithms := algorithmsOf(key); !slices.Contains(k.algorithms, algorithms[0]) {
			k.algorithms = append(k.algorithms, algorithms...)
		}
	}
	k.accept = func(address string, _ net.Addr, shown ssh.PublicKey) error {
		for _, key := range keys {
			if samePublicKey(key, shown) {
				return nil
			}
		}
		return fmt.Errorf("%w: %s shows another host key (%s) than the one pinned (%s); it is another machine, or someone is in between; "+
			"if its key was changed on purpose, give the new one with --host-key",
			host.ErrLogin, address, describe(shown), describe(keys[0]))
	}
	return &k, nil
}

// algorithmsOf returns the signatures that a key can make, without SHA-1.
func algorithmsOf(key ssh.PublicKey) []string {
	if key.Type() == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{key.Type()}
}

func fromFile(file string, login deployment.Login) (*hostKeys, error) {
	var files []string
	if _, err := os.Stat(file); err == nil {
		files = append(files, file)
	} else if file != "" && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: read the known hosts: %w", host.ErrLogin, err)
	}
	known, err := knownhosts.NewDB(files...)
	if err != nil {
		return nil, fmt.Errorf("%w: the known_hosts file cannot be used; mend it, or give the host's key with --host-key: %w", host.ErrLogin, err)
	}
	accept := known.HostKeyCallback()
	return &hostKeys{
		algorithms: known.HostKeyAlgorithms(login.Address),
		accept: func(address string, remote net.Addr, shown ssh.PublicKey) error {
			return explainKnownHosts(accept(address, remote, shown), login, shown)
		},
	}, nil
}

// explainKnownHosts says what the known_hosts file has against a key.
func explainKnownHosts(failure error, login deployment.Login, shown ssh.PublicKey) error {
	name, port, _ := net.SplitHostPort(login.Address) // which has been dialled
	var differs *xknownhosts.KeyError
	var revoked *xknownhosts.RevokedError
	switch {
	case failure == nil:
		return nil
	case errors.As(failure, &revoked):
		return fmt.Errorf("%w: the host key of %s (%s) is marked as revoked at %s:%d",
			host.ErrLogin, login.Address, describe(shown), revoked.Revoked.Filename, revoked.Revoked.Line)
	case errors.As(failure, &differs) && len(differs.Want) > 0:
		want := differs.Want[0]
		return fmt.Errorf("%w: the host key of %s has changed: %s now, %s at %s:%d; someone may be in between; "+
			"if the machine was set up anew, remove the old key with: ssh-keygen -R '%s'",
			host.ErrLogin, login.Address, describe(shown), describe(want.Key), want.Filename, want.Line, knownhosts.Normalize(login.Address))
	case errors.As(failure, &differs):
		return fmt.Errorf("%w: the host key of %s (%s) is not known; log in once and compare it with: ssh -p %s %s@%s, or give it with --host-key",
			host.ErrLogin, login.Address, describe(shown), port, login.User, name)
	}
	return fmt.Errorf("%w: check the host key of %s: %w", host.ErrLogin, login.Address, failure)
}

// describe names a key as ssh does when it asks.
func describe(key ssh.PublicKey) string { return key.Type() + " " + ssh.FingerprintSHA256(key) }

// KnownHostsLine returns the line of a known_hosts file that pins a key, given
// as a line of authorized_keys, for host:port. It is empty when key is none.
func KnownHostsLine(address, key string) string {
	parsed, _, _, _, err := ssh.ParseAuthorizedKey([]byte(key))
	if err != nil || strings.ContainsAny(address, " \t\r\n,") {
		return ""
	}
	return knownhosts.Line([]string{address}, parsed)
}

func samePublicKey(a, b ssh.PublicKey) bool { return bytes.Equal(a.Marshal(), b.Marshal()) }
