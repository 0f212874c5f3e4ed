package daemon

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// Systemd tells the service manager how the daemon is doing, by the protocol of
// sd_notify(3). A nil Systemd tells nobody.
type Systemd struct {
	conn *net.UnixConn
	// watchdog is how often the manager wants to hear of us; 0 means never.
	watchdog time.Duration
}

// NewSystemd reads the service manager's address from the environment. It is nil
// where there is none, as in a shell.
func NewSystemd(env func(string) (string, bool)) (*Systemd, error) {
	path, ok := env("NOTIFY_SOCKET")
	if !ok || path == "" {
		return nil, nil
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"}) // a leading @ is an abstract name
	if err != nil {
		return nil, fmt.Errorf("reach the service manager: %w", err)
	}
	s := &Systemd{conn: conn}
	usec, _ := env("WATCHDOG_USEC")
	pid, forOne := env("WATCHDOG_PID")
	if n, err := strconv.ParseInt(usec, 10, 64); err == nil && n > 0 && (!forOne || pid == strconv.Itoa(os.Getpid())) {
		s.watchdog = time.Duration(n) * time.Microsecond
	}
	return s, nil
}

// tell sends a state such as READY=1. A manager that is gone, or takes nothing, is no
// reason to stop.
func (s *Systemd) tell(state string) {
	if s != nil {
		_ = s.conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = s.conn.Write([]byte(state))
	}
}

// interval is half of what the watchdog allows; without one it is a minute.
func (s *Systemd) interval() time.Duration {
	if s == nil || s.watchdog == 0 {
		return time.Minute
	}
	return min(s.watchdog/2, time.Minute)
}
