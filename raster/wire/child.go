package wire

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// The child's end of the protocol.

// SayReady tells the gateway that the child is in its sandbox.
func SayReady() error { return unix.Sendto(SocketFD, []byte(Ready), 0, nil) }

// Send answers a request.
func Send(rep Reply, message string) error {
	return unix.Sendto(SocketFD, Encode(rep, message), 0, nil)
}

// Receive waits for a request. A nil request means that the gateway is gone. fd is
// the descriptor that came along, -1 for none.
func Receive() (req *Request, tail string, fd int, err error) {
	buf, rights := make([]byte, MaxPacket), make([]byte, unix.CmsgSpace(4))
	n, rn, _, _, err := unix.Recvmsg(SocketFD, buf, rights, unix.MSG_CMSG_CLOEXEC)
	for errors.Is(err, unix.EINTR) {
		n, rn, _, _, err = unix.Recvmsg(SocketFD, buf, rights, unix.MSG_CMSG_CLOEXEC)
	}
	if err != nil {
		return nil, "", -1, fmt.Errorf("receive: %w", err)
	}
	if n == 0 {
		return nil, "", -1, nil
	}
	fd = -1
	if messages, err := unix.ParseSocketControlMessage(rights[:rn]); err == nil && len(messages) == 1 {
		if fds, err := unix.ParseUnixRights(&messages[0]); err == nil && len(fds) == 1 {
			fd = fds[0]
		}
	}
	req = new(Request)
	tail, err = Decode(buf[:n], req)
	return req, tail, fd, err
}
