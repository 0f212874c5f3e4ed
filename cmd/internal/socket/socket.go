// Package socket lets other processes of the same user reach an archive that a
// daemon holds: through a Unix socket beside the file they get a copy of it as it
// is at that moment, and have small actions done. Everything that reads works on
// the copy, so there is one way to read an archive and not two to keep in step;
// 350 MB take about a quarter of a second.
//
// It speaks HTTP/1.1, since that frames, streams and tells errors already:
//
//	GET  /archive    the bytes of the file
//	POST /do/ACTION  arguments and answer are JSON
//
// It knows no archive and no action.
package socket

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// Path is the socket of an archive.
func Path(archive string) string { return archive + ".sock" }

// longest is how long an address may be everywhere: sun_path has 104 bytes on the
// BSDs and macOS and 108 on Linux, one of them a zero.
const longest = 103

// address is what to bind or to connect to for a socket's path. Where that is too
// long, the folder is opened and named by its number, which Linux allows; done
// lets go of it.
func address(path string) (addr string, done func(), err error) {
	if len(path) <= longest {
		return path, func() {}, nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	addr = fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path))
	if _, err := os.Stat(filepath.Dir(addr)); err != nil || len(addr) > longest {
		dir.Close()
		return "", nil, fmt.Errorf("the path of the socket, %s, has %d bytes, and %d are allowed; give the archive a shorter one", path, len(path), longest)
	}
	return addr, func() { dir.Close() }, nil
}

// Listener is the socket of an archive. It accepts connections of the user that
// runs this process, and of the superuser, who may do anything anyway.
type Listener struct {
	*net.UnixListener
	path string
	// Refused hears of the others.
	Refused func(uid int)
}

// Listen makes the socket. Only who holds the archive's lock may call it: a socket
// that is there already was left by a process that was killed, and is replaced.
// Anything else of that name is left alone.
func Listen(archive string) (*Listener, error) {
	path := Path(archive)
	l, err := listen(path)
	if err != nil {
		return nil, fmt.Errorf("make the socket %s: %w", path, err)
	}
	return l, nil
}

func listen(path string) (*Listener, error) {
	info, err := os.Lstat(path)
	switch {
	case err == nil && info.Mode()&fs.ModeSocket == 0:
		return nil, errors.New("something else is there")
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	// Made under a name of its own and renamed, the socket has its rights before
	// anybody finds it, and a stale one is never missing for a moment.
	made := fmt.Sprintf("%s.%d", path, os.Getpid())
	addr, done, err := address(made)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := os.Remove(made); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	u, err := net.ListenUnix("unix", &net.UnixAddr{Name: addr, Net: "unix"})
	if err != nil {
		return nil, err
	}
	u.SetUnlinkOnClose(false) // the name is another by then
	if err = os.Chmod(made, 0o600); err == nil {
		err = os.Rename(made, path)
	}
	if err != nil {
		u.Close()
		os.Remove(made)
		return nil, err
	}
	return &Listener{UnixListener: u, path: path}, nil
}

// Accept waits for a connection of the same user.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.AcceptUnix()
		if err != nil {
			return nil, err
		}
		uid, err := peer(conn)
		if err == nil && (uid == os.Geteuid() || uid == 0) {
			return conn, nil
		}
		conn.Close()
		if err == nil && l.Refused != nil {
			l.Refused(uid)
		}
	}
}

// Close ends the listening and removes the socket.
func (l *Listener) Close() error {
	err := l.UnixListener.Close()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	if rerr := os.Remove(l.path); !errors.Is(rerr, fs.ErrNotExist) {
		err = errors.Join(err, rerr)
	}
	return err
}

// Refusal is an action that was understood and not done.
type Refusal struct {
	// Kind is one word for programs, empty where there is none to say.
	Kind    string `json:"kind"`
	Message string `json:"error"`
}

// Error is the message.
func (r *Refusal) Error() string { return r.Message }

// actionOf is the action that a path names.
func actionOf(path string) string { return strings.TrimPrefix(path, "/do/") }
