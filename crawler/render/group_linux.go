package render

import (
	"errors"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// memoryLimit bounds the memory that each process of a browser may write to, in
// KiB. An ordinary page's process has a third of it. It is the kernel that
// holds the bound, at once and for whatever the memory is used; the limit on
// script memory does not know of documents and their layout.
const memoryLimit = 1280 << 10

// bounded makes the command start the browser with the memory limit. A shell
// sets it, since a limit of ours would be ours.
func bounded(c *exec.Cmd) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		return
	}
	args := []string{"sh", "-c", "ulimit -d " + strconv.Itoa(memoryLimit) + "; exec \"$0\" \"$@\"", c.Path}
	c.Path, c.Args = sh, append(args, c.Args[1:]...)
}

// ownGroup makes the browser the leader of a process group that ends with it,
// and with us.
func ownGroup(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	// As long as the leader is not waited for, its number is nobody else's.
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}

// killGroup ends what is left of a browser whose leader is gone and waits, for
// a moment, until nothing is.
func killGroup(group int) {
	for range 100 {
		if err := syscall.Kill(-group, syscall.SIGKILL); errors.Is(err, syscall.ESRCH) {
			return
		}
		// In a container we may be the process that orphans fall to: those of the
		// group are ours to bury, and no others.
		for {
			if pid, err := syscall.Wait4(-group, nil, syscall.WNOHANG, nil); err != nil || pid <= 0 {
				break
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
}
