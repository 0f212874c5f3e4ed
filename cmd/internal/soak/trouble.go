package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// trouble is what one epoch has to bear besides its edits.
type trouble struct {
	name string
	// deadly troubles end the daemon.
	deadly bool
	make   func(*soaker, context.Context) error
}

func troubles() []trouble {
	return []trouble{
		{"killed twice", true, (*soaker).kill},
		{"network down", false, (*soaker).disconnect},
		{"killed while nobody takes alerts", true, (*soaker).killDeaf},
		{"reload", false, (*soaker).reload},
		{"stopped and started", true, (*soaker).restart},
		{"wrong configuration, then a right one", false, (*soaker).misconfigure},
		{"killed while the network is down", true, (*soaker).killDisconnected},
		{"no trouble", false, func(*soaker, context.Context) error { return nil }},
		{"sites frozen", false, (*soaker).freeze},
		{"nobody takes alerts", false, (*soaker).deafen},
		{"sites slow", false, (*soaker).slow},
	}
}

// some is a time that is never the same.
func (s *soaker) some(least, most time.Duration) time.Duration {
	return least + time.Duration(s.chance.Int64N(int64(most-least)))
}

func (s *soaker) kill(ctx context.Context) error {
	for range 2 {
		if err := s.wait(ctx, s.some(200*time.Millisecond, 5*time.Second)); err != nil {
			return err
		}
		if err := s.die(); err != nil {
			return err
		}
	}
	return nil
}

func (s *soaker) die() error {
	if err := s.daemon.end(syscall.SIGKILL, time.Minute); err != nil {
		return err
	}
	return s.daemon.start()
}

func (s *soaker) killDeaf(ctx context.Context) error {
	s.hook.deaf.Store(true)
	defer s.hook.deaf.Store(false)
	if err := s.wait(ctx, s.some(s.every/2, 2*s.every)); err != nil {
		return err
	}
	return s.die()
}

func (s *soaker) restart(ctx context.Context) error {
	if err := s.wait(ctx, s.some(0, s.every)); err != nil {
		return err
	}
	if err := s.daemon.end(syscall.SIGTERM, time.Minute); err != nil {
		return err
	}
	return s.daemon.start()
}

func (s *soaker) reload(ctx context.Context) error {
	if err := s.wait(ctx, s.some(0, s.every)); err != nil {
		return err
	}
	for range 5 { // visits and deliveries of several configurations at a time
		if err := s.daemon.configure(32 + s.chance.IntN(64)); err != nil {
			return err
		}
		s.daemon.signal(syscall.SIGHUP)
		if err := s.wait(ctx, s.some(50*time.Millisecond, 2*time.Second)); err != nil {
			return err
		}
	}
	return nil
}

// misconfigure reloads a wrong configuration, which must change nothing, and then
// a right one.
func (s *soaker) misconfigure(ctx context.Context) error {
	for _, right := range []bool{false, true} {
		write := s.daemon.spoil
		if right {
			write = func() error { return s.daemon.configure(48) }
		}
		if err := write(); err != nil {
			return err
		}
		s.daemon.signal(syscall.SIGHUP)
		for range 50 {
			if err := s.wait(ctx, 200*time.Millisecond); err != nil {
				return err
			}
			m, err := s.daemon.metrics()
			if err != nil {
				return err
			}
			if got := m["policywatch_config_current"] == 1; got == right {
				break
			}
		}
		if err := s.wait(ctx, 2*s.every); err != nil {
			return err
		}
		m, err := s.daemon.metrics()
		if err != nil {
			return err
		}
		if got := m["policywatch_config_current"] == 1; got != right {
			s.broke("after a configuration that is right=%t the metrics say current=%t", right, got)
		}
	}
	return nil
}

// disconnect takes all sites away until that is told as the monitor's own trouble,
// and a while longer.
func (s *soaker) disconnect(ctx context.Context) error {
	s.sim.stop()
	if err := s.away(ctx); err != nil {
		return err
	}
	return s.sim.start()
}

// killDisconnected restarts the daemon in an outage, which must not be told again,
// and leaves it down over the end of the outage, which must be told all the same.
func (s *soaker) killDisconnected(ctx context.Context) error {
	s.sim.stop()
	if err := s.away(ctx); err != nil {
		return err
	}
	if err := s.die(); err != nil {
		return err
	}
	if err := s.wait(ctx, s.some(s.every, 2*s.every)); err != nil {
		return err
	}
	if err := s.daemon.end(syscall.SIGKILL, time.Minute); err != nil {
		return err
	}
	if err := s.sim.start(); err != nil {
		return err
	}
	return s.daemon.start()
}

// freeze lets all sites hang.
func (s *soaker) freeze(ctx context.Context) error {
	if err := s.sim.freeze(); err != nil {
		return err
	}
	if err := s.away(ctx); err != nil {
		return err
	}
	return s.sim.thaw()
}

func (s *soaker) away(ctx context.Context) error {
	n := notice{"", outage}
	s.truth.due[n]++
	s.truth.due[notice{"", recovered}]++
	for range 60 {
		if err := s.wait(ctx, time.Second); err != nil {
			return err
		}
		if s.reckon(); s.truth.due[n] == 0 {
			break
		}
	}
	return s.wait(ctx, s.some(s.every, 3*s.every))
}

func (s *soaker) deafen(ctx context.Context) error {
	s.hook.deaf.Store(true)
	defer s.hook.deaf.Store(false)
	return s.wait(ctx, 2*s.every)
}

func (s *soaker) slow(ctx context.Context) error {
	if err := s.sim.latency(1500 * time.Millisecond); err != nil {
		return err
	}
	if err := s.wait(ctx, 2*s.every); err != nil {
		return err
	}
	return s.sim.latency(0)
}

// readLog counts the daemon's lines from a warning up, and takes offence at those
// that no trouble of ours explains.
func (s *soaker) readLog() error {
	f, err := os.Open(s.path("daemon.log"))
	if err != nil {
		return err
	}
	defer f.Close()
	counts := map[string]int{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct{ Level, Msg string }
		if json.Unmarshal(lines.Bytes(), &line) != nil {
			s.broke("a line of the log is no JSON: %s", lines.Text()) // as a panic's
			continue
		}
		if strings.Contains(line.Msg, "panicked") || line.Level == "ERROR" && line.Msg != "the new configuration is not used, the old one stays" {
			s.broke("the log: %s", lines.Text())
		}
		if line.Level == "ERROR" || line.Level == "WARN" {
			counts[line.Level+" "+line.Msg]++
		}
	}
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		s.say("log: %5d × %s", counts[what], what)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read the daemon's log: %w", err)
	}
	return nil
}
