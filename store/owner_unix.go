//go:build unix

package store

import (
	"io/fs"
	"os"
	"syscall"
)

// sameOwner gives a file the owner and group of another: the superuser may care for
// the archive of a service that runs as somebody else.
func sameOwner(path string, like fs.FileInfo) error {
	st, ok := like.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if info, err := os.Stat(path); err == nil {
		if have, ok := info.Sys().(*syscall.Stat_t); ok && have.Uid == st.Uid && have.Gid == st.Gid {
			return nil
		}
	}
	return os.Chown(path, int(st.Uid), int(st.Gid))
}
