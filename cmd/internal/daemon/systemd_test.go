package daemon_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"policywatch/cmd/internal/daemon"
	"policywatch/store/record"
)

// The service manager's watchdog is fed while all is well and starves when the archive
// has failed for long: a start anew is what may help then.
func TestTheWatchdogStarvesWithTheArchive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	env := map[string]string{"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "40000", "WATCHDOG_PID": strconv.Itoa(os.Getpid())}
	system, err := daemon.NewSystemd(func(k string) (string, bool) { v, ok := env[k]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	// until hears the daemon until it says something, and reports whether the dog was
	// fed meanwhile.
	until := func(what string) (fed bool) {
		t.Helper()
		manager.SetReadDeadline(time.Now().Add(time.Minute))
		for b := make([]byte, 4096); ; {
			n, err := manager.Read(b)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			said := string(b[:n])
			fed = fed || strings.Contains(said, "WATCHDOG=1")
			if strings.Contains(said, what) {
				return fed
			}
		}
	}
	h := newHouse(t)
	var ahead atomic.Int64
	var broken atomic.Bool
	broken.Store(true)
	h.check = func(context.Context, string) error {
		if broken.Load() {
			return errors.New("the disk is full")
		}
		return nil
	}
	h.next = func() (*daemon.Setup, error) { return nil, errors.New("the configuration is wrong") }
	first := h.setup("only", "a.gov")
	past := first.Past
	first.Past = func(ctx context.Context, d string) (record.Past, error) {
		p, err := past(ctx, d)
		if !p.LastVisit.IsZero() { // the house's own clock is the machine's
			p.LastVisit = p.LastVisit.Add(time.Duration(ahead.Load()))
		}
		return p, err
	}
	d := &daemon.Daemon{Load: h.load, Reload: h.reload, AtOnce: h.atOnce, System: system, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Clock: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- d.Run(ctx, first) }()
	for d.Activity().Trouble.IsZero() {
		runtime.Gosched()
	}
	// What it says of a new configuration parts the times.
	h.reload <- syscall.SIGHUP
	until("RELOADING=1")
	until("WATCHDOG=1") // it does not starve at the first failure
	ahead.Store(int64(6 * time.Minute))
	for i := range 10 {
		time.Sleep(100 * time.Millisecond) // some of the dog's intervals
		h.reload <- syscall.SIGHUP
		if fed := until("READY=1"); fed && i > 0 { // by the first, what was on its way has come
			t.Error("it is fed after six minutes without an archive")
		}
	}
	broken.Store(false)
	d.Hurry("a.gov")
	until("WATCHDOG=1") // the archive works again
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Without a manager there is nobody to tell; one that does not answer is noticed.
func TestWithoutAServiceManager(t *testing.T) {
	if s, err := daemon.NewSystemd(func(string) (string, bool) { return "", false }); s != nil || err != nil {
		t.Errorf("%v, %v", s, err)
	}
	if _, err := daemon.NewSystemd(func(k string) (string, bool) { return "/nowhere/notify", k == "NOTIFY_SOCKET" }); err == nil {
		t.Error("a manager that is not there is not noticed")
	}
}
