package sandbox

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// capabilities is how many a set has room for.
const capabilities = 64

// DropPrivileges takes from this thread, and so from all children that it starts,
// the right to gain privileges and all capabilities but those that starting one takes.
// Even they are gone once a child runs: root's exec gives what the bounding set
// holds, and that is empty then. Who is not root and starts a child in a user
// namespace loses at exec what the namespace gave.
func DropPrivileges() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("ambient capabilities: %w", err)
	}
	for capability := range capabilities {
		err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(capability), 0, 0, 0)
		// EINVAL is beyond the last one that the kernel knows, EPERM is without the right
		// to do so: then the sets below, which exec cannot go beyond with no new
		// privileges, are what holds.
		if err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.EPERM) {
			return fmt.Errorf("bounding set: %w", err)
		}
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&header, &sets[0]); err != nil {
		return fmt.Errorf("capabilities: %w", err)
	}
	// To make a namespace, and to run a program that belongs to another user.
	const starting = 1<<unix.CAP_SYS_ADMIN | 1<<unix.CAP_DAC_OVERRIDE
	sets[0].Effective &= starting
	sets[0].Permitted &= starting
	sets[1].Effective, sets[1].Permitted = 0, 0
	sets[0].Inheritable, sets[1].Inheritable = 0, 0
	if err := unix.Capset(&header, &sets[0]); err != nil {
		return fmt.Errorf("capabilities: %w", err)
	}
	return nil
}
