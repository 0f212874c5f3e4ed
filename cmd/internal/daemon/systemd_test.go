package daemon_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
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
	// fed reports whether the dog hears of us within some of its intervals.
	fed := func() bool {
		b := make([]byte, 4096)
		manager.SetReadDeadline(time.Now().Add(400 * time.Millisecond))
		for {
			n, err := manager.Read(b)
			if err != nil {
				return false
			}
			if strings.Contains(string(b[:n]), "WATCHDOG=1") {
				return true
			}
		}
	}
	h := newHouse(t)
	var ahead atomic.Int64
	var broken atomic.Bool
	broken.Store(true)
	failed := make(chan struct{}, 100)
	h.check = func(context.Context, string) error {
		if broken.Load() {
			failed <- struct{}{}
			return errors.New("the disk is full")
		}
		return nil
	}
	first := h.setup("only", "a.gov")
	past := first.Past
	first.Past = func(ctx context.Context, d string) (record.Past, error) {
		p, err := past(ctx, d)
		if !p.LastVisit.IsZero() { // the house's own clock is the machine's
			p.LastVisit = p.LastVisit.Add(time.Duration(ahead.Load()))
		}
		return p, err
	}
	d := &daemon.Daemon{Reload: h.reload, AtOnce: h.atOnce, System: system, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Clock: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- d.Run(ctx, first) }()
	<-failed
	if !fed() {
		t.Error("it starves at the first failure")
	}
	ahead.Store(int64(6 * time.Minute))
	for range 100 { // what was sent before
		manager.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if _, err := manager.Read(make([]byte, 4096)); err != nil {
			break
		}
	}
	if fed() {
		t.Error("it is fed after six minutes without an archive")
	}
	broken.Store(false)
	d.Hurry("a.gov")
	for deadline := time.Now().Add(30 * time.Second); !fed(); {
		if time.Now().After(deadline) {
			t.Fatal("it is not fed when the archive works again")
		}
	}
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
