package sshhost

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/pkg/sftp"

	"ocr-gateway/provision/host"
)

// inFlight is how many writes of 32 KiB are under way at once: 1 MiB, which is
// 10 MB/s at 100 ms.
const inFlight = 32

// prepare makes the folder, says what is there, and makes a file of its own to
// write to, 0600 from the start. Files of interrupted uploads are removed after an hour.
const prepare = `set -eu
file=%s
dir=$(dirname -- "$file")
mkdir -p -- "$dir"
find "$dir" -maxdepth 1 -type f -name ".upload-??????????" -mmin +60 -delete
[ ! -d "$file" ] || { echo "$file is a folder"; exit 1; }
if [ -f "$file" ] && [ "$(stat -c %%a -- "$file") $(sha256sum <"$file")" = %s ]; then
  echo equal
else
  mktemp -- "$dir/.upload-XXXXXXXXXX"
fi
`

// Upload puts the whole of content, from its start, at an absolute path. Whoever
// looks there sees the old file or the new one, never a part. It is done when the
// far side's SHA-256 is ours. When ctx ends, content is not read any more.
func (h *Host) Upload(ctx context.Context, content io.ReadSeeker, file string, mode fs.FileMode) error {
	if err := h.upload(ctx, content, file, mode.Perm()); err != nil {
		return fmt.Errorf("upload %s: %w", file, err)
	}
	return nil
}

func (h *Host) upload(ctx context.Context, content io.ReadSeeker, file string, mode fs.FileMode) error {
	if !path.IsAbs(file) {
		return errors.New("the path must be absolute")
	}
	size, sum, err := measure(content)
	if err != nil {
		return err
	}
	there := fmt.Sprintf("%o %s  -", mode, sum)
	part, err := h.capture(ctx, fmt.Sprintf(prepare, host.Quote(file), host.Quote(there)))
	if err != nil || part == "equal" {
		return err
	}
	if !strings.HasPrefix(path.Base(part), ".upload-") { // something of .bashrc stands before it
		return fmt.Errorf("unexpected answer %q", part)
	}
	err = h.place(ctx, &meter{ctx: ctx, from: content, total: size, path: file, tell: h.cfg.Progress}, part, file, sum, mode)
	if err != nil {
		h.remove(ctx, part)
	}
	return err
}

// measure reads content once and goes back to its start.
func measure(content io.ReadSeeker) (size int64, sum string, err error) {
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return 0, "", err
	}
	hash := sha256.New()
	if size, err = io.Copy(hash, content); err != nil {
		return 0, "", err
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return 0, "", err
	}
	return size, hex.EncodeToString(hash.Sum(nil)), nil
}

// place sends, checks and renames.
func (h *Host) place(ctx context.Context, content *meter, part, file, sum string, mode fs.FileMode) error {
	client, err := within(ctx, h,
		func() (*sftp.Client, error) { return sftp.NewClient(h.client) },
		func(late *sftp.Client) { late.Close() })
	if err != nil {
		return fmt.Errorf("open sftp: %w", err)
	}
	// The library reads content until its channel ends, so that is waited for, and
	// closed below the protocol when the peer does not play along.
	ended := make(chan struct{})
	if !h.start(func() { err = send(client, content, part, mode); close(ended) }) {
		return errClosed
	}
	select {
	case <-ended:
	case <-ctx.Done():
		h.start(func() { client.Close() })
		select {
		case <-ended:
		case <-time.After(lastBreath):
			h.drop(fmt.Errorf("the connection to %s is cut: an upload did not end", h.login.Address))
			<-ended
		}
		return ctx.Err()
	}
	defer client.Close()
	if err != nil {
		return h.because(err)
	}
	arrived, err := h.capture(ctx, "sha256sum <"+host.Quote(part))
	if err != nil {
		return err
	}
	if arrived != sum+"  -" {
		return fmt.Errorf("what arrived is not what was sent: SHA-256 %s instead of %s", strings.TrimSuffix(arrived, "  -"), sum)
	}
	_, err = within(ctx, h,
		func() (struct{}, error) { return struct{}{}, client.PosixRename(part, file) },
		func(struct{}) {})
	return err
}

// send writes the file and takes it to the disk, so that a rename that survives a
// crash never names an empty file.
func send(client *sftp.Client, content *meter, part string, mode fs.FileMode) error {
	file, err := client.OpenFile(part, os.O_WRONLY|os.O_TRUNC)
	if err != nil {
		return err
	}
	_, err = file.ReadFromWithConcurrency(content, inFlight)
	if err == nil {
		err = file.Chmod(mode)
	}
	if _, can := client.HasExtension("fsync@openssh.com"); err == nil && can {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// remove cleans up as far as the host still answers.
func (h *Host) remove(ctx context.Context, part string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastBreath)
	defer cancel()
	_ = h.Run(ctx, "rm -f -- "+host.Quote(part), nil)
}

// capture returns what a script wrote, which is a line.
func (h *Host) capture(ctx context.Context, script string) (string, error) {
	var out bytes.Buffer
	err := h.Run(ctx, script, &out)
	return strings.TrimSuffix(out.String(), "\n"), err
}

// meter counts what is read, and ends with its context.
type meter struct {
	ctx         context.Context
	from        io.Reader
	sent, total int64
	path        string
	tell        func(path string, sent, total int64)
}

func (m *meter) Read(b []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.from.Read(b)
	m.sent += int64(n)
	if m.tell != nil && n > 0 {
		m.tell(m.path, m.sent, m.total)
	}
	return n, err
}
