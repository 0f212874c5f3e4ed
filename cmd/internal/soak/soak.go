package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"time"
)

// soaker runs it all, in one goroutine.
type soaker struct {
	options
	out    io.Writer
	began  time.Time
	sim    *simulator
	hook   *receiver
	daemon *daemon
	truth  *truth
	chance *rand.Rand

	samples []sample
	// read is how many messages were reckoned with.
	read   int
	marks  int
	broken []string
}

const (
	// patience is how long the daemon may take to have seen every site, told what is
	// due and come to rest: the longest wait of a site that fails, and the minute
	// after which a refused delivery is tried again.
	patience = 5 * time.Minute
	// lag is how long a page may have been read before the visit's time is taken.
	lag = 2 * time.Second
	// killing is the share of the time in which the daemon is killed and restarted;
	// what is left is one life, whose size is watched.
	killing = 0.45
)

// run goes through epochs until the time is up, and then ends in order.
func (s *soaker) run(ctx context.Context) error {
	s.chance = rand.New(rand.NewPCG(uint64(s.seed), 0))
	if err := s.truth.begin(s.sim); err != nil {
		return err
	}
	if err := s.daemon.start(); err != nil {
		return err
	}
	if err := s.settle(ctx, "first visits", s.began, 0); err != nil {
		return err
	}
	limit := time.Duration(s.minutes * float64(time.Minute))
	list := troubles()
	for turn := 0; time.Since(s.began) < limit; turn++ {
		t := list[turn%len(list)]
		if t.deadly && float64(time.Since(s.began)) > killing*float64(limit) {
			continue
		}
		if err := s.epoch(ctx, t); err != nil {
			return err
		}
	}
	return s.finish()
}

// epoch has the sites edited, makes trouble, and waits for everything to be as it
// should be after that.
func (s *soaker) epoch(ctx context.Context, t trouble) error {
	if err := s.sim.advance(s.sim.epoch + 1); err != nil {
		return err
	}
	since, before := time.Now(), [3]int{s.truth.real, s.truth.cosmetic, s.truth.outages}
	if err := s.truth.advance(s.sim); err != nil {
		return err
	}
	if err := t.make(s, ctx); err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	return s.settle(ctx, fmt.Sprintf("%d real, %d cosmetic, %d down; %s", s.truth.real-before[0], s.truth.cosmetic-before[1], s.truth.outages-before[2], t.name), since, len(s.broken))
}

// settle waits until every site was seen since the edits and everything due was
// told, and reckons.
func (s *soaker) settle(ctx context.Context, what string, since time.Time, before int) error {
	began := time.Now()
	var open []string
	for {
		if err := s.wait(ctx, time.Second); err != nil {
			return err
		}
		s.reckon()
		var err error
		if open, err = s.unsettled(since); err != nil {
			return err
		}
		if open = append(open, s.truth.missing()...); len(open) == 0 {
			break
		}
		if time.Since(began) > patience {
			s.broke("epoch %d is not at rest after %s: %s", s.sim.epoch, patience, strings.Join(open, "; "))
			clear(s.truth.due) // said once
			break
		}
	}
	// What nobody waits for comes late, if it comes.
	if err := s.wait(ctx, 2*time.Second); err != nil {
		return err
	}
	s.reckon()
	if err := s.tighten(); err != nil {
		return err
	}
	m, err := s.daemon.metrics()
	if err != nil {
		return err
	}
	s.samples[len(s.samples)-1].goroutines = int(m["go_goroutines"])
	verdict := "ok"
	if n := len(s.broken) - before; n > 0 {
		verdict = fmt.Sprintf("%d BROKEN", n)
	}
	s.say("epoch %d: %s; at rest after %s; %s", s.sim.epoch, what, time.Since(since).Round(time.Second), verdict)
	s.figures(m)
	return nil
}

// unsettled lists what has not come about since the edits.
func (s *soaker) unsettled(since time.Time) (open []string, err error) {
	since = since.Add(lag)
	all, err := s.daemon.sites()
	if err != nil {
		return nil, err
	}
	for domain, c := range s.truth.sites {
		at := all[domain]
		switch {
		case c.down && (at.State != "failing" || !at.LastVisit.After(since)):
			open = append(open, fmt.Sprintf("%s is %s and should fail", domain, at.State))
		case !c.down && (at.State != "ok" || !at.LastSuccess.After(since) || at.suspicious()):
			open = append(open, fmt.Sprintf("%s is %s, read %s ago, version %d, pending %s", domain, at.State, time.Since(at.LastSuccess).Round(time.Second), at.Version, at.Pending))
		case at.Version != c.version && !(c.loose && at.Version == c.version-1):
			open = append(open, fmt.Sprintf("%s has version %d and should have %d", domain, at.Version, c.version))
		}
	}
	slices.Sort(open)
	b, err := get("http://" + s.daemon.address + "/api/v1/alerts?state=waiting&limit=1000")
	if err != nil {
		return nil, err
	}
	var waiting struct {
		Alerts []json.RawMessage `json:"alerts"`
	}
	if err := json.Unmarshal(b, &waiting); err != nil {
		return nil, err
	}
	if n := len(waiting.Alerts); n > 0 {
		open = append(open, fmt.Sprintf("%d alerts wait", n))
	}
	return open, nil
}

// tighten takes over the versions that might have been made or not.
func (s *soaker) tighten() error {
	clear(s.truth.may)
	all, err := s.daemon.sites()
	if err != nil {
		return err
	}
	for domain, c := range s.truth.sites {
		if c.loose {
			c.version, c.loose = all[domain].Version, false
		}
	}
	return nil
}

// reckon reads what was told since it was last called.
func (s *soaker) reckon() {
	news := s.hook.news(s.read)
	s.read += len(news)
	for _, wrong := range s.truth.reckon(news) {
		s.broke("%s", wrong)
	}
}

// wait lets time pass and looks at the daemon's size meanwhile.
func (s *soaker) wait(ctx context.Context, d time.Duration) error {
	for end := time.Now().Add(d); ; {
		s.samples = append(s.samples, s.daemon.measure())
		left := time.Until(end)
		if left <= 0 {
			return nil
		}
		select {
		case err := <-s.daemon.ended:
			return fmt.Errorf("the daemon ended by itself: %v", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(left, time.Second)):
		}
	}
}

// figures prints the daemon's size every five minutes.
func (s *soaker) figures(m map[string]float64) {
	if n := int(time.Since(s.began) / (5 * time.Minute)); n > s.marks {
		s.marks = n
		s.sizes(m)
	}
}

func (s *soaker) sizes(m map[string]float64) {
	last := s.samples[len(s.samples)-1]
	visits := 0.0
	for name, n := range m {
		if strings.HasPrefix(name, "policywatch_visits_total") {
			visits += n
		}
	}
	s.say("FIGURES life %d: resident %.1f MiB, of it anonymous %.1f MiB, %d goroutines, %d open files; %.0f visits in this life, archive %.1f MiB, %.0f versions; told %d, delivered again %d",
		last.life, mib(last.rss), mib(last.anon), int(m["go_goroutines"]), last.files, visits, m["policywatch_archive_bytes"]/(1<<20), m["policywatch_versions"], s.read, s.hook.repeated())
}

func mib(n int) float64 { return float64(n) / (1 << 20) }

// finish stops the daemon in order and looks at what it leaves.
func (s *soaker) finish() error {
	m, err := s.daemon.metrics()
	if err != nil {
		return err
	}
	s.sizes(m)
	for _, what := range grown(s.samples) {
		s.broke("%s", what)
	}
	if beats := s.hook.heard(); float64(beats) < s.minutes/2 { // some fell on deaf ears
		s.broke("%d heartbeats in %g minutes", beats, s.minutes)
	}
	if err := s.daemon.end(syscall.SIGTERM, time.Minute); err != nil {
		s.broke("the end in order: %v", err)
	}
	if out, err := s.daemon.run("verify"); err != nil {
		s.broke("the archive: %s (%v)", out, err)
	}
	if out, err := s.daemon.run("alerts", "--dead", "--format", "json"); err != nil || out != "" {
		s.broke("alerts were given up: %s (%v)", out, err)
	}
	if err := s.readLog(); err != nil {
		return err
	}
	s.say("%d epochs: %d real edits, %d cosmetic, %d sites down for an epoch; %d lives; told %d, delivered again %d",
		s.sim.epoch, s.truth.real, s.truth.cosmetic, s.truth.outages, s.daemon.lives, s.read, s.hook.repeated())
	return nil
}

func (s *soaker) broke(format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	s.broken = append(s.broken, what)
	s.say("BROKEN: %s", what)
}

func (s *soaker) say(format string, args ...any) {
	fmt.Fprintf(s.out, "%6s  %s\n", time.Since(s.began).Round(time.Second), fmt.Sprintf(format, args...))
}
