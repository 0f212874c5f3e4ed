//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package store

import (
	"os"
	"syscall"
)

// unlock gives back the engine's lock. Closing the file is not enough: the
// engine's mapping of it, which nobody can undo any more, holds on to the lock.
func unlock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
