package wire

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"policywatch/cmd/internal/socket"
	"policywatch/store"
)

// While the daemon has an archive open, a small file beside it says so. The lock
// alone keeps others out; the file only lets them say who is in, and one that a
// killed daemon left is read by nobody, because the lock is free then.

func heldFile(path string) string { return path + ".watch" }

// claim leaves the file, and returns what removes it.
func claim(path string) (leave func() error, err error) {
	name := heldFile(path)
	text := fmt.Sprintf("%d %s\n", os.Getpid(), time.Now().UTC().Format(time.RFC3339))
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		return nil, err
	}
	return func() error {
		if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}, nil
}

// held says who has the archive open, where an error says that somebody has. asked
// is what became of asking at the socket, nil where nobody did.
func held(err, asked error, path string) error {
	if !errors.Is(err, store.ErrHeld) {
		return err
	}
	b, rerr := os.ReadFile(heldFile(path))
	pid, since, ok := strings.Cut(strings.TrimSpace(string(b)), " ")
	n, perr := strconv.Atoi(pid)
	if rerr != nil || !ok || perr != nil || !alive(n) {
		return fmt.Errorf("%w; wait until it is done", err)
	}
	who := fmt.Sprintf("the daemon (policywatch watch, process %d, since %s) has the archive %s open", n, since, path)
	if errors.Is(asked, socket.ErrSilent) {
		return &worded{err: err, text: fmt.Sprintf("%s, and nobody answers at its socket %s; it hangs or was suspended: look into its log, or stop it with kill %d",
			who, socket.Path(path), n)}
	}
	if errors.Is(asked, socket.ErrNone) {
		return &worded{err: err, text: fmt.Sprintf("%s, and there is no socket %s to ask it at; its log says why. Stop it first, with kill %d", who, socket.Path(path), n)}
	}
	return &worded{err: err, text: fmt.Sprintf("%s, and nobody else can change it meanwhile; stop it first, with kill %d", who, n)}
}

// worded is an error in words of its own.
type worded struct {
	err  error
	text string
}

func (e *worded) Error() string { return e.text }
func (e *worded) Unwrap() error { return e.err }

func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, syscall.EPERM) // EPERM: it is another user's, and there
}
